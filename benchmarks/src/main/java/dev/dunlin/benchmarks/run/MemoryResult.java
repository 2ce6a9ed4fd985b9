// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

/// What one server's memory grew by while it took its keys.
///
/// @param server the server's name
/// @param keys keys loaded
/// @param payloadBytes key and value of one of them
/// @param usedBaseBytes what the warm, empty server accounted for
/// @param usedBytes what it accounted for with all keys
/// @param residentBaseBytes physical memory of the warm, empty server
/// @param residentBytes physical memory with all keys
public record MemoryResult(
        String server,
        long keys,
        int payloadBytes,
        long usedBaseBytes,
        long usedBytes,
        long residentBaseBytes,
        long residentBytes) {
    /// {@return bytes per key beyond its payload by the server's own account}
    public double usedOverhead() {
        return (double) (usedBytes - usedBaseBytes) / keys - payloadBytes;
    }

    /// {@return bytes per key beyond its payload by the kernel's account}
    public double residentOverhead() {
        return (double) (residentBytes - residentBaseBytes) / keys - payloadBytes;
    }
}
