// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import java.util.List;

/// What clients and memory saw of a server's background work under full write load.
///
/// @param work what it did
/// @param server the server's name
/// @param keys keys that it had
/// @param rounds one for each time
/// @param memory one for each time that memory was looked at, in rounds of their own
public record BackgroundResult(
        BackgroundWork work, String server, long keys, List<Round> rounds, List<Memory> memory) {
    /// One time.
    ///
    /// @param seconds from the command until it was done
    /// @param before writes alone, right before
    /// @param during writes while the work went on
    public record Round(double seconds, Window before, Window during) {}

    /// Writes of one window.
    ///
    /// @param operationsPerSecond writes answered per second
    /// @param p99Millis 99th percentile of their latency
    /// @param p999Millis 99.9th
    /// @param maxMillis the longest
    public record Window(
            double operationsPerSecond, double p99Millis, double p999Millis, double maxMillis) {}

    /// Physical memory of the server and its children, shared pages counted once.
    ///
    /// @param beforeBytes right before
    /// @param peakBytes the most while the work went on
    public record Memory(long beforeBytes, long peakBytes) {
        /// {@return by how much memory grew}
        double growthMegabytes() {
            return (peakBytes - beforeBytes) / 1e6;
        }
    }
}
