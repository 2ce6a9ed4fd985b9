// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

/// What a server's memory was at one point of a churn.
///
/// @param server the server's name
/// @param point what had been done by then
/// @param keys that it has
/// @param usedBaseBytes what the warm, empty server accounted for
/// @param usedBytes what it accounts for
/// @param residentBaseBytes physical memory of the warm, empty server
/// @param residentBytes physical memory
/// @param seconds it took for the last figure to settle
public record ChurnResult(
        String server,
        String point,
        long keys,
        long usedBaseBytes,
        long usedBytes,
        long residentBaseBytes,
        long residentBytes,
        double seconds) {
    /// {@return by how many percent the data takes more physical memory than is accounted for, the empty server's not counted}
    public double excessPercent() {
        long used = Math.max(1, usedBytes - usedBaseBytes);
        return 100.0 * (residentBytes - residentBaseBytes) / used - 100;
    }
}
