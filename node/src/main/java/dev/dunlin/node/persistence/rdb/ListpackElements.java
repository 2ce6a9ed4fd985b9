// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

/// The elements of a listpack that was read into an array. For the layout see [dev.dunlin.node.value.Listpack].
final class ListpackElements extends PackedElements {
    private static final int HEADER_BYTES = 6;
    private static final int COUNT_UNKNOWN = 0xffff;
    private static final int END = 0xff;

    private ListpackElements(byte[] blob) {
        super(blob);
        cursor = HEADER_BYTES;
    }

    /// {@return the elements of a blob, after looking at each of them}
    static ListpackElements of(byte[] blob, RdbDecoder decoder) throws RdbFormatException {
        var elements = new ListpackElements(blob);
        elements.check(decoder);
        return elements;
    }

    @Override
    public boolean next() {
        int lead = u8(cursor);
        if (lead == END) {
            return false;
        }
        int encoded = (int) encodedBytes(cursor, lead);
        if ((lead & 0xc0) == 0x80) {
            setText(cursor + 1, encoded - 1);
        } else if ((lead & 0xf0) == 0xe0) {
            setText(cursor + 2, encoded - 2);
        } else if (lead == 0xf0) {
            setText(cursor + 5, encoded - 5);
        } else {
            setInteger(integer(cursor, lead));
        }
        cursor += encoded + backlenBytes(encoded);
        return true;
    }

    private long integer(int index, int lead) {
        if (lead < 0x80) {
            return lead;
        }
        if (lead < 0xe0) {
            int signed = ((((lead & 0x1f) << 8) | u8(index + 1)) << 19) >> 19;
            return signed;
        }
        return switch (lead) {
            case 0xf1 -> i16(index + 1);
            case 0xf2 -> i24(index + 1);
            case 0xf3 -> i32(index + 1);
            default -> i64(index + 1);
        };
    }

    private long encodedBytes(int index, int lead) {
        if (lead < 0x80) {
            return 1;
        }
        if (lead < 0xc0) {
            return 1L + (lead & 0x3f);
        }
        if (lead < 0xe0) {
            return 2;
        }
        if (lead < 0xf0) {
            return 2L + (((lead & 0x0f) << 8) | u8(index + 1));
        }
        return switch (lead) {
            case 0xf0 -> 5 + u32(index + 1);
            case 0xf1 -> 3;
            case 0xf2 -> 4;
            case 0xf3 -> 5;
            default -> 9;
        };
    }

    private static int backlenBytes(long encoded) {
        if (encoded <= 127) {
            return 1;
        }
        if (encoded < 16383) {
            return 2;
        }
        if (encoded < 2097151) {
            return 3;
        }
        return encoded < 268435455 ? 4 : 5;
    }

    private void check(RdbDecoder decoder) throws RdbFormatException {
        int end = blob.length - 1;
        if (end < HEADER_BYTES || u32(0) != blob.length || u8(end) != END) {
            throw decoder.corrupt("listpack: wrong size or no end mark");
        }
        int index = HEADER_BYTES;
        int elements = 0;
        while (index < end) {
            int lead = u8(index);
            int header = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 5;
            if (lead > 0xf4) {
                throw decoder.corrupt("listpack: byte " + lead + " is no encoding, at " + index);
            }
            if (lead >= 0xe0 && lead <= 0xf0 && header > end - index) {
                throw decoder.corrupt("listpack: element past the end, at " + index);
            }
            long encoded = encodedBytes(index, lead);
            int back = backlenBytes(encoded);
            if (encoded + back > end - index) {
                throw decoder.corrupt("listpack: element past the end, at " + index);
            }
            int from = index + (int) encoded;
            if (!isBacklen(from, back, encoded)) {
                throw decoder.corrupt("listpack: wrong back length, at " + index);
            }
            index = from + back;
            elements++;
        }
        int stated = i16(4) & 0xffff;
        if (stated != COUNT_UNKNOWN && stated != elements) {
            throw decoder.corrupt(
                    "listpack: " + stated + " elements stated, " + elements + " found");
        }
        setCount(elements);
    }

    private boolean isBacklen(int index, int bytes, long expected) {
        long value = u8(index);
        if (value > 0x7f) {
            return false;
        }
        for (int i = 1; i < bytes; i++) {
            int digit = u8(index + i);
            if (digit < 0x80) {
                return false;
            }
            value = (value << 7) | (digit & 0x7f);
        }
        return value == expected;
    }
}
