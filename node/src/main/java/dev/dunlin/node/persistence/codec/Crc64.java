// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.codec;

import dev.dunlin.node.offheap.Memory;
import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The CRC-64 that ends every RDB file and DUMP payload (the "Jones" polynomial).
///
/// Reflected in and out, no initial value, no final xor, so that `update` may be called piece by piece: the checksum of a
/// concatenation is the checksum of the second part started from the first. Eight bytes are folded per step.
///
/// Thread: stateless.
public final class Crc64 {
    /// Where every checksum starts.
    public static final long START = 0;

    /// Bytes a checksum takes in a file, little-endian.
    public static final int BYTES = 8;

    /// 0xad93d23594c935a9 with its bits reversed, as a right-shifting step needs it.
    private static final long POLYNOMIAL_REFLECTED = 0x95ac9329ac4bc9b5L;

    private static final int ROW = 256;
    private static final int SCRATCH_BYTES = 4096;
    private static final VarHandle I64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// Eight rows of 256: row k says what a byte does to the checksum when k more bytes follow it.
    private static final long[] TABLE = table();

    private Crc64() {}

    private static long[] table() {
        long[] table = new long[8 * ROW];
        for (int i = 0; i < ROW; i++) {
            long crc = i;
            for (int bit = 0; bit < 8; bit++) {
                crc = (crc & 1) != 0 ? (crc >>> 1) ^ POLYNOMIAL_REFLECTED : crc >>> 1;
            }
            table[i] = crc;
        }
        for (int i = ROW; i < table.length; i++) {
            long shorter = table[i - ROW];
            table[i] = table[(int) (shorter & 0xff)] ^ (shorter >>> 8);
        }
        return table;
    }

    /// {@return the checksum `crc` continued over `count` bytes of an array}
    public static long update(long crc, byte[] bytes, int offset, int count) {
        int index = offset;
        int end = offset + count;
        for (; index + 8 <= end; index += 8) {
            crc = fold(crc ^ (long) I64.get(bytes, index));
        }
        for (; index < end; index++) {
            crc = step(crc, bytes[index]);
        }
        return crc;
    }

    /// {@return the checksum `crc` continued over `bytes` bytes of native memory}
    public static long update(long crc, long address, long bytes) {
        long at = address;
        long end = address + bytes;
        for (; at + 8 <= end; at += 8) {
            crc = fold(crc ^ Memory.getLong(at));
        }
        for (; at < end; at++) {
            crc = step(crc, Memory.getByte(at));
        }
        return crc;
    }

    /// {@return the checksum `crc` continued over `count` bytes of a buffer from `index` on; its indexes stay as they are}
    public static long update(long crc, ByteBuf buffer, int index, int count) {
        if (buffer.hasMemoryAddress()) {
            return update(crc, buffer.memoryAddress() + index, count);
        }
        if (buffer.hasArray()) {
            return update(crc, buffer.array(), buffer.arrayOffset() + index, count);
        }
        byte[] scratch = new byte[Math.min(count, SCRATCH_BYTES)];
        for (int done = 0; done < count; ) {
            int piece = Math.min(scratch.length, count - done);
            buffer.getBytes(index + done, scratch, 0, piece);
            crc = update(crc, scratch, 0, piece);
            done += piece;
        }
        return crc;
    }

    private static long fold(long x) {
        return TABLE[(int) (x & 0xff) + 7 * ROW]
                ^ TABLE[(int) ((x >>> 8) & 0xff) + 6 * ROW]
                ^ TABLE[(int) ((x >>> 16) & 0xff) + 5 * ROW]
                ^ TABLE[(int) ((x >>> 24) & 0xff) + 4 * ROW]
                ^ TABLE[(int) ((x >>> 32) & 0xff) + 3 * ROW]
                ^ TABLE[(int) ((x >>> 40) & 0xff) + 2 * ROW]
                ^ TABLE[(int) ((x >>> 48) & 0xff) + ROW]
                ^ TABLE[(int) (x >>> 56)];
    }

    private static long step(long crc, byte value) {
        return TABLE[(int) ((crc ^ value) & 0xff)] ^ (crc >>> 8);
    }
}
