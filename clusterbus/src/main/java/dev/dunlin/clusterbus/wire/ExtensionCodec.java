// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import static dev.dunlin.clusterbus.wire.FrameLayout.EXTENSION_ALIGNMENT;
import static dev.dunlin.clusterbus.wire.FrameLayout.EXTENSION_HEADER_BYTES;
import static dev.dunlin.clusterbus.wire.FrameLayout.EXTENSION_LENGTH_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.EXTENSION_TYPE_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.ID_BYTES;
import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.wire.ext.ForgottenNodeExt;
import dev.dunlin.clusterbus.wire.ext.HostnameExt;
import dev.dunlin.clusterbus.wire.ext.HumanNodenameExt;
import dev.dunlin.clusterbus.wire.ext.PingExtension;
import dev.dunlin.clusterbus.wire.ext.ShardIdExt;
import io.netty.buffer.ByteBuf;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Ping extensions: `| length 4 | type 2 | zero 2 | payload, zero padded to 8 |`, the length including all of it.
final class ExtensionCodec {
    private static final int HOSTNAME = 0;
    private static final int HUMAN_NODENAME = 1;
    private static final int FORGOTTEN_NODE = 2;
    private static final int SHARD_ID = 3;

    private static final int FORGOTTEN_NODE_BYTES = EXTENSION_HEADER_BYTES + ID_BYTES + Long.BYTES;
    private static final int SHARD_ID_BYTES = EXTENSION_HEADER_BYTES + ID_BYTES;

    /// Nobody is forgotten for longer than a year; the cap keeps sums of times from overflowing.
    private static final long TTL_SECONDS_MAX = 365L * 24 * 60 * 60;

    private ExtensionCodec() {}

    static void write(ByteBuf out, PingExtension extension) {
        int start = out.writerIndex();
        out.writeInt(0);
        switch (extension) {
            case HostnameExt(String hostname) -> writeText(out, HOSTNAME, hostname);
            case HumanNodenameExt(String nodename) -> writeText(out, HUMAN_NODENAME, nodename);
            case ForgottenNodeExt(NodeId node, long ttlSeconds) -> {
                writeType(out, FORGOTTEN_NODE);
                Fields.writeId(out, node);
                out.writeLong(ttlSeconds);
            }
            case ShardIdExt(ShardId shardId) -> {
                writeType(out, SHARD_ID);
                out.writeBytes(shardId.toBytes());
            }
        }
        out.writeZero(-(out.writerIndex() - start) & (EXTENSION_ALIGNMENT - 1));
        out.setInt(start + EXTENSION_LENGTH_AT, out.writerIndex() - start);
    }

    private static void writeType(ByteBuf out, int type) {
        out.writeShort(type);
        out.writeShort(0);
    }

    private static void writeText(ByteBuf out, int type, String text) {
        writeType(out, type);
        out.writeBytes(text.getBytes(ISO_8859_1));
        out.writeByte(0);
    }

    /// Reads `count` extensions that must fill the bytes from `start` to `end` exactly.
    /// {@return how many were of a known type but had a content that makes no sense; those are left out}
    static int read(ByteBuf frame, int start, int end, int count, List<PingExtension> extensions)
            throws Malformed {
        int at = start;
        int ignored = 0;
        for (int i = 0; i < count; i++) {
            int room = end - at;
            if (room < EXTENSION_HEADER_BYTES) {
                throw new Malformed(DecodeFailure.BAD_EXTENSION);
            }
            long length = frame.getUnsignedInt(at + EXTENSION_LENGTH_AT);
            if (length < EXTENSION_HEADER_BYTES
                    || length > room
                    || length % EXTENSION_ALIGNMENT != 0) {
                throw new Malformed(DecodeFailure.BAD_EXTENSION);
            }
            int type = frame.getUnsignedShort(at + EXTENSION_TYPE_AT);
            if (type <= SHARD_ID) {
                PingExtension extension = readKnown(frame, at, (int) length, type);
                if (extension == null) {
                    ignored++;
                } else {
                    extensions.add(extension);
                }
            }
            at += (int) length;
        }
        if (at != end) {
            throw new Malformed(DecodeFailure.WRONG_LENGTH);
        }
        return ignored;
    }

    private static @Nullable PingExtension readKnown(ByteBuf frame, int at, int length, int type) {
        int payload = at + EXTENSION_HEADER_BYTES;
        int payloadBytes = length - EXTENSION_HEADER_BYTES;
        return switch (type) {
            case HOSTNAME -> hostname(Fields.paddedText(frame, payload, payloadBytes));
            case HUMAN_NODENAME -> humanNodename(Fields.paddedText(frame, payload, payloadBytes));
            case FORGOTTEN_NODE ->
                    length == FORGOTTEN_NODE_BYTES ? forgottenNode(frame, payload) : null;
            default -> length == SHARD_ID_BYTES ? shardId(frame, payload) : null;
        };
    }

    private static @Nullable PingExtension hostname(String text) {
        return NodeAddress.validHostname(text) ? new HostnameExt(text) : null;
    }

    private static @Nullable PingExtension humanNodename(String text) {
        return NodeAddress.validHumanNodename(text) ? new HumanNodenameExt(text) : null;
    }

    private static @Nullable PingExtension forgottenNode(ByteBuf frame, int payload) {
        NodeId node = NodeId.parse(Fields.text(frame, payload, ID_BYTES));
        return node == null
                ? null
                : new ForgottenNodeExt(node, ttlSeconds(frame.getLong(payload + ID_BYTES)));
    }

    private static @Nullable PingExtension shardId(ByteBuf frame, int payload) {
        ShardId shardId = ShardId.parse(Fields.text(frame, payload, ID_BYTES));
        return shardId == null ? null : new ShardIdExt(shardId);
    }

    private static long ttlSeconds(long unsigned) {
        return unsigned < 0 ? TTL_SECONDS_MAX : Math.min(unsigned, TTL_SECONDS_MAX);
    }
}
