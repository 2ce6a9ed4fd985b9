// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.Memory;

/// MurmurHash64A of bytes in native memory: the hash that HyperLogLogs of Redis are made with, little-endian as on any machine of today.
///
/// Thread: stateless.
final class MurmurHash {
    private static final long FACTOR = 0xc6a4a7935bd1e995L;
    private static final int SHIFT = 47;

    private MurmurHash() {}

    static long of(long address, int bytes, long seed) {
        long hash = seed ^ bytes * FACTOR;
        int i = 0;
        for (; i + 8 <= bytes; i += 8) {
            long word = Memory.getLong(address + i) * FACTOR;
            word = (word ^ word >>> SHIFT) * FACTOR;
            hash = (hash ^ word) * FACTOR;
        }
        if (i < bytes) {
            long rest = 0;
            for (int at = bytes - 1; at >= i; at--) {
                rest = rest << 8 | (Memory.getByte(address + at) & 0xFF);
            }
            hash = (hash ^ rest) * FACTOR;
        }
        hash = (hash ^ hash >>> SHIFT) * FACTOR;
        return hash ^ hash >>> SHIFT;
    }
}
