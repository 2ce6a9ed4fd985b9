// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import dev.dunlin.node.persistence.codec.Crc64;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Bytes and integers from an [RdbSource], counted and summed as they are taken.
///
/// A length in the input never decides how much is allocated: room for a string grows with the bytes that really arrive,
/// unless the source knows that they are there.
///
/// Thread: one reader.
final class RdbInput {
    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int GROWTH_START_BYTES = 64 * 1024;
    private static final byte[] NO_BYTES = {};
    private static final VarHandle I16 =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I32 =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// Null when all there is is in the buffer.
    private final @Nullable RdbSource source;

    private final byte[] buffer;
    private int position;
    private int limit;

    /// Bytes taken before those in the buffer, so that offset = this + position.
    private long offsetOfBuffer;

    private final boolean summing;
    private long crc = Crc64.START;

    /// The buffer is summed up to here.
    private int summedTo;

    RdbInput(RdbSource source, boolean summing) {
        this.source = source;
        this.buffer = new byte[BUFFER_BYTES];
        this.summing = summing;
    }

    /// Reads a range of an array in place, without a checksum.
    RdbInput(byte[] bytes, int index, int count) {
        this.source = null;
        this.buffer = bytes;
        this.position = index;
        this.limit = index + count;
        this.offsetOfBuffer = -index;
        this.summing = false;
    }

    RdbFormatException corrupt(String reason) {
        return new RdbFormatException(offset(), reason);
    }

    /// {@return how many bytes were taken}
    long offset() {
        return offsetOfBuffer + position;
    }

    /// {@return how many bytes can come at most}
    long remainingMax() {
        int buffered = limit - position;
        if (source == null) {
            return buffered;
        }
        long behind = source.remaining();
        return behind == RdbSource.UNKNOWN ? behind : buffered + behind;
    }

    /// {@return the checksum of all bytes taken}
    long checksum() {
        sum();
        return crc;
    }

    /// Takes what the buffer holds beyond the current position: read from the source, but not part of the file.
    byte[] takeBuffered() {
        byte[] rest = Arrays.copyOfRange(buffer, position, limit);
        limit = position;
        return rest;
    }

    int readByte() throws IOException {
        require(1);
        return buffer[position++] & 0xff;
    }

    int readShort() throws IOException {
        require(2);
        short value = (short) I16.get(buffer, position);
        position += 2;
        return value;
    }

    int readInt() throws IOException {
        require(4);
        int value = (int) I32.get(buffer, position);
        position += 4;
        return value;
    }

    long readLong() throws IOException {
        require(8);
        long value = (long) I64.get(buffer, position);
        position += 8;
        return value;
    }

    /// Reads `count` bytes; the caller has checked that its limits allow so many.
    byte[] readBytes(int count) throws IOException {
        if (count > remainingMax()) {
            throw corrupt(count + " bytes announced, " + remainingMax() + " left");
        }
        if (count == 0) {
            return NO_BYTES;
        }
        boolean certain = count <= limit - position || remainingMax() != RdbSource.UNKNOWN;
        byte[] bytes = new byte[certain ? count : Math.min(count, GROWTH_START_BYTES)];
        int filled = 0;
        while (true) {
            filled += take(bytes, filled, bytes.length - filled);
            if (filled == count) {
                return bytes;
            }
            if (filled == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(count, 2L * filled));
            }
        }
    }

    /// Passes over `count` bytes.
    void skip(long count) throws IOException {
        long left = count;
        while (left > 0) {
            require(1);
            int step = (int) Math.min(left, limit - position);
            position += step;
            left -= step;
        }
    }

    /// Takes between 1 and `count` bytes; big pieces go past the buffer.
    private int take(byte[] target, int index, int count) throws IOException {
        if (position == limit && source != null && count >= BUFFER_BYTES) {
            sum();
            int read = source.read(target, index, count);
            if (read <= 0) {
                throw corrupt("unexpected end of input");
            }
            if (summing) {
                crc = Crc64.update(crc, target, index, read);
            }
            offsetOfBuffer += read;
            return read;
        }
        require(1);
        int step = Math.min(count, limit - position);
        System.arraycopy(buffer, position, target, index, step);
        position += step;
        return step;
    }

    private void require(int count) throws IOException {
        while (limit - position < count) {
            fill();
        }
    }

    private void fill() throws IOException {
        if (source == null) {
            throw corrupt("unexpected end of input");
        }
        if (limit == buffer.length) {
            sum();
            System.arraycopy(buffer, position, buffer, 0, limit - position);
            offsetOfBuffer += position;
            limit -= position;
            position = 0;
            summedTo = 0;
        }
        int read = source.read(buffer, limit, buffer.length - limit);
        if (read <= 0) {
            throw corrupt("unexpected end of input");
        }
        limit += read;
    }

    private void sum() {
        if (summing) {
            crc = Crc64.update(crc, buffer, summedTo, position - summedTo);
        }
        summedTo = position;
    }
}
