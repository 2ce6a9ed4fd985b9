// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Native memory by raw address: the one place where bytes outside the heap are read and written.
///
/// An address is what [SlabAllocator] handed out; nothing is checked here, so that the JIT turns each call into one
/// instruction. Whoever computes an address also guarantees its bounds. Integers are little-endian and may be unaligned.
///
/// Thread: stateless; the owner of the memory decides who may call.
public final class Memory {
    /// All of the address space as one segment, so that an address is an offset into it and no segment is made per access.
    private static final MemorySegment ALL = everything();

    private static final ValueLayout.OfShort I16 =
            JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt I32 =
            JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong I64 =
            JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int SHORT_COPY_BYTES_MAX = 4 * Long.BYTES;

    private Memory() {}

    @SuppressWarnings("restricted") // The whole point: see the class comment.
    private static MemorySegment everything() {
        return MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    }

    public static byte getByte(long address) {
        return ALL.get(JAVA_BYTE, address);
    }

    public static void putByte(long address, byte value) {
        ALL.set(JAVA_BYTE, address, value);
    }

    public static short getShort(long address) {
        return ALL.get(I16, address);
    }

    public static void putShort(long address, short value) {
        ALL.set(I16, address, value);
    }

    public static int getInt(long address) {
        return ALL.get(I32, address);
    }

    public static void putInt(long address, int value) {
        ALL.set(I32, address, value);
    }

    public static long getLong(long address) {
        return ALL.get(I64, address);
    }

    public static void putLong(long address, long value) {
        ALL.set(I64, address, value);
    }

    /// Copies `bytes` bytes from one address to another; the ranges may overlap.
    public static void copy(long source, long target, long bytes) {
        if (bytes <= SHORT_COPY_BYTES_MAX) {
            copyShort(source, target, bytes);
        } else {
            MemorySegment.copy(ALL, source, ALL, target, bytes);
        }
    }

    /// Most keys and many values are this short. The JVM's own copy moves them by whole vectors under a mask, which reach into the next line
    /// of the cache and wait for it. First and last bytes are moved as words that may overlap; all is read before anything is written.
    private static void copyShort(long source, long target, long bytes) {
        if (bytes > 2 * Long.BYTES) {
            long last = bytes - Long.BYTES;
            long head = getLong(source);
            long second = getLong(source + Long.BYTES);
            long secondLast = getLong(source + last - Long.BYTES);
            long tail = getLong(source + last);
            putLong(target, head);
            putLong(target + Long.BYTES, second);
            putLong(target + last - Long.BYTES, secondLast);
            putLong(target + last, tail);
        } else if (bytes >= Long.BYTES) {
            long last = bytes - Long.BYTES;
            long head = getLong(source);
            long tail = getLong(source + last);
            putLong(target, head);
            putLong(target + last, tail);
        } else if (bytes >= Integer.BYTES) {
            long last = bytes - Integer.BYTES;
            int head = getInt(source);
            int tail = getInt(source + last);
            putInt(target, head);
            putInt(target + last, tail);
        } else if (bytes > 0) {
            byte head = getByte(source);
            byte middle = getByte(source + (bytes >> 1));
            byte tail = getByte(source + bytes - 1);
            putByte(target, head);
            putByte(target + (bytes >> 1), middle);
            putByte(target + bytes - 1, tail);
        }
    }

    /// Copies `bytes` bytes of native memory into `target`, from `targetIndex` on.
    public static void copyOut(long source, byte[] target, int targetIndex, int bytes) {
        MemorySegment.copy(ALL, JAVA_BYTE, source, target, targetIndex, bytes);
    }

    /// Copies `bytes` bytes of `source`, from `sourceIndex` on, into native memory.
    public static void copyIn(byte[] source, int sourceIndex, long target, int bytes) {
        MemorySegment.copy(source, sourceIndex, ALL, JAVA_BYTE, target, bytes);
    }

    /// Sets `bytes` bytes from `address` on to `value`.
    public static void fill(long address, long bytes, byte value) {
        ALL.asSlice(address, bytes).fill(value);
    }

    /// {@return below, at or above 0, as the left range is before, the same as, or behind the right one, byte by byte without sign}
    public static int compare(long left, int leftBytes, long right, int rightBytes) {
        int shared = Math.min(leftBytes, rightBytes);
        int i = 0;
        for (; i + 8 <= shared; i += 8) {
            long ofLeft = ALL.get(I64, left + i);
            long ofRight = ALL.get(I64, right + i);
            if (ofLeft != ofRight) {
                return Long.compareUnsigned(Long.reverseBytes(ofLeft), Long.reverseBytes(ofRight));
            }
        }
        for (; i < shared; i++) {
            int order = (getByte(left + i) & 0xFF) - (getByte(right + i) & 0xFF);
            if (order != 0) {
                return order;
            }
        }
        return leftBytes - rightBytes;
    }

    /// {@return whether two ranges of `bytes` bytes hold the same}
    public static boolean equal(long left, long right, int bytes) {
        int i = 0;
        for (; i + 8 <= bytes; i += 8) {
            if (ALL.get(I64, left + i) != ALL.get(I64, right + i)) {
                return false;
            }
        }
        for (; i < bytes; i++) {
            if (ALL.get(JAVA_BYTE, left + i) != ALL.get(JAVA_BYTE, right + i)) {
                return false;
            }
        }
        return true;
    }
}
