// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.persistence.codec.Lzf;
import dev.dunlin.node.value.Decimal;
import io.netty.buffer.ByteBuf;

/// Lengths, strings and values as RDB version 10 encodes them, appended to a buffer; for files and DUMP payloads alike.
///
/// Strings come from an array or straight from native memory. As Redis does, an integer of up to 32 bits is stored as one,
/// and a string of more than 20 bytes is compressed when that saves at least four; other than Redis, strings longer than
/// [#COMPRESS_BYTES_MAX] stay as they are, so that no string costs the loop more than a copy.
///
/// Thread: one; keeps scratch memory between calls.
public final class RdbEncoder {
    /// Longer strings are written raw: compressing one of this size takes well below a millisecond.
    public static final int COMPRESS_BYTES_MAX = 64 * 1024;

    private static final int COMPRESS_BYTES_MIN = 21;
    private static final int COMPRESS_SAVES_MIN = 4;
    private static final int INTEGER_TEXT_BYTES_MAX = 11;

    private final boolean compress;
    private final Lzf.Compressor compressor = new Lzf.Compressor();
    private final byte[] plain;
    private final byte[] packed;
    private final byte[] digits = new byte[Decimal.TEXT_BYTES_MAX];

    /// @param compress whether long strings are compressed (`rdbcompression`)
    public RdbEncoder(boolean compress) {
        this.compress = compress;
        this.plain = new byte[compress ? COMPRESS_BYTES_MAX : 0];
        this.packed = new byte[compress ? COMPRESS_BYTES_MAX : 0];
    }

    /// Appends a string value in native memory with its type.
    public void stringValue(ByteBuf out, long address, int bytes) {
        out.writeByte(RdbType.STRING.code());
        string(out, address, bytes);
    }

    /// Appends a string value with its type.
    public void stringValue(ByteBuf out, byte[] text, int index, int bytes) {
        out.writeByte(RdbType.STRING.code());
        string(out, text, index, bytes);
    }

    /// Appends the decimal text of an integer as a string value with its type.
    public void stringValue(ByteBuf out, long value) {
        out.writeByte(RdbType.STRING.code());
        string(out, value);
    }

    /// Appends a hash that is one listpack of fields and values, at least one pair, no field twice, with its type.
    public void hashListpack(ByteBuf out, long listpack, int bytes) {
        out.writeByte(RdbType.HASH_LISTPACK.code());
        string(out, listpack, bytes);
    }

    /// Appends the type of a hash and the number of its pairs, at least one; then come so many times two strings.
    public void hashHeader(ByteBuf out, long pairs) {
        out.writeByte(RdbType.HASH.code());
        length(out, pairs);
    }

    /// Appends a length in its shortest form.
    public void length(ByteBuf out, long length) {
        if (length >= 0 && length < 64) {
            out.writeByte((int) length);
        } else if (length >= 0 && length < 16384) {
            out.writeShort(0x4000 | (int) length);
        } else if (length >= 0 && length <= 0xffffffffL) {
            out.writeByte(0x80);
            out.writeInt((int) length);
        } else {
            out.writeByte(0x81);
            out.writeLong(length);
        }
    }

    /// Appends a string that is in native memory.
    public void string(ByteBuf out, long address, int bytes) {
        if (bytes <= INTEGER_TEXT_BYTES_MAX) {
            Memory.copyOut(address, digits, 0, bytes);
            if (integer(out, digits, 0, bytes)) {
                return;
            }
        } else if (isCompressible(bytes)) {
            Memory.copyOut(address, plain, 0, bytes);
            if (compressed(out, plain, 0, bytes)) {
                return;
            }
        }
        length(out, bytes);
        raw(out, address, bytes);
    }

    /// Appends a string.
    public void string(ByteBuf out, byte[] text, int index, int bytes) {
        if (bytes <= INTEGER_TEXT_BYTES_MAX) {
            if (integer(out, text, index, bytes)) {
                return;
            }
        } else if (isCompressible(bytes) && compressed(out, text, index, bytes)) {
            return;
        }
        length(out, bytes);
        out.writeBytes(text, index, bytes);
    }

    /// Appends the decimal text of an integer.
    public void string(ByteBuf out, long value) {
        string(out, digits, 0, Decimal.write(value, digits, 0));
    }

    /// Appends bytes of native memory as they are: a piece of a long string whose length was appended before.
    public void raw(ByteBuf out, long address, int bytes) {
        out.ensureWritable(bytes);
        int index = out.writerIndex();
        if (out.hasMemoryAddress()) {
            Memory.copy(address, out.memoryAddress() + index, bytes);
        } else if (out.hasArray()) {
            Memory.copyOut(address, out.array(), out.arrayOffset() + index, bytes);
        } else {
            byte[] copy = new byte[bytes];
            Memory.copyOut(address, copy, 0, bytes);
            out.setBytes(index, copy);
        }
        out.writerIndex(index + bytes);
    }

    private boolean integer(ByteBuf out, byte[] text, int index, int bytes) {
        if (!Decimal.isCanonical(text, index, bytes)) {
            return false;
        }
        long value = Decimal.parse(text, index, bytes);
        if (value == (byte) value) {
            out.writeByte(0xc0);
            out.writeByte((int) value);
        } else if (value == (short) value) {
            out.writeByte(0xc1);
            out.writeShortLE((int) value);
        } else if (value == (int) value) {
            out.writeByte(0xc2);
            out.writeIntLE((int) value);
        } else {
            return false;
        }
        return true;
    }

    private boolean isCompressible(int bytes) {
        return compress && bytes >= COMPRESS_BYTES_MIN && bytes <= COMPRESS_BYTES_MAX;
    }

    private boolean compressed(ByteBuf out, byte[] text, int index, int bytes) {
        int packedBytes =
                compressor.compress(text, index, bytes, packed, 0, bytes - COMPRESS_SAVES_MIN);
        if (packedBytes == 0) {
            return false;
        }
        out.writeByte(0xc3);
        length(out, packedBytes);
        length(out, bytes);
        out.writeBytes(packed, 0, packedBytes);
        return true;
    }
}
