// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import dev.dunlin.node.value.Decimal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Elements packed in one blob, all of which was checked when this was made: walking it cannot fail.
///
/// A subclass says where the current element is: text in the blob, or an integer.
abstract class PackedElements implements Elements {
    static final VarHandle I16 =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle I32 =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    static final VarHandle I64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    final byte[] blob;

    /// Where the next element starts.
    int cursor;

    private final byte[] digits = new byte[Decimal.TEXT_BYTES_MAX];
    private long count;
    private boolean integer;
    private long value;
    private int textIndex;
    private int textBytes;

    PackedElements(byte[] blob) {
        this.blob = blob;
    }

    @Override
    public final long count() {
        return count;
    }

    @Override
    public abstract boolean next();

    @Override
    public final byte[] element() {
        if (!integer) {
            return Arrays.copyOfRange(blob, textIndex, textIndex + textBytes);
        }
        byte[] text = new byte[Decimal.textBytes(value)];
        Decimal.write(value, text, 0);
        return text;
    }

    /// {@return whether the current element is stored as an integer}
    final boolean isInteger() {
        return integer;
    }

    /// {@return the current element, when [#isInteger]}
    final long integer() {
        return value;
    }

    final byte[] blob() {
        return blob;
    }

    /// {@return a hash of the current element's text}
    final long hash() {
        if (!integer) {
            return hash(blob, textIndex, textBytes);
        }
        return hash(digits, 0, Decimal.write(value, digits, 0));
    }

    private static long hash(byte[] text, int index, int bytes) {
        long hash = bytes;
        for (int i = index; i < index + bytes; i++) {
            hash = (hash ^ text[i]) * 0x9e3779b97f4a7c15L;
            hash ^= hash >>> 32;
        }
        return hash;
    }

    final void setCount(long elements) {
        count = elements;
    }

    final void setInteger(long number) {
        integer = true;
        value = number;
    }

    final void setText(int index, int bytes) {
        integer = false;
        textIndex = index;
        textBytes = bytes;
    }

    final int u8(int index) {
        return blob[index] & 0xff;
    }

    final int i16(int index) {
        return (short) I16.get(blob, index);
    }

    final int i24(int index) {
        return (i16(index) & 0xffff) | (blob[index + 2] << 16);
    }

    final int i32(int index) {
        return (int) I32.get(blob, index);
    }

    final long u32(int index) {
        return i32(index) & 0xffffffffL;
    }

    final long i64(int index) {
        return (long) I64.get(blob, index);
    }
}
