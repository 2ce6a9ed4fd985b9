// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

/// The elements of an intset: integers in ascending order, none twice.
///
/// ```
/// 0                       4           8
/// | u32 bytes per element | u32 count | element ...
/// ```
final class IntsetElements extends PackedElements {
    private static final int HEADER_BYTES = 8;

    private final int width;

    private IntsetElements(byte[] blob, int width) {
        super(blob);
        this.width = width;
        cursor = HEADER_BYTES;
    }

    /// {@return the elements of a blob, after looking at each of them}
    static IntsetElements of(byte[] blob, RdbDecoder decoder) throws RdbFormatException {
        if (blob.length < HEADER_BYTES) {
            throw decoder.corrupt("intset: too short");
        }
        long width = (int) I32.get(blob, 0) & 0xffffffffL;
        if (width != 2 && width != 4 && width != 8) {
            throw decoder.corrupt("intset: elements of " + width + " bytes");
        }
        var elements = new IntsetElements(blob, (int) width);
        elements.check(decoder);
        return elements;
    }

    @Override
    public boolean next() {
        if (cursor == blob.length) {
            return false;
        }
        setInteger(valueAt(cursor));
        cursor += width;
        return true;
    }

    private long valueAt(int index) {
        return switch (width) {
            case 2 -> i16(index);
            case 4 -> i32(index);
            default -> i64(index);
        };
    }

    private void check(RdbDecoder decoder) throws RdbFormatException {
        long count = u32(4);
        if (count == 0 || HEADER_BYTES + count * width != blob.length) {
            throw decoder.corrupt(
                    "intset: " + count + " elements of " + width + " bytes in " + blob.length);
        }
        for (int index = HEADER_BYTES + width; index < blob.length; index += width) {
            if (valueAt(index - width) >= valueAt(index)) {
                throw decoder.corrupt("intset: not in ascending order, at " + index);
            }
        }
        setCount(count);
    }
}
