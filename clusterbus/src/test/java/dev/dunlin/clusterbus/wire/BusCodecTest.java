// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.clusterbus.model.Bytes;
import dev.dunlin.clusterbus.testkit.RandomMessages;
import dev.dunlin.clusterbus.testkit.Seeds;
import dev.dunlin.clusterbus.wire.ext.HostnameExt;
import dev.dunlin.clusterbus.wire.ext.PingExtension;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BusCodecTest {
    private static final int MUTATIONS_PER_MESSAGE = 40;

    @Test
    void givenAnyMessage_whenEncodedAndDecoded_thenItIsTheSame() {
        Seeds.forEach(
                1_000,
                random -> {
                    BusMessage message = RandomMessages.message(random);
                    ByteBuf frame = encode(message);

                    assertThat(BusCodec.nextFrame(frame))
                            .isEqualTo(new BusCodec.Frame.Announced(frame.readableBytes()));
                    assertThat(BusCodec.decode(frame)).isEqualTo(new Decoded.Received(message, 0));
                });
    }

    @Test
    void givenMutatedFrames_whenDecoded_thenNothingIsThrownAndNothingHugeIsMade() {
        Seeds.forEach(
                500,
                random -> {
                    byte[] original = bytes(encode(RandomMessages.message(random)));
                    for (int i = 0; i < MUTATIONS_PER_MESSAGE; i++) {
                        decodeAnything(mutate(original, random));
                    }
                });
    }

    @Test
    void givenNoise_whenDecoded_thenItIsRejected() {
        Seeds.forEach(
                2_000,
                random -> {
                    var noise = new byte[random.nextInt(6_000)];
                    random.nextBytes(noise);
                    decodeAnything(noise);
                });
    }

    /// A message that is decoded from mutated bytes can be sent on, and then reads the same.
    private static void decodeAnything(byte[] bytes) {
        if (BusCodec.decode(Unpooled.wrappedBuffer(bytes))
                instanceof Decoded.Received(BusMessage message, int _)) {
            if (message instanceof BusMessage.Heartbeat heartbeat) {
                int room = bytes.length - FrameLayout.HEADER_BYTES;
                assertThat(heartbeat.gossip().entries())
                        .hasSizeLessThanOrEqualTo(room / FrameLayout.GOSSIP_BYTES);
            }
            assertThat(BusCodec.decode(encode(message)))
                    .isEqualTo(new Decoded.Received(message, 0));
        }
    }

    private static byte[] mutate(byte[] original, RandomGenerator random) {
        byte[] bytes =
                switch (random.nextInt(4)) {
                    case 0 -> Arrays.copyOf(original, random.nextInt(original.length));
                    case 1 -> Arrays.copyOf(original, original.length + random.nextInt(300));
                    default -> original.clone();
                };
        for (int i = random.nextInt(4); i > 0 && bytes.length > 0; i--) {
            // Most of the header is bitmap; aim at the fields, and at what follows the header.
            int at =
                    switch (random.nextInt(3)) {
                        case 0 -> random.nextInt(80);
                        case 1 -> FrameLayout.PRIMARY_AT + random.nextInt(128);
                        default -> FrameLayout.HEADER_BYTES + random.nextInt(400);
                    };
            bytes[at % bytes.length] = (byte) random.nextInt();
        }
        if (random.nextBoolean() && bytes.length >= FrameLayout.HEADER_BYTES) {
            Unpooled.wrappedBuffer(bytes).setInt(FrameLayout.TOTAL_LENGTH_AT, bytes.length);
        }
        return bytes;
    }

    @ParameterizedTest
    @CsvSource({
        // offset, width, value, reason
        "0,    4, 0x58586d62, BAD_SIGNATURE",
        "4,    4, 2255,       TOO_SHORT",
        "4,    4, 0x7fffffff, TOO_LONG",
        "4,    4, 0xffffffff, TOO_LONG",
        "4,    4, 2257,       WRONG_LENGTH",
        "8,    2, 2,          WRONG_VERSION",
        "14,   2, 1,          WRONG_LENGTH",
        "14,   2, 0xffff,     WRONG_LENGTH",
        "16,   1, 0x80,       BAD_NUMBER",
        "24,   1, 0x80,       BAD_NUMBER",
        "32,   1, 0x80,       BAD_NUMBER",
        "40,   1, 0x41,       BAD_ID",
        "79,   1, 0,          BAD_ID",
        "2128, 1, 0x61,       BAD_ID",
        "2167, 1, 0x61,       BAD_ID",
        "2168, 1, 0x20,       BAD_ADDRESS",
        "2214, 2, 1,          BAD_EXTENSION",
    })
    void givenOneWrongField_whenDecoded_thenTheReasonIsNamed(
            int offset, int width, String value, DecodeFailure reason) {
        ByteBuf frame = encode(new Ping(plainHeader(), Gossip.EMPTY));
        long number = Long.decode(value);
        switch (width) {
            case 1 -> frame.setByte(offset, (int) number);
            case 2 -> frame.setShort(offset, (int) number);
            default -> frame.setInt(offset, (int) number);
        }

        assertThat(BusCodec.decode(frame)).isEqualTo(new Decoded.Rejected(reason));
    }

    @ParameterizedTest
    @CsvSource({"0", "4", "7", "12", "0x7fffffff", "0xffffffff", "264", "32"})
    void givenExtensionWithWrongLength_whenDecoded_thenTheMessageIsRejected(String length) {
        ByteBuf frame = encode(pingWith(List.of(new HostnameExt("h.example.com"))));
        frame.setInt(FrameLayout.HEADER_BYTES, (int) (long) Long.decode(length));

        assertThat(BusCodec.decode(frame))
                .isEqualTo(new Decoded.Rejected(DecodeFailure.BAD_EXTENSION));
    }

    @Test
    void givenExtensionCountThatDoesNotFillTheFrame_whenDecoded_thenTheLengthIsWrong() {
        ByteBuf frame = encode(pingWith(List.of(new HostnameExt("a"), new HostnameExt("b"))));
        frame.setShort(FrameLayout.EXTENSIONS_AT, 1);

        assertThat(BusCodec.decode(frame))
                .isEqualTo(new Decoded.Rejected(DecodeFailure.WRONG_LENGTH));
    }

    @Test
    void givenExtensionOfUnknownType_whenDecoded_thenItIsSkipped() {
        ByteBuf frame = encode(pingWith(List.of(new HostnameExt("a"), new HostnameExt("b"))));
        frame.setShort(FrameLayout.HEADER_BYTES + FrameLayout.EXTENSION_TYPE_AT, 4);

        assertThat(extensions(BusCodec.decode(frame))).containsExactly(new HostnameExt("b"));
    }

    @Test
    void givenHostnameThatIsNone_whenDecoded_thenOnlyTheExtensionIsLeftOut() {
        ByteBuf frame = encode(pingWith(List.of(new HostnameExt("bad,name"))));

        var decoded = BusCodec.decode(frame);

        assertThat(extensions(decoded)).isEmpty();
        assertThat(((Decoded.Received) decoded).ignoredParts()).isEqualTo(1);
    }

    @Test
    void givenOneBadIdInGossip_whenDecoded_thenTheSectionIsDroppedAndTheMessageKept() {
        Ping ping = pingWithGossip();
        ByteBuf frame = encode(ping);
        frame.setByte(FrameLayout.HEADER_BYTES, 'Z');

        assertThat(BusCodec.decode(frame))
                .isEqualTo(
                        new Decoded.Received(
                                new Ping(
                                        ping.header(),
                                        new Gossip(List.of(), ping.gossip().extensions())),
                                1));
    }

    @Test
    void givenHostname_whenEncoded_thenItIsPaddedAsRedisDoes() {
        ByteBuf frame = encode(pingWith(List.of(new HostnameExt("h.example.com"))));

        assertThat(frame.readableBytes()).isEqualTo(FrameLayout.HEADER_BYTES + 24);
        assertThat(frame.getInt(FrameLayout.HEADER_BYTES)).isEqualTo(24);
        assertThat(frame.getByte(FrameLayout.MESSAGE_FLAGS_AT)).isEqualTo((byte) 4);
    }

    @Test
    void givenKindsOfMessages_whenEncoded_thenLengthsAreThoseOfTheProtocol() {
        var header = plainHeader();
        var body = new PublishBody(Bytes.of("chan"), Bytes.of("hello"));

        assertThat(encode(new Publish(header, body)).readableBytes()).isEqualTo(2273);
        assertThat(encode(new LightPublish(false, body)).readableBytes()).isEqualTo(33);
        assertThat(encode(new Fail(header, header.sender())).readableBytes()).isEqualTo(2296);
        assertThat(encode(new FailoverAuthAck(header)).readableBytes()).isEqualTo(2256);
        assertThat(encode(new Update(header, header.sender(), 1, header.slots())).readableBytes())
                .isEqualTo(4352);
    }

    @Test
    void givenPublishedMessageOverTheLimit_whenEncoded_thenItIsRefused() {
        var body =
                new PublishBody(
                        Bytes.of("chan"),
                        Bytes.wrap(new byte[BusCodec.PUBLISH_MESSAGE_BYTES_MAX - 2267]));

        assertThat(BusCodec.fits(body)).isFalse();
        assertThatThrownBy(() -> encode(new Publish(plainHeader(), body)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givenFewBytes_whenAskedForTheFrame_thenItIsIncompleteUnlessTheSignatureIsWrong() {
        byte[] bytes = bytes(encode(new Ping(plainHeader(), Gossip.EMPTY)));

        for (int length = 0; length < FrameLayout.PREFIX_BYTES; length++) {
            assertThat(BusCodec.nextFrame(Unpooled.wrappedBuffer(bytes, 0, length)))
                    .isEqualTo(new BusCodec.Frame.Incomplete());
        }
        assertThat(BusCodec.nextFrame(Unpooled.wrappedBuffer(new byte[4])))
                .isEqualTo(new BusCodec.Frame.Broken(DecodeFailure.BAD_SIGNATURE));
    }

    @Test
    void givenLightHeaderOnOtherTypes_whenDecoded_thenItIsRejected() {
        ByteBuf frame = Unpooled.buffer();
        frame.writeInt(FrameLayout.SIGNATURE).writeInt(16).writeShort(1).writeShort(0);
        frame.writeShort(0x8000).writeShort(0);

        assertThat(BusCodec.decode(frame))
                .isEqualTo(new Decoded.Rejected(DecodeFailure.BAD_LIGHT_TYPE));
    }

    private static List<PingExtension> extensions(Decoded decoded) {
        assertThat(decoded).isInstanceOf(Decoded.Received.class);
        return ((Ping) ((Decoded.Received) decoded).message()).gossip().extensions();
    }

    private static Ping pingWith(List<PingExtension> extensions) {
        return new Ping(plainHeader(), new Gossip(List.of(), extensions));
    }

    private static Ping pingWithGossip() {
        var random = new Random(3);
        while (true) {
            Ping ping = RandomMessages.ping(random);
            if (!ping.gossip().entries().isEmpty()) {
                return ping;
            }
        }
    }

    private static BusHeader plainHeader() {
        var header = RandomMessages.header(new Random(1));
        return new BusHeader(
                header.sender(),
                5,
                4,
                3,
                header.slots(),
                null,
                "",
                7000,
                0,
                17_000,
                header.flags(),
                true,
                MessageFlags.NONE);
    }

    private static ByteBuf encode(BusMessage message) {
        ByteBuf out = Unpooled.buffer();
        BusCodec.encode(message, out);
        return out;
    }

    private static byte[] bytes(ByteBuf buffer) {
        var bytes = new byte[buffer.readableBytes()];
        buffer.getBytes(buffer.readerIndex(), bytes);
        return bytes;
    }
}
