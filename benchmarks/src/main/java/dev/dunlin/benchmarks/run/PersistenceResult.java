// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import java.util.List;

/// What keeping data costs.
///
/// @param background one entry per work and server
/// @param loads one entry per kind of file and server
/// @param writes one entry per setting and pipeline
public record PersistenceResult(
        List<BackgroundResult> background,
        List<LoadTimeResult> loads,
        List<DurableWrites> writes) {}
