// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.Memory;

/// What is to be put into a listpack or looked for in one: examined once, used as often as needed.
///
/// A flyweight: set it with one of the `of...` methods, use it, set it again; nothing is allocated. It only refers to its
/// bytes, which must stay in place and unchanged until the last use, and must not lie in the listpack that is changed.
///
/// Thread: belongs to one thread.
public final class ListpackElement {
    private static final byte[] NO_BYTES = {};

    private final byte[] digits = new byte[Decimal.TEXT_BYTES_MAX];

    private boolean integer;
    private long value;
    private byte[] array = NO_BYTES;
    private int arrayIndex;

    /// 0 when the bytes are in `array`.
    private long address;

    private int textBytes;
    private int encodedBytes;

    /// Refers to `bytes` bytes of native memory.
    public ListpackElement ofMemory(long source, int bytes) {
        array = NO_BYTES;
        address = source;
        textBytes = bytes;
        integer = false;
        if (bytes > 0 && bytes <= Decimal.TEXT_BYTES_MAX && mayBeDecimal(Memory.getByte(source))) {
            Memory.copyOut(source, digits, 0, bytes);
            detectInteger(digits, 0);
        }
        encodedBytes =
                integer
                        ? ListpackEncoding.integerBytes(value)
                        : ListpackEncoding.stringBytes(bytes);
        return this;
    }

    /// Refers to `bytes` bytes of an array.
    public ListpackElement ofBytes(byte[] source, int index, int bytes) {
        array = source;
        arrayIndex = index;
        address = 0;
        textBytes = bytes;
        integer = false;
        if (bytes > 0 && mayBeDecimal(source[index])) {
            detectInteger(source, index);
        }
        encodedBytes =
                integer
                        ? ListpackEncoding.integerBytes(value)
                        : ListpackEncoding.stringBytes(bytes);
        return this;
    }

    /// Refers to all of an array.
    public ListpackElement ofBytes(byte[] source) {
        return ofBytes(source, 0, source.length);
    }

    /// Stands for the decimal text of an integer.
    public ListpackElement ofInteger(long number) {
        textBytes = Decimal.write(number, digits, 0);
        array = digits;
        arrayIndex = 0;
        address = 0;
        integer = true;
        value = number;
        encodedBytes = ListpackEncoding.integerBytes(number);
        return this;
    }

    /// {@return the bytes this takes in a listpack, with what is stored around it}
    public int entryBytes() {
        return encodedBytes + ListpackEncoding.backlenBytes(encodedBytes);
    }

    /// {@return the size of the text, whichever way it is stored}
    public int textBytes() {
        return textBytes;
    }

    /// {@return whether the text is a canonical integer, and so is stored as one}
    public boolean isInteger() {
        return integer;
    }

    /// {@return the integer, when [#isInteger]}
    public long integer() {
        return value;
    }

    /// {@return where the bytes are, when they are in native memory; else 0}
    public long address() {
        return address;
    }

    /// Copies the text into native memory.
    public void copyText(long target) {
        if (address != 0) {
            Memory.copy(address, target, textBytes);
        } else {
            Memory.copyIn(array, arrayIndex, target, textBytes);
        }
    }

    private static boolean mayBeDecimal(byte first) {
        return first == '-' || (first >= '0' && first <= '9');
    }

    private void detectInteger(byte[] text, int index) {
        integer = Decimal.isCanonical(text, index, textBytes);
        if (integer) {
            value = Decimal.parse(text, index, textBytes);
        }
    }

    boolean textEquals(long other, int bytes) {
        if (bytes != textBytes) {
            return false;
        }
        if (address != 0) {
            return Memory.equal(address, other, bytes);
        }
        for (int i = 0; i < bytes; i++) {
            if (array[arrayIndex + i] != Memory.getByte(other + i)) {
                return false;
            }
        }
        return true;
    }

    /// Writes the whole entry: encoding, data, back length.
    void writeTo(long target) {
        if (integer) {
            ListpackEncoding.writeInteger(target, value, encodedBytes);
        } else {
            long text = ListpackEncoding.writeStringHeader(target, textBytes);
            if (address != 0) {
                Memory.copy(address, text, textBytes);
            } else {
                Memory.copyIn(array, arrayIndex, text, textBytes);
            }
        }
        ListpackEncoding.writeBacklen(target + encodedBytes, encodedBytes);
    }
}
