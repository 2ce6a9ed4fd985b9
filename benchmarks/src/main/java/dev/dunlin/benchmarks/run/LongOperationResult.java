// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import java.util.List;

/// How long a probing client waited at worst while a server did something long.
///
/// @param operation what it did
/// @param server the server's name
/// @param elements of each collection
/// @param longestMillis the longest wait of any PING from the moment it was due, one for each round
public record LongOperationResult(
        LongOperation operation, String server, long elements, List<Double> longestMillis) {}
