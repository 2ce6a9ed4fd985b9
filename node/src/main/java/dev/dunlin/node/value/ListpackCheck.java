// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.Memory;

/// Whether bytes from outside are a listpack, and if not, what is wrong and where.
///
/// Everything in [Listpack] trusts its blob; this is where trust begins. Shallow looks at the frame, as Redis does by default
/// when it loads a file. Deep looks at every element, and only a blob that passed deep is safe to walk.
public sealed interface ListpackCheck {
    /// The blob is sound; a shallow check takes `count` from the header (65535: not known).
    record Sound(int count) implements ListpackCheck {}

    /// The blob is not to be touched.
    record Broken(Defect defect, long offset) implements ListpackCheck {}

    /// What can be wrong with a listpack.
    enum Defect {
        /// Not even room for header and end mark.
        TOO_SHORT,
        /// More than [Listpack#BYTES_MAX].
        TOO_LONG,
        /// The header states another size than the blob has.
        WRONG_SIZE,
        /// The last byte is not the end mark.
        NO_END_MARK,
        /// An end mark before the last byte.
        EARLY_END_MARK,
        /// A lead byte that stands for nothing.
        UNKNOWN_ENCODING,
        /// An element, with its back length, reaches past the end.
        ELEMENT_PAST_END,
        /// The back length of an element is not its size, or not in its shortest form.
        WRONG_BACK_LENGTH,
        /// The header states another count than there are elements.
        WRONG_COUNT
    }

    /// {@return whether the frame of the blob is right: size and end mark}
    static ListpackCheck shallow(long listpack, long bytes) {
        if (bytes < Listpack.EMPTY_BYTES) {
            return new Broken(Defect.TOO_SHORT, bytes);
        }
        if (bytes > Listpack.BYTES_MAX) {
            return new Broken(Defect.TOO_LONG, bytes);
        }
        if ((Memory.getInt(listpack) & 0xffffffffL) != bytes) {
            return new Broken(Defect.WRONG_SIZE, 0);
        }
        if ((Memory.getByte(listpack + bytes - 1) & 0xff) != ListpackEncoding.END) {
            return new Broken(Defect.NO_END_MARK, bytes - 1);
        }
        return new Sound(Memory.getShort(listpack + Listpack.COUNT_OFFSET) & 0xffff);
    }

    /// {@return whether every element of the blob is right as well, and how many they are}
    static ListpackCheck deep(long listpack, long bytes) {
        ListpackCheck frame = shallow(listpack, bytes);
        if (!(frame instanceof Sound(int stated))) {
            return frame;
        }
        long end = listpack + bytes - 1;
        long entry = listpack + Listpack.HEADER_BYTES;
        int count = 0;
        while (entry < end) {
            int lead = Memory.getByte(entry) & 0xff;
            if (lead == ListpackEncoding.END) {
                return new Broken(Defect.EARLY_END_MARK, entry - listpack);
            }
            if (end - entry < ListpackEncoding.headerBytes(lead)) {
                return new Broken(Defect.ELEMENT_PAST_END, entry - listpack);
            }
            long encoded = ListpackEncoding.encodedBytes(entry, lead);
            if (encoded == ListpackEncoding.INVALID) {
                return new Broken(Defect.UNKNOWN_ENCODING, entry - listpack);
            }
            int back = ListpackEncoding.backlenBytes(encoded);
            if (encoded + back > end - entry) {
                return new Broken(Defect.ELEMENT_PAST_END, entry - listpack);
            }
            // The first byte has bit 7 clear, so reading back stops at it or before it: never
            // before the element.
            if ((Memory.getByte(entry + encoded) & 0x80) != 0
                    || ListpackEncoding.readBacklen(entry + encoded + back - 1) != encoded) {
                return new Broken(Defect.WRONG_BACK_LENGTH, entry - listpack);
            }
            entry += encoded + back;
            count++;
        }
        if (stated != Listpack.COUNT_UNKNOWN && stated != count) {
            return new Broken(Defect.WRONG_COUNT, Listpack.COUNT_OFFSET);
        }
        return new Sound(count);
    }
}
