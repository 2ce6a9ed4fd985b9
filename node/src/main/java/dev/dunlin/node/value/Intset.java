// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.Memory;
import java.util.function.IntPredicate;

/// A set of integers in native memory: ascending, none twice, all of one width, byte for byte as Redis has it.
///
/// ```
/// 0                       4           8
/// | u32 bytes per element | u32 count | element ...          2, 4 or 8 bytes per element, signed
/// ```
///
/// The width is that of the widest integer that was ever put in; it never shrinks. Nothing here allocates: a change is made in two steps,
/// as with a [Listpack]. Ask for the bytes that it will need, give the blob that much room, then apply it.
///
/// Thread: the owner of the memory.
public final class Intset {
    /// Bytes of an intset without elements.
    public static final int EMPTY_BYTES = 8;

    private static final int COUNT_OFFSET = 4;
    private static final int HEADER_BYTES = EMPTY_BYTES;
    private static final int NARROWEST = Short.BYTES;

    private Intset() {}

    /// Makes the [#EMPTY_BYTES] bytes at `intset` an empty intset.
    public static void writeEmpty(long intset) {
        Memory.putInt(intset, NARROWEST);
        Memory.putInt(intset + COUNT_OFFSET, 0);
    }

    public static int count(long intset) {
        return Memory.getInt(intset + COUNT_OFFSET);
    }

    /// {@return the size of the whole blob}
    public static int bytes(long intset) {
        return HEADER_BYTES + count(intset) * width(intset);
    }

    /// {@return bytes per element}
    public static int width(long intset) {
        return Memory.getInt(intset);
    }

    /// {@return the element at this position, 0 is the smallest}
    public static long at(long intset, int position) {
        return at(intset, width(intset), position);
    }

    /// {@return where an integer is, or the complement (`~`) of where it would be}
    public static int find(long intset, long value) {
        int width = width(intset);
        if (widthOf(value) > width) {
            return value < 0 ? ~0 : ~count(intset);
        }
        int low = 0;
        int high = count(intset) - 1;
        // Most integers are added in ascending order.
        if (high >= 0 && value > at(intset, width, high)) {
            return ~(high + 1);
        }
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long there = at(intset, width, middle);
            if (there < value) {
                low = middle + 1;
            } else if (there > value) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return ~low;
    }

    /// {@return the size of the blob with one more integer in it}
    public static long bytesAfterAdd(long intset, long value) {
        return HEADER_BYTES + (count(intset) + 1L) * Math.max(width(intset), widthOf(value));
    }

    /// Puts in an integer that is not there. The blob must have room for [#bytesAfterAdd].
    ///
    /// @param position where it belongs, the complement of what [#find] answered
    public static void add(long intset, int position, long value) {
        int count = count(intset);
        int width = width(intset);
        int widened = Math.max(width, widthOf(value));
        if (widened > width) {
            widen(intset, count, width, widened, value < 0 ? 1 : 0);
        } else {
            long place = place(intset, width, position);
            Memory.copy(place, place + width, (long) (count - position) * width);
        }
        put(intset, widened, position, value);
        Memory.putInt(intset + COUNT_OFFSET, count + 1);
    }

    /// Takes out the integer at a position; the blob is then [#bytes] long, within the room it has.
    public static void remove(long intset, int position) {
        int width = width(intset);
        int count = count(intset);
        long place = place(intset, width, position);
        Memory.copy(place + width, place, (long) (count - position - 1) * width);
        Memory.putInt(intset + COUNT_OFFSET, count - 1);
    }

    /// Puts the integers at the positions that `kept` says together, and drops the others; the blob is then [#bytes] long.
    ///
    /// @param kept asked about each position once, in ascending order, while the integer is still there
    public static void retain(long intset, IntPredicate kept) {
        int width = width(intset);
        int count = count(intset);
        int target = 0;
        for (int i = 0; i < count; i++) {
            if (kept.test(i)) {
                put(intset, width, target++, at(intset, width, i));
            }
        }
        Memory.putInt(intset + COUNT_OFFSET, target);
    }

    /// From the end on, because the wider elements overlap the narrower ones. What is too wide for the rest goes to one of the ends.
    private static void widen(long intset, int count, int width, int widened, int shift) {
        Memory.putInt(intset, widened);
        for (int i = count - 1; i >= 0; i--) {
            put(intset, widened, i + shift, at(intset, width, i));
        }
    }

    private static int widthOf(long value) {
        return value == (short) value
                ? Short.BYTES
                : value == (int) value ? Integer.BYTES : Long.BYTES;
    }

    private static long place(long intset, int width, int position) {
        return intset + HEADER_BYTES + (long) position * width;
    }

    private static long at(long intset, int width, int position) {
        long place = place(intset, width, position);
        return switch (width) {
            case Short.BYTES -> Memory.getShort(place);
            case Integer.BYTES -> Memory.getInt(place);
            default -> Memory.getLong(place);
        };
    }

    private static void put(long intset, int width, int position, long value) {
        long place = place(intset, width, position);
        switch (width) {
            case Short.BYTES -> Memory.putShort(place, (short) value);
            case Integer.BYTES -> Memory.putInt(place, (int) value);
            default -> Memory.putLong(place, value);
        }
    }
}
