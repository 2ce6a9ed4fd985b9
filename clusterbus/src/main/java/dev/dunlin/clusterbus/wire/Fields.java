// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Reading and writing of single fields at absolute indexes; the caller has checked that the bytes are there.
final class Fields {
    private static final byte[] ZEROS = new byte[FrameLayout.ID_BYTES];

    private Fields() {}

    static String text(ByteBuf frame, int index, int length) {
        return frame.toString(index, length, ISO_8859_1);
    }

    /// {@return the text up to the first NUL, or all `length` bytes when there is none}
    static String paddedText(ByteBuf frame, int index, int length) {
        int end = frame.indexOf(index, index + length, (byte) 0);
        return text(frame, index, end < 0 ? length : end - index);
    }

    static NodeId nodeId(ByteBuf frame, int index) throws Malformed {
        NodeId id = NodeId.parse(text(frame, index, FrameLayout.ID_BYTES));
        if (id == null) {
            throw new Malformed(DecodeFailure.BAD_ID);
        }
        return id;
    }

    /// {@return the id, or null for forty zero bytes}
    static @Nullable NodeId nodeIdOrNull(ByteBuf frame, int index) throws Malformed {
        return frame.getByte(index) == 0 && isZero(frame, index) ? null : nodeId(frame, index);
    }

    private static boolean isZero(ByteBuf frame, int index) {
        for (int i = 0; i < FrameLayout.ID_BYTES; i++) {
            if (frame.getByte(index + i) != 0) {
                return false;
            }
        }
        return true;
    }

    /// {@return a number that must not exceed what a long holds}
    static long unsigned(ByteBuf frame, int index) throws Malformed {
        long value = frame.getLong(index);
        if (value < 0) {
            throw new Malformed(DecodeFailure.BAD_NUMBER);
        }
        return value;
    }

    static String ip(ByteBuf frame, int index) throws Malformed {
        String ip = paddedText(frame, index, FrameLayout.IP_BYTES);
        if (!NodeAddress.validIp(ip)) {
            throw new Malformed(DecodeFailure.BAD_ADDRESS);
        }
        return ip;
    }

    static SlotSet slots(ByteBuf frame, int index) {
        var bytes = new byte[SlotSet.BYTES];
        frame.getBytes(index, bytes);
        return SlotSet.fromBytes(bytes);
    }

    static void writeId(ByteBuf out, @Nullable NodeId id) {
        out.writeBytes(id == null ? ZEROS : id.toBytes());
    }

    static void writePadded(ByteBuf out, String text, int length) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        out.writeBytes(bytes);
        out.writeZero(length - bytes.length);
    }
}
