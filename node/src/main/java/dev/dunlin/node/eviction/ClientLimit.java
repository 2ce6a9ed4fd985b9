// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.eviction;

/// `maxmemory-clients`: what all clients together may take of the node's memory.
public final class ClientLimit {
    /// There is no limit.
    public static final long NONE = 0;

    /// A lower limit would leave nobody who could correct it.
    private static final long BYTES_MIN = 128 << 10;

    private ClientLimit() {}

    /// {@return the limit in bytes, or [#NONE]}
    ///
    /// @param setting bytes, or a percentage of `maxmemory` such as `5%`
    /// @param memoryBytesMax `maxmemory`, 0 for no limit
    public static long bytes(String setting, long memoryBytesMax) {
        if (!setting.endsWith("%")) {
            long bytes = Long.parseLong(setting);
            return bytes == 0 ? NONE : Math.max(BYTES_MIN, bytes);
        }
        int percent = Integer.parseInt(setting.substring(0, setting.length() - 1));
        if (percent == 0 || memoryBytesMax == 0) {
            return NONE;
        }
        return Math.max(BYTES_MIN, (long) ((double) memoryBytesMax * percent / 100));
    }
}
