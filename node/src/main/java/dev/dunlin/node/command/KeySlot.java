// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.offheap.Memory;

/// The hash slot of a key in native memory: CRC16 of its hash tag, or of all of it (cluster specification, Key distribution model).
///
/// Thread: stateless.
public final class KeySlot {
    /// Number of hash slots.
    public static final int COUNT = 16384;

    private static final short[] CRC16 = table();

    private KeySlot() {}

    /// {@return 0 to 16,383}
    public static int of(long address, int bytes) {
        for (int open = 0; open < bytes; open++) {
            if (Memory.getByte(address + open) == '{') {
                for (int close = open + 1; close < bytes; close++) {
                    if (Memory.getByte(address + close) == '}') {
                        return close == open + 1
                                ? crc16(address, bytes)
                                : crc16(address + open + 1, close - open - 1);
                    }
                }
                break;
            }
        }
        return crc16(address, bytes);
    }

    private static int crc16(long address, int bytes) {
        int crc = 0;
        for (int i = 0; i < bytes; i++) {
            int next = ((crc >>> 8) ^ Memory.getByte(address + i)) & 0xFF;
            crc = ((crc << 8) ^ CRC16[next]) & 0xFFFF;
        }
        return crc & (COUNT - 1);
    }

    private static short[] table() {
        short[] table = new short[256];
        for (int i = 0; i < 256; i++) {
            int crc = i << 8;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 0x8000) != 0 ? crc << 1 ^ 0x1021 : crc << 1;
            }
            table[i] = (short) crc;
        }
        return table;
    }
}
