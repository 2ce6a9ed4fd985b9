// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import static dev.dunlin.clusterbus.wire.FrameLayout.COUNT_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.GOSSIP_BYTES;
import static dev.dunlin.clusterbus.wire.FrameLayout.HEADER_BYTES;
import static dev.dunlin.clusterbus.wire.FrameLayout.ID_BYTES;
import static dev.dunlin.clusterbus.wire.FrameLayout.LIGHT;
import static dev.dunlin.clusterbus.wire.FrameLayout.LIGHT_HEADER_BYTES;
import static dev.dunlin.clusterbus.wire.FrameLayout.PREFIX_BYTES;
import static dev.dunlin.clusterbus.wire.FrameLayout.PUBLISH_BYTES_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.PUBLISH_PAYLOAD_LENGTH_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.SIGNATURE;
import static dev.dunlin.clusterbus.wire.FrameLayout.SIGNATURE_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.TOTAL_LENGTH_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.TYPE_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.UPDATE_BYTES;
import static dev.dunlin.clusterbus.wire.FrameLayout.UPDATE_NODE_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.UPDATE_SLOTS_AT;
import static dev.dunlin.clusterbus.wire.FrameLayout.VERSION;
import static dev.dunlin.clusterbus.wire.FrameLayout.VERSION_AT;

import dev.dunlin.clusterbus.model.Bytes;
import dev.dunlin.clusterbus.model.Invariant;
import dev.dunlin.clusterbus.wire.ext.PingExtension;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/// Messages to bytes and back, as Redis 7.0 and Valkey 8 speak on the cluster bus.
///
/// Bytes from a peer are never trusted: nothing is allocated for a length that was not checked against the bytes at hand,
/// and whatever is wrong ends in a [DecodeFailure], never in an exception.
///
/// Thread: stateless.
public final class BusCodec {
    /// Longest message except published ones: a cluster of a thousand nodes sends 13 KB.
    public static final int MESSAGE_BYTES_MAX = 2 * 1024 * 1024;

    /// Longest message that carries something published. The C servers set no limit.
    public static final int PUBLISH_MESSAGE_BYTES_MAX = 64 * 1024 * 1024;

    /// Most gossip entries in a message.
    public static final int GOSSIP_ENTRIES_MAX = 16_384;

    private BusCodec() {}

    /// What the first bytes of a stream say about the next frame.
    public sealed interface Frame {
        /// Too few bytes to tell.
        record Incomplete() implements Frame {}

        /// The next frame has `bytes` bytes, not all of which need to be there yet.
        record Announced(int bytes) implements Frame {}

        /// The stream is not a bus stream (any more).
        record Broken(DecodeFailure reason) implements Frame {}
    }

    private static final Frame INCOMPLETE = new Frame.Incomplete();

    /// Looks at the frame that starts at the reader index of `in`, without consuming anything.
    public static Frame nextFrame(ByteBuf in) {
        int start = in.readerIndex();
        int available = in.readableBytes();
        if (available < TOTAL_LENGTH_AT) {
            return INCOMPLETE;
        }
        if (in.getInt(start + SIGNATURE_AT) != SIGNATURE) {
            return new Frame.Broken(DecodeFailure.BAD_SIGNATURE);
        }
        if (available < PREFIX_BYTES) {
            return INCOMPLETE;
        }
        long length = in.getUnsignedInt(start + TOTAL_LENGTH_AT);
        int type = in.getUnsignedShort(start + TYPE_AT);
        if (length < ((type & LIGHT) != 0 ? LIGHT_HEADER_BYTES : HEADER_BYTES)) {
            return new Frame.Broken(DecodeFailure.TOO_SHORT);
        }
        if (length > bytesMax(type)) {
            return new Frame.Broken(DecodeFailure.TOO_LONG);
        }
        return new Frame.Announced((int) length);
    }

    private static int bytesMax(int type) {
        return isPublish(type & ~LIGHT) ? PUBLISH_MESSAGE_BYTES_MAX : MESSAGE_BYTES_MAX;
    }

    private static boolean isPublish(int type) {
        return type == MessageType.PUBLISH.code() || type == MessageType.PUBLISHSHARD.code();
    }

    /// Decodes one whole frame, from the reader index of `frame` to its end, as [#nextFrame] announced it.
    ///
    /// The reader index stays where it is; the result holds no reference to the buffer.
    public static Decoded decode(ByteBuf frame) {
        try {
            return switch (nextFrame(frame)) {
                case Frame.Incomplete() -> new Decoded.Rejected(DecodeFailure.TOO_SHORT);
                case Frame.Broken(DecodeFailure reason) -> new Decoded.Rejected(reason);
                case Frame.Announced(int bytes) when bytes != frame.readableBytes() ->
                        new Decoded.Rejected(DecodeFailure.WRONG_LENGTH);
                case Frame.Announced(int bytes) -> decode(frame, frame.readerIndex(), bytes);
            };
        } catch (Malformed malformed) {
            return new Decoded.Rejected(malformed.reason());
        }
    }

    private static Decoded decode(ByteBuf frame, int start, int length) throws Malformed {
        if (frame.getUnsignedShort(start + VERSION_AT) != VERSION) {
            throw new Malformed(DecodeFailure.WRONG_VERSION);
        }
        int typeCode = frame.getUnsignedShort(start + TYPE_AT);
        if ((typeCode & LIGHT) != 0) {
            return light(frame, start, length, typeCode & ~LIGHT);
        }
        BusHeader header = HeaderCodec.read(frame, start);
        int body = start + HEADER_BYTES;
        int bodyBytes = length - HEADER_BYTES;
        MessageType type = MessageType.ofCode(typeCode);
        if (type == null) {
            return received(new Unknown(header, typeCode));
        }
        return switch (type) {
            case PING, PONG, MEET -> heartbeat(frame, start, length, header, type);
            case FAIL -> {
                expect(bodyBytes == ID_BYTES);
                yield received(new Fail(header, Fields.nodeId(frame, body)));
            }
            case PUBLISH -> received(new Publish(header, publishBody(frame, body, bodyBytes)));
            case PUBLISHSHARD ->
                    received(new PublishShard(header, publishBody(frame, body, bodyBytes)));
            case FAILOVER_AUTH_REQUEST -> {
                expect(bodyBytes == 0);
                yield received(new FailoverAuthRequest(header));
            }
            case FAILOVER_AUTH_ACK -> {
                expect(bodyBytes == 0);
                yield received(new FailoverAuthAck(header));
            }
            case MFSTART -> {
                expect(bodyBytes == 0);
                yield received(new MfStart(header));
            }
            case UPDATE -> {
                expect(bodyBytes == UPDATE_BYTES);
                yield received(
                        new Update(
                                header,
                                Fields.nodeId(frame, body + UPDATE_NODE_AT),
                                Fields.unsigned(frame, body),
                                Fields.slots(frame, body + UPDATE_SLOTS_AT)));
            }
            case MODULE -> received(new Unknown(header, typeCode));
        };
    }

    private static Decoded received(BusMessage message) {
        return new Decoded.Received(message, 0);
    }

    private static void expect(boolean lengthIsRight) throws Malformed {
        if (!lengthIsRight) {
            throw new Malformed(DecodeFailure.WRONG_LENGTH);
        }
    }

    private static Decoded light(ByteBuf frame, int start, int length, int type) throws Malformed {
        if (!isPublish(type)) {
            throw new Malformed(DecodeFailure.BAD_LIGHT_TYPE);
        }
        var body = publishBody(frame, start + LIGHT_HEADER_BYTES, length - LIGHT_HEADER_BYTES);
        return received(new LightPublish(type == MessageType.PUBLISHSHARD.code(), body));
    }

    private static PublishBody publishBody(ByteBuf frame, int at, int bytes) throws Malformed {
        expect(bytes >= PUBLISH_BYTES_AT);
        long channelBytes = frame.getUnsignedInt(at);
        long payloadBytes = frame.getUnsignedInt(at + PUBLISH_PAYLOAD_LENGTH_AT);
        expect(PUBLISH_BYTES_AT + channelBytes + payloadBytes == bytes);
        int channelAt = at + PUBLISH_BYTES_AT;
        return new PublishBody(
                bytes(frame, channelAt, (int) channelBytes),
                bytes(frame, channelAt + (int) channelBytes, (int) payloadBytes));
    }

    private static Bytes bytes(ByteBuf frame, int at, int length) {
        var copy = new byte[length];
        frame.getBytes(at, copy);
        return Bytes.wrap(copy);
    }

    private static Decoded heartbeat(
            ByteBuf frame, int start, int length, BusHeader header, MessageType type)
            throws Malformed {
        int count = frame.getUnsignedShort(start + COUNT_AT);
        int extensionCount = HeaderCodec.extensionCount(frame, start);
        int gossipAt = start + HEADER_BYTES;
        int extensionsAt = gossipAt + count * GOSSIP_BYTES;
        int end = start + length;
        expect(count <= GOSSIP_ENTRIES_MAX && extensionsAt <= end);
        // The C servers disagree with themselves about extensions that are not flagged; such a
        // message is refused.
        if (extensionCount > 0 && !header.messageFlags().hasExtData()) {
            throw new Malformed(DecodeFailure.BAD_EXTENSION);
        }
        var extensions = new ArrayList<PingExtension>();
        int ignored = ExtensionCodec.read(frame, extensionsAt, end, extensionCount, extensions);
        List<GossipEntry> entries;
        try {
            entries = GossipCodec.read(frame, gossipAt, count);
        } catch (Malformed _) {
            entries = List.of();
            ignored++;
        }
        var gossip = new Gossip(entries, extensions);
        Invariant.check(type.code() <= MessageType.MEET.code(), "a type with gossip", type);
        BusMessage message =
                switch (type) {
                    case PING -> new Ping(header, gossip);
                    case PONG -> new Pong(header, gossip);
                    default -> new Meet(header, gossip);
                };
        return new Decoded.Received(message, ignored);
    }

    /// Appends `message` as one frame to `out`.
    ///
    /// Throws `IllegalArgumentException` for a [LightPublish] or [Publish] that exceeds [#PUBLISH_MESSAGE_BYTES_MAX].
    public static void encode(BusMessage message, ByteBuf out) {
        int start = out.writerIndex();
        switch (message) {
            case BusMessage.Heartbeat heartbeat -> encodeHeartbeat(heartbeat, out);
            case Fail(BusHeader header, var failed) -> {
                HeaderCodec.write(out, header, MessageType.FAIL.code(), 0, 0);
                Fields.writeId(out, failed);
            }
            case Publish(BusHeader header, PublishBody body) -> {
                HeaderCodec.write(out, header, MessageType.PUBLISH.code(), 0, 0);
                encodePublish(body, out);
            }
            case PublishShard(BusHeader header, PublishBody body) -> {
                HeaderCodec.write(out, header, MessageType.PUBLISHSHARD.code(), 0, 0);
                encodePublish(body, out);
            }
            case FailoverAuthRequest(BusHeader header) ->
                    HeaderCodec.write(out, header, MessageType.FAILOVER_AUTH_REQUEST.code(), 0, 0);
            case FailoverAuthAck(BusHeader header) ->
                    HeaderCodec.write(out, header, MessageType.FAILOVER_AUTH_ACK.code(), 0, 0);
            case Update(BusHeader header, var node, long configEpoch, var slots) -> {
                HeaderCodec.write(out, header, MessageType.UPDATE.code(), 0, 0);
                out.writeLong(configEpoch);
                Fields.writeId(out, node);
                out.writeBytes(slots.toBytes());
            }
            case MfStart(BusHeader header) ->
                    HeaderCodec.write(out, header, MessageType.MFSTART.code(), 0, 0);
            case Unknown(BusHeader header, int type) -> HeaderCodec.write(out, header, type, 0, 0);
            case LightPublish(boolean sharded, PublishBody body) -> {
                var type = sharded ? MessageType.PUBLISHSHARD : MessageType.PUBLISH;
                encodeLightHeader(type, out);
                encodePublish(body, out);
            }
        }
        out.setInt(start + TOTAL_LENGTH_AT, out.writerIndex() - start);
    }

    private static void encodeHeartbeat(BusMessage.Heartbeat heartbeat, ByteBuf out) {
        var type =
                switch (heartbeat) {
                    case Ping _ -> MessageType.PING;
                    case Pong _ -> MessageType.PONG;
                    case Meet _ -> MessageType.MEET;
                };
        var gossip = heartbeat.gossip();
        int count = gossip.entries().size();
        Invariant.check(count <= GOSSIP_ENTRIES_MAX, "gossip entries are limited", count);
        HeaderCodec.write(out, heartbeat.header(), type.code(), count, gossip.extensions().size());
        for (GossipEntry entry : gossip.entries()) {
            GossipCodec.write(out, entry);
        }
        for (PingExtension extension : gossip.extensions()) {
            ExtensionCodec.write(out, extension);
        }
    }

    private static void encodeLightHeader(MessageType type, ByteBuf out) {
        out.writeInt(SIGNATURE);
        out.writeInt(0);
        out.writeShort(VERSION);
        out.writeShort(0);
        out.writeShort(type.code() | LIGHT);
        out.writeShort(0);
    }

    private static void encodePublish(PublishBody body, ByteBuf out) {
        if (!fits(body)) {
            throw new IllegalArgumentException(
                    "published message is too long for the bus: " + body.payload().length());
        }
        out.writeInt(body.channel().length());
        out.writeInt(body.payload().length());
        out.writeBytes(body.channel().array());
        out.writeBytes(body.payload().array());
    }

    /// {@return whether a published message fits into a frame}
    public static boolean fits(PublishBody body) {
        return HEADER_BYTES
                        + PUBLISH_BYTES_AT
                        + (long) body.channel().length()
                        + body.payload().length()
                <= PUBLISH_MESSAGE_BYTES_MAX;
    }
}
