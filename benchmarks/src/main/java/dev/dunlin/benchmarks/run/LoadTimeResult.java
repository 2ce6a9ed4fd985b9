// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import java.util.List;

/// How long a server takes to come back with its data.
///
/// @param file what it came back from
/// @param server the server's name
/// @param keys keys in it
/// @param bytes size of the file or files
/// @param emptySeconds from the start of the process until it answered, without data, one for each round
/// @param seconds the same with the data
public record LoadTimeResult(
        LoadedFile file,
        String server,
        long keys,
        long bytes,
        List<Double> emptySeconds,
        List<Double> seconds) {}
