// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

/// The elements of a ziplist, which Redis before 7.0 packed small collections in.
///
/// ```
/// 0           4             8           10
/// | u32 bytes | u32 offset  | u16 count | previous bytes | encoding | data | ... | ff |
///               of the last
/// ```
///
/// "Previous bytes" is the size of the element before, as one byte or, from 254 on, as `fe` and four.
final class ZiplistElements extends PackedElements {
    private static final int HEADER_BYTES = 10;
    private static final int COUNT_UNKNOWN = 0xffff;
    private static final int END = 0xff;
    private static final int BIG_PREVIOUS = 0xfe;

    /// Size of encoding and data at the place last looked at.
    private long bodyBytes;

    private ZiplistElements(byte[] blob) {
        super(blob);
        cursor = HEADER_BYTES;
    }

    /// {@return the elements of a blob, after looking at each of them}
    static ZiplistElements of(byte[] blob, RdbDecoder decoder) throws RdbFormatException {
        var elements = new ZiplistElements(blob);
        elements.check(decoder);
        return elements;
    }

    @Override
    public boolean next() {
        if (u8(cursor) == END) {
            return false;
        }
        int body = cursor + previousBytes(cursor);
        look(body);
        cursor = body + (int) bodyBytes;
        return true;
    }

    private int previousBytes(int index) {
        return u8(index) == BIG_PREVIOUS ? 5 : 1;
    }

    /// Bytes of an encoding, without data that follows it; 0 when it stands for nothing.
    private static int encodingBytes(int lead) {
        return switch (lead >>> 6) {
            case 0 -> 1;
            case 1 -> 2;
            case 2 -> lead == 0x80 ? 5 : 0;
            default ->
                    switch (lead) {
                        case 0xc0, 0xd0, 0xe0, 0xf0, 0xfe -> 1;
                        default -> lead >= 0xf1 && lead <= 0xfd ? 1 : 0;
                    };
        };
    }

    /// Data that follows an encoding whose bytes are all there.
    private long dataBytes(int index, int lead) {
        return switch (lead >>> 6) {
            case 0 -> lead;
            case 1 -> ((lead & 0x3f) << 8) | u8(index + 1);
            case 2 -> Integer.reverseBytes(i32(index + 1)) & 0xffffffffL;
            default ->
                    switch (lead) {
                        case 0xc0 -> 2;
                        case 0xd0 -> 4;
                        case 0xe0 -> 8;
                        case 0xf0 -> 3;
                        case 0xfe -> 1;
                        default -> 0;
                    };
        };
    }

    private void look(int index) {
        int lead = u8(index);
        int encoding = encodingBytes(lead);
        long data = dataBytes(index, lead);
        bodyBytes = encoding + data;
        if (lead < 0xc0) {
            setText(index + encoding, (int) data);
            return;
        }
        setInteger(
                switch (lead) {
                    case 0xc0 -> i16(index + 1);
                    case 0xd0 -> i32(index + 1);
                    case 0xe0 -> i64(index + 1);
                    case 0xf0 -> i24(index + 1);
                    case 0xfe -> blob[index + 1];
                    default -> (lead & 0x0f) - 1;
                });
    }

    private void check(RdbDecoder decoder) throws RdbFormatException {
        int end = blob.length - 1;
        if (end < HEADER_BYTES || u32(0) != blob.length || u8(end) != END) {
            throw decoder.corrupt("ziplist: wrong size or no end mark");
        }
        int index = HEADER_BYTES;
        int last = HEADER_BYTES;
        int previous = 0;
        int elements = 0;
        while (index < end) {
            int prefix = u8(index) == END ? 0 : previousBytes(index);
            if (prefix == 0 || prefix >= end - index) {
                throw decoder.corrupt("ziplist: element past the end, at " + index);
            }
            long stated = prefix == 1 ? u8(index) : u32(index + 1);
            if (stated != previous) {
                throw decoder.corrupt(
                        "ziplist: previous element has "
                                + previous
                                + " bytes, not "
                                + stated
                                + ", at "
                                + index);
            }
            int body = index + prefix;
            int lead = u8(body);
            int encoding = encodingBytes(lead);
            if (encoding == 0) {
                throw decoder.corrupt("ziplist: byte " + lead + " is no encoding, at " + body);
            }
            if (encoding > end - body || encoding + dataBytes(body, lead) > end - body) {
                throw decoder.corrupt("ziplist: element past the end, at " + index);
            }
            last = index;
            index = body + encoding + (int) dataBytes(body, lead);
            previous = index - last;
            elements++;
        }
        if (u32(4) != last) {
            throw decoder.corrupt("ziplist: last element is at " + last + ", not " + u32(4));
        }
        int stated = i16(8) & 0xffff;
        if (stated != COUNT_UNKNOWN && stated != elements) {
            throw decoder.corrupt(
                    "ziplist: " + stated + " elements stated, " + elements + " found");
        }
        setCount(elements);
    }
}
