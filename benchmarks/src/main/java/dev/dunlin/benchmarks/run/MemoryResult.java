// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

/// What one server's memory grew by while it took its data.
///
/// @param server the server's name
/// @param data what was loaded
/// @param items how many keys, or elements of the one key
/// @param usedBaseBytes what the warm, empty server accounted for
/// @param usedBytes what it accounted for with all items
/// @param residentBaseBytes physical memory of the warm, empty server
/// @param residentBytes physical memory with all items
public record MemoryResult(
        String server,
        DataSet data,
        long items,
        long usedBaseBytes,
        long usedBytes,
        long residentBaseBytes,
        long residentBytes) {
    /// {@return bytes per item beyond its payload by the server's own account}
    public double usedOverhead() {
        return (double) (usedBytes - usedBaseBytes) / items - data.payloadBytes();
    }

    /// {@return bytes per item beyond its payload by the kernel's account}
    public double residentOverhead() {
        return (double) (residentBytes - residentBaseBytes) / items - data.payloadBytes();
    }
}
