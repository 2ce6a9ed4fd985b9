// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

/// The fields and values, in turn, of a zipmap: what Redis up to 2.4 packed small hashes in.
///
/// ```
/// | u8 pairs | length | field | length | u8 free | value | free bytes | ... | ff |
/// ```
///
/// A length is one byte up to 253, or `fe` and four. 254 pairs means "count them".
final class ZipmapElements extends PackedElements {
    private static final int COUNT_UNKNOWN = 254;
    private static final int BIG_LENGTH = 0xfe;
    private static final int END = 0xff;

    private boolean atValue;

    private ZipmapElements(byte[] blob) {
        super(blob);
        cursor = 1;
    }

    /// {@return the elements of a blob, after looking at each of them}
    static ZipmapElements of(byte[] blob, RdbDecoder decoder) throws RdbFormatException {
        var elements = new ZipmapElements(blob);
        elements.check(decoder);
        return elements;
    }

    @Override
    public boolean next() {
        if (!atValue && u8(cursor) == END) {
            return false;
        }
        int bytes = (int) length(cursor);
        int text = cursor + lengthBytes(cursor);
        if (atValue) {
            int free = u8(text);
            setText(text + 1, bytes);
            cursor = text + 1 + bytes + free;
        } else {
            setText(text, bytes);
            cursor = text + bytes;
        }
        atValue = !atValue;
        return true;
    }

    private int lengthBytes(int index) {
        return u8(index) == BIG_LENGTH ? 5 : 1;
    }

    private long length(int index) {
        return u8(index) == BIG_LENGTH ? u32(index + 1) : u8(index);
    }

    private void check(RdbDecoder decoder) throws RdbFormatException {
        int end = blob.length - 1;
        if (end < 1 || u8(end) != END) {
            throw decoder.corrupt("zipmap: no end mark");
        }
        long index = 1;
        long elements = 0;
        while (index < end) {
            int at = (int) index;
            int prefix = u8(at) == END ? 0 : lengthBytes(at) + (elements % 2 == 0 ? 0 : 1);
            if (prefix == 0 || prefix > end - index) {
                throw decoder.corrupt("zipmap: element past the end, at " + index);
            }
            long free = elements % 2 == 0 ? 0 : u8(at + prefix - 1);
            index += prefix + length(at) + free;
            if (index > end) {
                throw decoder.corrupt("zipmap: element past the end, at " + at);
            }
            elements++;
        }
        if (elements % 2 != 0) {
            throw decoder.corrupt("zipmap: a field without a value");
        }
        int stated = u8(0);
        if (stated < COUNT_UNKNOWN && stated != elements / 2) {
            throw decoder.corrupt(
                    "zipmap: " + stated + " pairs stated, " + elements / 2 + " found");
        }
        setCount(elements);
    }
}
