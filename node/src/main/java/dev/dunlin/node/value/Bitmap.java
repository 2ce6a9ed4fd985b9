// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.Memory;

/// Bits of a string in native memory: counted, searched, read and written, a word at a time.
///
/// Bit 0 is the highest bit of the first byte. Positions are bits from the start of the string; whoever gives one guarantees that it lies
/// inside, except where a method says otherwise.
///
/// Thread: stateless; the owner of the memory decides who may call.
public final class Bitmap {
    private Bitmap() {}

    public static boolean bit(long address, long position) {
        return (Memory.getByte(address + (position >>> 3)) >>> (7 - (position & 7)) & 1) != 0;
    }

    public static void bit(long address, long position, boolean on) {
        long at = address + (position >>> 3);
        int mask = 0x80 >>> (position & 7);
        int old = Memory.getByte(at);
        Memory.putByte(at, (byte) (on ? old | mask : old & ~mask));
    }

    /// {@return how many bits are set from `first` to `last`, inclusive}
    public static long count(long address, long first, long last) {
        long firstByte = first >>> 3;
        long lastByte = last >>> 3;
        int before = (Memory.getByte(address + firstByte) & 0xFF) >>> (8 - (first & 7));
        int after = Memory.getByte(address + lastByte) & (0x7F >>> (last & 7));
        return countBytes(address + firstByte, lastByte - firstByte + 1)
                - Integer.bitCount(before)
                - Integer.bitCount(after);
    }

    private static long countBytes(long address, long bytes) {
        long a = 0;
        long b = 0;
        long c = 0;
        long d = 0;
        long i = 0;
        for (; i + 32 <= bytes; i += 32) {
            a += Long.bitCount(Memory.getLong(address + i));
            b += Long.bitCount(Memory.getLong(address + i + 8));
            c += Long.bitCount(Memory.getLong(address + i + 16));
            d += Long.bitCount(Memory.getLong(address + i + 24));
        }
        for (; i < bytes; i++) {
            a += Integer.bitCount(Memory.getByte(address + i) & 0xFF);
        }
        return a + b + c + d;
    }

    /// {@return the first bit that is `on`, from `first` to `last` inclusive, or -1}
    public static long find(long address, long first, long last, boolean on) {
        // Everything is searched for a one: what is searched for a zero is turned over.
        long flip = on ? 0 : -1;
        long firstByte = first >>> 3;
        long lastByte = last >>> 3;
        int head = (Memory.getByte(address + firstByte) ^ (int) flip) & (0xFF >>> (first & 7));
        if (head != 0) {
            return within(firstByte, head, last);
        }
        long i = firstByte + 1;
        i += on ? zeros(address + i, lastByte + 1 - i) : ones(address + i, lastByte + 1 - i);
        for (; i + 8 <= lastByte + 1; i += 8) {
            long word = Memory.getLong(address + i) ^ flip;
            if (word != 0) {
                long found = (i << 3) + Long.numberOfLeadingZeros(Long.reverseBytes(word));
                return found <= last ? found : -1;
            }
        }
        for (; i <= lastByte; i++) {
            int tail = (Memory.getByte(address + i) ^ (int) flip) & 0xFF;
            if (tail != 0) {
                return within(i, tail, last);
            }
        }
        return -1;
    }

    /// {@return how many bytes of zeros there are at least, in steps of 64}
    private static long zeros(long address, long bytes) {
        long i = 0;
        for (; i + 64 <= bytes; i += 64) {
            long at = address + i;
            long near =
                    Memory.getLong(at)
                            | Memory.getLong(at + 8)
                            | Memory.getLong(at + 16)
                            | Memory.getLong(at + 24);
            long far =
                    Memory.getLong(at + 32)
                            | Memory.getLong(at + 40)
                            | Memory.getLong(at + 48)
                            | Memory.getLong(at + 56);
            if ((near | far) != 0) {
                break;
            }
        }
        return i;
    }

    /// {@return how many bytes of ones there are at least, in steps of 64}
    private static long ones(long address, long bytes) {
        long i = 0;
        for (; i + 64 <= bytes; i += 64) {
            long at = address + i;
            long near =
                    Memory.getLong(at)
                            & Memory.getLong(at + 8)
                            & Memory.getLong(at + 16)
                            & Memory.getLong(at + 24);
            long far =
                    Memory.getLong(at + 32)
                            & Memory.getLong(at + 40)
                            & Memory.getLong(at + 48)
                            & Memory.getLong(at + 56);
            if ((near & far) != -1) {
                break;
            }
        }
        return i;
    }

    private static long within(long byteIndex, int bits, long last) {
        long found = (byteIndex << 3) + Integer.numberOfLeadingZeros(bits) - 24;
        return found <= last ? found : -1;
    }

    /// {@return `bits` bits from `position` on, as an unsigned number; what lies behind the string is zero}
    ///
    /// @param bits 1 to 64
    public static long field(long address, int bytes, long position, int bits) {
        long at = position >>> 3;
        int shift = (int) (position & 7);
        if (at + 8 <= bytes && shift + bits <= 64) {
            return Long.reverseBytes(Memory.getLong(address + at)) << shift >>> (64 - bits);
        }
        long value = 0;
        for (long i = position; i < position + bits; i++) {
            value = value << 1 | (i >>> 3 < bytes && bit(address, i) ? 1 : 0);
        }
        return value;
    }

    /// Writes the lowest `bits` bits of `value` from `position` on.
    ///
    /// @param bits 1 to 64
    public static void field(long address, int bytes, long position, int bits, long value) {
        long at = position >>> 3;
        int shift = (int) (position & 7);
        if (at + 8 <= bytes && shift + bits <= 64) {
            int low = 64 - bits - shift;
            long mask = -1L >>> (64 - bits) << low;
            long word = Long.reverseBytes(Memory.getLong(address + at));
            word = (word & ~mask) | (value << low & mask);
            Memory.putLong(address + at, Long.reverseBytes(word));
            return;
        }
        for (int i = 0; i < bits; i++) {
            bit(address, position + i, (value >>> (bits - 1 - i) & 1) != 0);
        }
    }
}
