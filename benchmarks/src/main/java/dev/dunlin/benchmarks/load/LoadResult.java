// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import org.HdrHistogram.Histogram;

/// What one measured window of a load showed.
///
/// @param operations replies received within the window
/// @param elapsedNanos the window's length
/// @param latenciesNanos time from the send of a batch to its last reply, once per request; only batches that began in the window
public record LoadResult(long operations, long elapsedNanos, Histogram latenciesNanos) {
    /// {@return operations per second}
    public double throughput() {
        return operations * 1e9 / elapsedNanos;
    }

    /// {@return the latency in microseconds that `percentile` percent of the requests did not exceed}
    public double latencyMicros(double percentile) {
        return latenciesNanos.getValueAtPercentile(percentile) / 1e3;
    }
}
