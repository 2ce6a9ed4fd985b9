// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.eviction;

/// How much of the processor may go into defragmenting, by how much memory is wasted: the `active-defrag-*` settings.
///
/// @param ignoreBytes of waste that nobody minds
/// @param lowerPercent of waste, relative to what is used, from which on something is done
/// @param upperPercent of waste from which on as much is done as may be
/// @param minPercent of the processor at the lower end
/// @param maxPercent of the processor at the upper end
public record DefragEffort(
        long ignoreBytes, int lowerPercent, int upperPercent, int minPercent, int maxPercent) {
    /// {@return percent of the processor, 0 when nothing is to be done}
    ///
    /// @param usedBytes in live blocks
    /// @param residentBytes taken from the system
    public int percent(long usedBytes, long residentBytes) {
        long wasted = residentBytes - usedBytes;
        if (wasted <= ignoreBytes) {
            return 0;
        }
        double percent = 100.0 * wasted / Math.max(1, usedBytes);
        if (percent < lowerPercent) {
            return 0;
        }
        int range = upperPercent - lowerPercent;
        double share = range <= 0 ? 1 : Math.min(1, (percent - lowerPercent) / range);
        return (int) Math.max(1, minPercent + share * (maxPercent - minPercent));
    }
}
