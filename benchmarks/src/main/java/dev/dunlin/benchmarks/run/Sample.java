// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

/// One server's figures in one measured window.
///
/// @param operationsPerSecond requests answered per second
/// @param serverCpuMicros server CPU time per operation
/// @param p50Micros median latency of a batch
/// @param p99Micros its 99th percentile
/// @param p999Micros its 99.9th percentile
/// @param serverShare the server's share of one core, 0 to 1 and above when it has threads on several
/// @param generatorShare the generator's share of one core; close to 1 it was the limit, not the server
/// @param othersShare the largest share that other processes took of either core
public record Sample(
        double operationsPerSecond,
        double serverCpuMicros,
        double p50Micros,
        double p99Micros,
        double p999Micros,
        double serverShare,
        double generatorShare,
        double othersShare) {
    /// {@return whether others used no more than `othersShareMax` of either core}
    boolean isClean(double othersShareMax) {
        return othersShare <= othersShareMax;
    }
}
