// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.Memory;

/// The registers of a HyperLogLog at six bits each, the first in the lowest bits of the first byte.
///
/// Four registers share three bytes, and eight share six. They are read as parts of a larger word that begins before them, so that
/// nothing behind the last register is touched: in front of the registers lies the header.
///
/// Thread: stateless; the owner of the memory decides who may call.
final class DenseRegisters {
    static final int BYTES = HyperLogLog.REGISTERS * 6 / 8;

    /// How many counters a histogram has: one per value, in four rows that are added up in the end. Neighbours are often equal, and
    /// counting them in the same row would make each wait for the one before.
    static final int HISTOGRAM_COUNTERS = 4 * 64;

    private static final int MASK = 0x3F;

    private DenseRegisters() {}

    static int get(long registers, int register) {
        return wordOf(registers, register) >>> shiftOf(register) & MASK;
    }

    static void set(long registers, int register, int value) {
        int shift = shiftOf(register);
        int word = wordOf(registers, register);
        Memory.putInt(addressOf(registers, register), (word & ~(MASK << shift)) | value << shift);
    }

    private static int wordOf(long registers, int register) {
        return Memory.getInt(addressOf(registers, register));
    }

    private static long addressOf(long registers, int register) {
        return registers + (register >>> 2) * 3L - 1;
    }

    private static int shiftOf(int register) {
        return 8 + (register & 3) * 6;
    }

    /// Counts how many registers have each value.
    static void countInto(int[] histogram, long registers) {
        for (long at = registers; at < registers + BYTES; at += 6) {
            long word = eightAt(at);
            histogram[(int) word & MASK]++;
            histogram[64 + ((int) (word >>> 6) & MASK)]++;
            histogram[128 + ((int) (word >>> 12) & MASK)]++;
            histogram[192 + ((int) (word >>> 18) & MASK)]++;
            histogram[(int) (word >>> 24) & MASK]++;
            histogram[64 + ((int) (word >>> 30) & MASK)]++;
            histogram[128 + ((int) (word >>> 36) & MASK)]++;
            histogram[192 + ((int) (word >>> 42) & MASK)]++;
        }
    }

    /// Raises each of `max` to the register's value where that is greater.
    static void mergeInto(byte[] max, long registers) {
        long at = registers;
        for (int i = 0; i < HyperLogLog.REGISTERS; i += 8) {
            long word = eightAt(at);
            for (int j = 0; j < 8; j++) {
                max[i + j] = (byte) Math.max(max[i + j], (int) word & MASK);
                word >>>= 6;
            }
            at += 6;
        }
    }

    /// Writes all registers.
    static void write(byte[] values, long registers) {
        long at = registers;
        for (int i = 0; i < HyperLogLog.REGISTERS; i += 8) {
            long word = 0;
            for (int j = 7; j >= 0; j--) {
                word = word << 6 | values[i + j];
            }
            Memory.putInt(at, (int) word);
            Memory.putShort(at + 4, (short) (word >>> 32));
            at += 6;
        }
    }

    private static long eightAt(long address) {
        return Memory.getLong(address - 2) >>> 16;
    }
}
