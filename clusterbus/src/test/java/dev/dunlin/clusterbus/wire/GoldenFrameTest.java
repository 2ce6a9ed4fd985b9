// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.model.Bytes;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.ext.HostnameExt;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Frames that redis-server sent prove the offsets. `-Dgolden.rewrite=true` captures them anew.
class GoldenFrameTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/bus");
    private static final SlotSet FIRST_SLOTS = SlotSet.of(new SlotRange(0, 5499));
    private static final SlotSet SECOND_SLOTS = SlotSet.of(new SlotRange(5500, 10_999));

    @BeforeAll
    static void rewrite(@TempDir Path scratch) throws Exception {
        if (Boolean.getBoolean("golden.rewrite")) {
            GoldenCapture.run(GOLDEN, scratch);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ping",
                "ping-hostname",
                "ping-replica",
                "pong",
                "meet",
                "fail",
                "publish",
                "publishshard",
                "auth-request",
                "auth-ack",
                "update",
                "mfstart"
            })
    void givenFrameOfRedis_whenDecodedAndEncoded_thenItIsTheSameBytes(String name)
            throws IOException {
        byte[] frame = frame(name);
        ByteBuf out = Unpooled.buffer();

        BusCodec.encode(decode(name), out);

        var encoded = new byte[out.readableBytes()];
        out.readBytes(encoded);
        assertThat(HexFormat.of().formatHex(encoded)).isEqualTo(HexFormat.of().formatHex(frame));
    }

    @Test
    void givenPing_whenDecoded_thenHeaderAndGossipSayWhatRedisMeant() throws IOException {
        var ping = (Ping) decode("ping");

        assertThat(ping.header().isPrimary()).isTrue();
        assertThat(ping.header().slots()).isEqualTo(FIRST_SLOTS);
        assertThat(ping.header().configEpoch()).isEqualTo(1);
        assertThat(ping.header().currentEpoch()).isGreaterThanOrEqualTo(3);
        assertThat(ping.header().ip()).isEqualTo("127.0.0.1");
        assertThat(ping.header().port()).isPositive();
        assertThat(ping.header().busPort()).isPositive();
        assertThat(ping.header().flags())
                .isEqualTo(
                        NodeFlags.of(NodeFlags.MYSELF | NodeFlags.PRIMARY | NodeFlags.MIGRATE_TO));
        assertThat(ping.header().messageFlags()).isEqualTo(MessageFlags.NONE);
        assertThat(ping.gossip().entries()).hasSizeGreaterThanOrEqualTo(3);
        assertThat(ping.gossip().entries())
                .allSatisfy(entry -> {
                    assertThat(entry.ip()).isEqualTo("127.0.0.1");
                    assertThat(entry.port()).isPositive();
                    assertThat(entry.busPort()).isPositive();
                    assertThat(entry.flags().isPrimary() || entry.flags().isReplica()).isTrue();
                    // The 26th century is far, 2020 is over.
                    assertThat(entry.pongReceivedSeconds())
                            .satisfiesAnyOf(
                                    seconds -> assertThat(seconds).isZero(),
                                    seconds -> assertThat(seconds).isGreaterThan(1L << 30));
                });
    }

    @Test
    void givenPingWithHostname_whenDecoded_thenTheExtensionIsThere() throws IOException {
        var ping = (Ping) decode("ping-hostname");

        assertThat(ping.gossip().extensions()).containsExactly(new HostnameExt("h.example.com"));
        assertThat(ping.header().messageFlags().hasExtData()).isTrue();
        assertThat(ping.header().slots()).isEqualTo(SECOND_SLOTS);
    }

    @Test
    void givenPingOfReplica_whenDecoded_thenItSpeaksForItsPrimary() throws IOException {
        var ping = (Ping) decode("ping-replica");

        assertThat(ping.header().primary()).isEqualTo(((Ping) decode("ping")).header().sender());
        assertThat(ping.header().slots()).isEqualTo(FIRST_SLOTS);
        assertThat(ping.header().configEpoch()).isEqualTo(1);
        assertThat(ping.header().flags().isReplica()).isTrue();
    }

    @Test
    void givenPublishedMessages_whenDecoded_thenChannelAndPayloadAreThere() throws IOException {
        var body = new PublishBody(Bytes.of("chan"), Bytes.of("hello"));

        assertThat(((Publish) decode("publish")).body()).isEqualTo(body);
        assertThat(((PublishShard) decode("publishshard")).body()).isEqualTo(body);
    }

    @Test
    void givenUpdate_whenDecoded_thenItNamesTheOwnerOfTheSlots() throws IOException {
        var update = (Update) decode("update");

        assertThat(update.slots()).isEqualTo(SECOND_SLOTS);
        assertThat(update.configEpoch()).isEqualTo(2);
        assertThat(update.node()).isEqualTo(update.header().sender());
    }

    @Test
    void givenMessagesOfAFailover_whenDecoded_thenTheyNameTheFailedAndTheEpoch()
            throws IOException {
        var killed = ((Ping) decode("ping")).header().sender();
        var request = (FailoverAuthRequest) decode("auth-request");

        assertThat(((Fail) decode("fail")).failed()).isEqualTo(killed);
        assertThat(request.header().primary()).isEqualTo(killed);
        assertThat(request.header().currentEpoch()).isEqualTo(12);
        assertThat(request.header().slots()).isEqualTo(FIRST_SLOTS);
        assertThat(((FailoverAuthAck) decode("auth-ack")).header().currentEpoch()).isEqualTo(11);
    }

    @Test
    void givenMeetPongAndMfStart_whenDecoded_thenTheyAreTheseKinds() throws IOException {
        assertThat(decode("meet")).isInstanceOf(Meet.class);
        assertThat(decode("pong")).isInstanceOf(Pong.class);
        assertThat(decode("mfstart")).isInstanceOf(MfStart.class);
    }

    private static BusMessage decode(String name) throws IOException {
        Decoded decoded = BusCodec.decode(Unpooled.wrappedBuffer(frame(name)));

        assertThat(decoded).isInstanceOf(Decoded.Received.class);
        var received = (Decoded.Received) decoded;
        assertThat(received.ignoredParts()).isZero();
        return received.message();
    }

    private static byte[] frame(String name) throws IOException {
        String hex =
                Files.readString(GOLDEN.resolve(name + ".hex"), UTF_8)
                        .lines()
                        .filter(line -> !line.startsWith("#"))
                        .collect(Collectors.joining());
        return HexFormat.of().parseHex(hex);
    }
}
