// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.persistence.codec.Crc64;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// What DUMP gives out, and RESTORE and MIGRATE take: one value without its key.
///
/// ```
/// | type | value ... | u16 RDB version | u64 CRC-64 of all before |
/// ```
///
/// Payloads are sealed as version 10, so that servers since Redis 7.0 take them, and accepted up to version 12.
///
/// Thread: stateless. Nothing here waits: a payload is in memory as a whole.
public final class DumpPayload {
    private static final int VERSION_BYTES = 2;
    static final int FOOTER_BYTES = VERSION_BYTES + Crc64.BYTES;
    private static final VarHandle I64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private DumpPayload() {}

    /// Appends the footer to a payload that begins at `start` in the buffer: type and value, by [RdbEncoder].
    public static void seal(ByteBuf out, int start) {
        out.writeShortLE(RdbWriter.VERSION);
        out.writeLongLE(Crc64.update(Crc64.START, out, start, out.writerIndex() - start));
    }

    /// {@return whether version and checksum are right; if not, RESTORE says "DUMP payload version or checksum are wrong"}
    public static boolean isIntact(byte[] payload, int index, int bytes) {
        if (bytes < FOOTER_BYTES) {
            return false;
        }
        int footer = index + bytes - FOOTER_BYTES;
        int version = (payload[footer] & 0xff) | ((payload[footer + 1] & 0xff) << 8);
        long stated = (long) I64.get(payload, footer + VERSION_BYTES);
        return version <= RdbReader.VERSION_MAX
                && stated == Crc64.update(Crc64.START, payload, index, bytes - Crc64.BYTES);
    }

    /// {@return the same of a payload in native memory}
    public static boolean isIntact(long payload, int bytes) {
        if (bytes < FOOTER_BYTES) {
            return false;
        }
        long footer = payload + bytes - FOOTER_BYTES;
        int version = Memory.getShort(footer) & 0xffff;
        return version <= RdbReader.VERSION_MAX
                && Memory.getLong(footer + VERSION_BYTES)
                        == Crc64.update(Crc64.START, payload, bytes - Crc64.BYTES);
    }

    /// Reads the value of a payload that is intact. All of it was checked when this returns: no step of a cursor can fail any
    /// more, so the old value of a key may be given up. The array must stay unchanged as long as the value is used.
    ///
    /// Bytes between the value and the footer are ignored, as Redis does.
    ///
    /// @throws RdbFormatException when the value is not valid or without elements; RESTORE then says "Bad data format"
    public static RdbValue decode(byte[] payload, int index, int bytes, RdbLimits limits)
            throws RdbFormatException {
        try {
            RdbValue check = parse(payload, index, bytes, limits);
            if (ValueParser.isEmpty(check)
                    || (check instanceof RdbValue.ListElements list && !list.next())) {
                throw new RdbFormatException(0, "a collection without elements");
            }
            check.drain();
            return parse(payload, index, bytes, limits);
        } catch (RdbFormatException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail", e);
        }
    }

    /// {@return whether a field or member comes twice in the value of a payload that [#decode] has accepted}
    ///
    /// Making the value shows it too, but then the old value of its key is gone.
    public static boolean hasDuplicates(byte[] payload, int index, int bytes, RdbLimits limits) {
        try {
            RdbValue value = parse(payload, index, bytes, limits);
            if (!(value instanceof RdbValue.Collection elements)
                    || value instanceof RdbValue.ListElements) {
                return false;
            }
            Set<ByteBuffer> seen = new HashSet<>();
            List<byte[]> element = new ArrayList<>();
            while (elements.next()) {
                element.clear();
                elements.addTo(element);
                if (!seen.add(ByteBuffer.wrap(element.getFirst()))) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail", e);
        }
    }

    private static RdbValue parse(byte[] payload, int index, int bytes, RdbLimits limits)
            throws IOException {
        var input = new RdbInput(payload, index, bytes - FOOTER_BYTES);
        int code = input.readByte();
        RdbType type = RdbType.ofCode(code);
        if (type == null) {
            throw input.corrupt("unknown type " + code);
        }
        return new ValueParser(new RdbDecoder(input, limits)).parse(type);
    }
}
