// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

/// How well a server chose what to evict.
///
/// @param policy `maxmemory-policy`
/// @param server the server's name
/// @param keys that are asked for, by a Zipf distribution
/// @param room how many of them fit
/// @param requests that were counted
/// @param hits of these
/// @param evicted keys in the whole run
/// @param mostOverLimit the most that `used_memory` was above `maxmemory`, as a share of it; 0 when it never was
public record EvictionResult(
        String policy,
        String server,
        long keys,
        long room,
        long requests,
        long hits,
        long evicted,
        double mostOverLimit) {
    /// {@return percent}
    public double hitPercent() {
        return 100.0 * hits / requests;
    }
}
