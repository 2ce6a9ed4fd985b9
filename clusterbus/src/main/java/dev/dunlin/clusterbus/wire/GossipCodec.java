// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import static dev.dunlin.clusterbus.wire.FrameLayout.GOSSIP_BUS_PORT_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.GOSSIP_BYTES;
import static dev.dunlin.clusterbus.wire.FrameLayout.GOSSIP_FLAGS_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.GOSSIP_IP_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.GOSSIP_PING_SENT_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.GOSSIP_PONG_RECEIVED_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.GOSSIP_PORT_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.GOSSIP_SECONDARY_PORT_AT;

import dev.dunlin.clusterbus.model.NodeFlags;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// The gossip section.
final class GossipCodec {
    private GossipCodec() {}

    static void write(ByteBuf out, GossipEntry entry) {
        out.ensureWritable(GOSSIP_BYTES);
        Fields.writeId(out, entry.node());
        out.writeInt((int) entry.pingSentSeconds());
        out.writeInt((int) entry.pongReceivedSeconds());
        Fields.writePadded(out, entry.ip(), FrameLayout.IP_BYTES);
        out.writeShort(entry.port());
        out.writeShort(entry.busPort());
        out.writeShort(entry.flags().bits());
        out.writeShort(entry.secondaryPort());
        out.writeShort(0);
    }

    /// Reads `count` entries, all or none: one bad entry says that the sender's table is corrupt, and believing the others
    /// would spread it (Valkey 8 does the same).
    static List<GossipEntry> read(ByteBuf frame, int start, int count) throws Malformed {
        var entries = new ArrayList<GossipEntry>(count);
        for (int i = 0; i < count; i++) {
            int at = start + i * GOSSIP_BYTES;
            entries.add(
                    new GossipEntry(
                            Fields.nodeId(frame, at),
                            frame.getUnsignedInt(at + GOSSIP_PING_SENT_AT),
                            frame.getUnsignedInt(at + GOSSIP_PONG_RECEIVED_AT),
                            Fields.ip(frame, at + GOSSIP_IP_AT),
                            frame.getUnsignedShort(at + GOSSIP_PORT_AT),
                            frame.getUnsignedShort(at + GOSSIP_SECONDARY_PORT_AT),
                            frame.getUnsignedShort(at + GOSSIP_BUS_PORT_AT),
                            NodeFlags.of(frame.getUnsignedShort(at + GOSSIP_FLAGS_AT))));
        }
        return entries;
    }
}
