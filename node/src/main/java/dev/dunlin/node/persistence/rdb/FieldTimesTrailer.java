// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// When fields of a hash expire, in a DUMP payload that every Redis since 7.0 reads as a hash without such times.
///
/// ```
/// | type | value ... | u32 bytes, field, i64 time ... | u32 bytes of all these | "dunlinHX" | u16 RDB version | u64 CRC-64 |
/// ```
///
/// It works because RESTORE does not look at what is between the value and the footer, and the checksum is over it too. The types of Redis
/// 7.4 would be refused by all that came before it.
///
/// Thread: stateless.
public final class FieldTimesTrailer {
    /// A field and when it expires.
    ///
    /// @param timeMs Unix time in milliseconds, positive
    @SuppressWarnings("ArrayRecordComponent") // Handed over: nobody else keeps it.
    public record FieldTime(byte[] field, long timeMs) {}

    private static final byte[] MARK = "dunlinHX".getBytes(US_ASCII);
    private static final VarHandle I32 =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle I64 =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int END_BYTES = Integer.BYTES + 8;
    private static final int FIELD_BYTES_MIN = Integer.BYTES + Long.BYTES;

    private FieldTimesTrailer() {}

    /// Ends a trailer whose fields were written from `start` on: `u32 bytes, field, i64 time` each.
    public static void end(ByteBuf out, int start) {
        out.writeIntLE(out.writerIndex() - start);
        out.writeBytes(MARK);
    }

    /// {@return what the trailer of a payload says; nothing when it has none, or one that is not as it must be}
    ///
    /// @param payload an intact one
    public static List<FieldTime> read(byte[] payload) {
        int end = payload.length - DumpPayload.FOOTER_BYTES;
        if (end < END_BYTES
                || !Arrays.equals(payload, end - MARK.length, end, MARK, 0, MARK.length)) {
            return List.of();
        }
        int to = end - END_BYTES;
        int bytes = (int) I32.get(payload, to);
        if (bytes < 0 || bytes > to) {
            return List.of();
        }
        List<FieldTime> times = new ArrayList<>();
        int at = to - bytes;
        while (at < to) {
            int left = to - at;
            int fieldBytes = left < FIELD_BYTES_MIN ? -1 : (int) I32.get(payload, at);
            if (fieldBytes < 0 || fieldBytes > left - FIELD_BYTES_MIN) {
                return List.of();
            }
            at += Integer.BYTES;
            byte[] field = Arrays.copyOfRange(payload, at, at + fieldBytes);
            at += fieldBytes;
            long timeMs = (long) I64.get(payload, at);
            if (timeMs <= 0) {
                return List.of();
            }
            times.add(new FieldTime(field, timeMs));
            at += Long.BYTES;
        }
        return times;
    }
}
