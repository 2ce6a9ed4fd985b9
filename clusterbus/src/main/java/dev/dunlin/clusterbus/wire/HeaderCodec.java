// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import static dev.dunlin.clusterbus.wire.FrameLayout.BUS_PORT_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.CONFIG_EPOCH_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.CURRENT_EPOCH_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.EXTENSIONS_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.FLAGS_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.HEADER_BYTES;
import static dev.dunlin.clusterbus.wire.FrameLayout.IP_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.MESSAGE_FLAGS_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.OFFSET_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.PORT_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.PRIMARY_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.SECONDARY_PORT_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.SENDER_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.SIGNATURE;
import static dev.dunlin.clusterbus.wire.FrameLayout.SLOTS_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.STATE_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.STATE_FAIL;
import static dev.dunlin.clusterbus.wire.FrameLayout.STATE_OK;
import static dev.dunlin.clusterbus.wire.FrameLayout.VERSION;

import dev.dunlin.clusterbus.model.NodeFlags;
import io.netty.buffer.ByteBuf;

/// The normal header.
final class HeaderCodec {
    private HeaderCodec() {}

    /// Writes all 2,256 bytes; the total length is filled in when the body is known.
    static void write(
            ByteBuf out, BusHeader header, int type, int gossipCount, int extensionCount) {
        int start = out.writerIndex();
        out.ensureWritable(HEADER_BYTES);
        out.writeInt(SIGNATURE);
        out.writeInt(0);
        out.writeShort(VERSION);
        out.writeShort(header.port());
        out.writeShort(type);
        out.writeShort(gossipCount);
        out.writeLong(header.currentEpoch());
        out.writeLong(header.configEpoch());
        out.writeLong(header.offset());
        Fields.writeId(out, header.sender());
        out.writeBytes(header.slots().toBytes());
        Fields.writeId(out, header.primary());
        Fields.writePadded(out, header.ip(), FrameLayout.IP_BYTES);
        out.writeShort(extensionCount);
        out.writeZero(start + SECONDARY_PORT_AT - out.writerIndex());
        out.writeShort(header.secondaryPort());
        out.writeShort(header.busPort());
        out.writeShort(header.flags().bits());
        out.writeByte(header.clusterOk() ? STATE_OK : STATE_FAIL);
        // A receiver looks for extensions only when this bit says so.
        var messageFlags =
                extensionCount > 0
                        ? header.messageFlags().with(MessageFlags.EXT_DATA)
                        : header.messageFlags();
        out.writeByte(messageFlags.bits());
        out.writeZero(start + HEADER_BYTES - out.writerIndex());
    }

    static BusHeader read(ByteBuf frame, int start) throws Malformed {
        return new BusHeader(
                Fields.nodeId(frame, start + SENDER_AT),
                Fields.unsigned(frame, start + CURRENT_EPOCH_AT),
                Fields.unsigned(frame, start + CONFIG_EPOCH_AT),
                Fields.unsigned(frame, start + OFFSET_AT),
                Fields.slots(frame, start + SLOTS_AT),
                Fields.nodeIdOrNull(frame, start + PRIMARY_AT),
                Fields.ip(frame, start + IP_AT),
                frame.getUnsignedShort(start + PORT_AT),
                frame.getUnsignedShort(start + SECONDARY_PORT_AT),
                frame.getUnsignedShort(start + BUS_PORT_AT),
                NodeFlags.of(frame.getUnsignedShort(start + FLAGS_AT)),
                frame.getByte(start + STATE_AT) == STATE_OK,
                new MessageFlags(frame.getUnsignedByte(start + MESSAGE_FLAGS_AT)));
    }

    static int extensionCount(ByteBuf frame, int start) {
        return frame.getUnsignedShort(start + EXTENSIONS_AT);
    }
}
