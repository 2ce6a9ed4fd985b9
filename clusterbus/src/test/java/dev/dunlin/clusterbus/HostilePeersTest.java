// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.CommandResult;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.NodeView;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.testkit.Await;
import dev.dunlin.clusterbus.testkit.BusNode;
import dev.dunlin.clusterbus.wire.BusCodec;
import dev.dunlin.clusterbus.wire.BusHeader;
import dev.dunlin.clusterbus.wire.BusMessage;
import dev.dunlin.clusterbus.wire.DecodeFailure;
import dev.dunlin.clusterbus.wire.Fail;
import dev.dunlin.clusterbus.wire.Gossip;
import dev.dunlin.clusterbus.wire.GossipEntry;
import dev.dunlin.clusterbus.wire.Meet;
import dev.dunlin.clusterbus.wire.Ping;
import dev.dunlin.clusterbus.wire.Pong;
import dev.dunlin.clusterbus.wire.Update;
import dev.dunlin.clusterbus.wire.ext.ForgottenNodeExt;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Anybody can reach a bus port. Whatever comes in there, three members go on as they were: same epochs, slots and members, nobody
/// suspected, commands answered. Each test leaves them so.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostilePeersTest {
    private static final long NODE_TIMEOUT_MS = 2000;
    private static final long TIMEOUT_MS = 30_000;
    private static final int LENGTH_AT = 4;
    private static final int VERSION_AT = 8;
    private static final int TYPE_AT = 12;
    private static final int COUNT_AT = 14;

    @TempDir private static Path directory;
    private final List<BusNode> nodes = new ArrayList<>();
    private final Random random = new Random(11);

    @BeforeAll
    void createCluster() throws Exception {
        for (int i = 0; i < 3; i++) {
            var node = new BusNode(directory, NODE_TIMEOUT_MS);
            nodes.add(node);
            var slots = new SlotRange(16_384 * i / 3, 16_384 * (i + 1) / 3 - 1);
            node.execute(new ClusterCommand.AddSlots(List.of(slots)));
            node.execute(new ClusterCommand.SetConfigEpoch(i + 1));
        }
        for (BusNode node : nodes.subList(1, 3)) {
            nodes.getFirst()
                    .execute(new ClusterCommand.Meet("127.0.0.1", node.port(), node.busPort()));
        }
        awaitSettled();
    }

    @AfterAll
    void stopAll() {
        nodes.forEach(BusNode::close);
    }

    @Test
    void givenFramesCutAtEveryByte_whenTheSenderLeaves_thenNothingOfThemIsLeft() throws Exception {
        String before = state();
        byte[] frame = bytes(new Ping(stranger(), Gossip.EMPTY));

        for (int cut = 0; cut < frame.length; cut++) {
            try (var socket = open()) {
                socket.getOutputStream().write(frame, 0, cut);
            }
        }

        assertAsBefore(before);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1380135522, BAD_SIGNATURE",
        "4, 0, TOO_SHORT",
        "4, 15, TOO_SHORT",
        "4, 2255, TOO_SHORT",
        "4, 2257, WRONG_LENGTH",
        "4, -1, TOO_LONG",
        "4, 2147483647, TOO_LONG",
    })
    void givenWordOfAHeaderThatIsWrong_whenItComes_thenItIsCountedAndNothingElse(
            int at, int value, DecodeFailure failure) throws Exception {
        byte[] frame = bytes(new Ping(stranger(), Gossip.EMPTY));
        ByteBuffer.wrap(frame).putInt(at, value);
        assertRejected(frame, failure);
    }

    @ParameterizedTest
    @CsvSource({
        VERSION_AT + ", 0, WRONG_VERSION",
        VERSION_AT + ", 2, WRONG_VERSION",
        VERSION_AT + ", 65535, WRONG_VERSION",
        COUNT_AT + ", 1, WRONG_LENGTH",
        COUNT_AT + ", 65535, WRONG_LENGTH",
        TYPE_AT + ", 32768, BAD_LIGHT_TYPE",
    })
    void givenFieldOfAHeaderThatIsWrong_whenItComes_thenItIsCountedAndNothingElse(
            int at, int value, DecodeFailure failure) throws Exception {
        byte[] frame = bytes(new Ping(stranger(), Gossip.EMPTY));
        ByteBuffer.wrap(frame).putShort(at, (short) value);
        assertRejected(frame, failure);
    }

    @Test
    void givenMessageOfUnknownType_whenItComes_thenItIsSkipped() throws Exception {
        String before = state();
        byte[] frame = bytes(new Ping(stranger(), Gossip.EMPTY));
        ByteBuffer.wrap(frame).putShort(TYPE_AT, (short) 99);
        try (var socket = open()) {
            socket.getOutputStream().write(frame);
            assertConnectionStillWorks(socket);
        }
        assertAsBefore(before);
    }

    private void assertRejected(byte[] frame, DecodeFailure failure) throws Exception {
        String before = state();
        long counted = victim().bus().linkStats().decodeFailures(failure);
        try (var socket = open()) {
            // One byte more makes up for a length that is too long by one.
            socket.getOutputStream().write(Arrays.copyOf(frame, frame.length + 1));

            Await.until(
                    "counted",
                    TIMEOUT_MS,
                    () -> victim().bus().linkStats().decodeFailures(failure) == counted + 1);
        }
        assertAsBefore(before);
    }

    @Test
    void givenThousandHalfOpenConnections_whenTheySendNoMore_thenTheyGoWithoutTakingMemory()
            throws Exception {
        String before = state();
        byte[] frame = bytes(new Ping(stranger(), Gossip.EMPTY));
        ByteBuffer.wrap(frame).putInt(LENGTH_AT, 8_000);
        List<Socket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < 1000; i++) {
                var socket = open();
                sockets.add(socket);
                socket.getOutputStream().write(frame, 0, i % 100);
            }
            Await.until("all are in", TIMEOUT_MS, () -> links(victim()) >= 1000);
            assertUnchanged(before);

            Await.until("all are gone", TIMEOUT_MS, () -> links(victim()) == 4);
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
        assertAsBefore(before);
    }

    @Test
    void givenNodeOfAnotherCluster_whenItSpeaksOfMembersAndOthers_thenNobodyIsAdoptedOrForgotten()
            throws Exception {
        String before = state();
        NodeId member = new NodeId(nodes.get(1).id());
        var gossip =
                new Gossip(
                        List.of(
                                entry(NodeId.random(random), "127.0.0.1", 1, NodeFlags.PRIMARY),
                                entry(member, "127.0.0.1", 1, NodeFlags.PRIMARY | NodeFlags.FAIL)),
                        List.of(new ForgottenNodeExt(member, 60)));
        BusHeader header = stranger();
        try (var socket = open()) {
            for (int i = 0; i < 50; i++) {
                write(socket, new Ping(header, gossip));
                write(socket, new Pong(header, gossip));
                write(socket, new Fail(header, member));
                write(socket, new Update(header, header.sender(), 99, SlotSet.ALL));
            }
            assertConnectionStillWorks(socket);
        }
        assertAsBefore(before);
    }

    @Test
    void givenFramesWithOurOwnId_whenTheyCome_thenTheyChangeNothing() throws Exception {
        String before = state();
        BusHeader mine = header(new NodeId(victim().id()), SlotSet.EMPTY, 99, 1);
        try (var socket = open()) {
            for (int i = 0; i < 20; i++) {
                write(socket, new Ping(mine, Gossip.EMPTY));
                write(socket, new Meet(mine, Gossip.EMPTY));
                write(socket, new Pong(mine, Gossip.EMPTY));
                write(socket, new Update(mine, mine.sender(), 99, SlotSet.EMPTY));
            }
            assertConnectionStillWorks(socket);
        }
        assertAsBefore(before);
    }

    @Test
    void givenOldFramesOfAMember_whenTheyAreReplayed_thenSlotsAndEpochsStay() throws Exception {
        String before = state();
        BusNode member = nodes.get(1);
        var id = new NodeId(member.id());
        // As it spoke before it had slots, and when it had all of them under an old epoch.
        List<BusHeader> old =
                List.of(
                        header(id, SlotSet.EMPTY, 0, member),
                        header(id, SlotSet.ALL, 0, member),
                        header(id, SlotSet.of(new SlotRange(0, 99)), 0, member));
        for (int i = 0; i < 30; i++) {
            try (var socket = open()) {
                write(socket, new Ping(old.get(i % old.size()), Gossip.EMPTY));
                assertThat(socket.getInputStream().read()).isNotNegative();
            }
        }
        assertAsBefore(before);
    }

    @Test
    void givenTwoNodesOfOneNodesConf_whenBothRun_thenTheFirstKeepsItsPlaceAndNothingFlaps()
            throws Exception {
        String before = state();
        BusNode first = nodes.get(1);
        var copy = new BusNode(directory, NODE_TIMEOUT_MS);
        try (copy) {
            copy.stop();
            Files.writeString(
                    copy.config().nodesConf(), Files.readString(first.config().nodesConf()));

            copy.resume();

            assertThat(copy.id()).isEqualTo(first.id());
            Await.until(
                    "it has spoken",
                    TIMEOUT_MS,
                    () -> copy.view().nodes().values().stream().allMatch(NodeView::connected));
            Await.holds("nothing flaps", 3 * NODE_TIMEOUT_MS, () -> state().equals(before));
            assertThat(copy.view().lease().validAt(copy.bus().clock().nowMs())).isFalse();
        }
        assertAsBefore(before);
    }

    @Test
    void givenTwoMembersThatSwapTheirAddresses_whenTheyAreBack_thenEachIsFoundAndHasItsSlots()
            throws Exception {
        BusNode one = nodes.get(1);
        BusNode two = nodes.get(2);
        one.stop();
        two.stop();
        String file = Files.readString(one.config().nodesConf());
        Files.writeString(one.config().nodesConf(), Files.readString(two.config().nodesConf()));
        Files.writeString(two.config().nodesConf(), file);

        one.resume();
        two.resume();

        awaitSettled();
        var view = victim().view();
        for (BusNode node : List.of(one, two)) {
            var seen = Objects.requireNonNull(view.node(new NodeId(node.id())));
            assertThat(seen.address().port()).isEqualTo(node.port());
            assertThat(seen.slots()).isEqualTo(node.view().me().slots());
            assertThat(seen.slots().isEmpty()).isFalse();
        }
        assertThat(view.currentEpoch()).isEqualTo(3);
    }

    private BusNode victim() {
        return nodes.getFirst();
    }

    /// {@return all that must not change, as every member sees it}
    private String state() {
        var text = new StringBuilder();
        for (BusNode node : nodes) {
            var view = node.view();
            text.append(node.port()).append(" epoch ").append(view.currentEpoch());
            text.append(view.health().ok() ? " ok" : " down").append('\n');
            new TreeMap<>(view.nodes())
                    .values()
                    .forEach(other ->
                            text.append("  ")
                                    .append(other.id())
                                    .append(' ')
                                    .append(other.address())
                                    .append(' ')
                                    .append(other.flags().isSuspected())
                                    .append(other.flags().isFailed())
                                    .append(other.connected())
                                    .append(' ')
                                    .append(other.configEpoch())
                                    .append(' ')
                                    .append(other.slots())
                                    .append('\n'));
        }
        return text.toString();
    }

    /// Members are as they were, answer commands, and keep no connection to strangers.
    private void assertAsBefore(String before) throws Exception {
        Await.until(
                "strangers are gone",
                TIMEOUT_MS,
                () -> nodes.stream().allMatch(node -> links(node) == 4));
        assertUnchanged(before);
    }

    private void assertUnchanged(String before) {
        for (BusNode node : nodes) {
            long startNs = System.nanoTime();
            assertThat(node.execute(new ClusterCommand.AddSlots(List.of(new SlotRange(0, 0)))))
                    .isNotEqualTo(CommandResult.OK);
            assertThat((System.nanoTime() - startNs) / 1_000_000).isLessThan(NODE_TIMEOUT_MS);
            assertThat(node.host.failure).isNull();
        }
        assertThat(state()).isEqualTo(before);
    }

    private void awaitSettled() throws Exception {
        Await.until(
                "all are linked both ways and agree",
                TIMEOUT_MS,
                () ->
                        nodes.stream()
                                .allMatch(node ->
                                        node.view().health().ok()
                                                && node.view().nodes().size() == 3
                                                && links(node) == 4
                                                && node.view().nodes().values().stream()
                                                        .allMatch(this::isWell)));
    }

    private boolean isWell(NodeView seen) {
        return seen.connected()
                && !seen.flags().isSuspected()
                && !seen.flags().isFailed()
                && (seen.flags().isMyself() || seen.inboundSinceMs() != 0)
                && seen.configEpoch() != 0;
    }

    private static int links(BusNode node) {
        return node.bus().links().size();
    }

    private BusHeader stranger() {
        return header(NodeId.random(random), SlotSet.ALL, 99, 1);
    }

    private static BusHeader header(NodeId id, SlotSet slots, long epoch, BusNode as) {
        return header(id, slots, epoch, as.port(), as.busPort());
    }

    private static BusHeader header(NodeId id, SlotSet slots, long epoch, int port) {
        return header(id, slots, epoch, port, port);
    }

    private static BusHeader header(NodeId id, SlotSet slots, long epoch, int port, int busPort) {
        return new BusHeader(
                id,
                epoch,
                epoch,
                0,
                slots,
                null,
                "127.0.0.1",
                port,
                0,
                busPort,
                NodeFlags.of(NodeFlags.PRIMARY | NodeFlags.MYSELF),
                true,
                dev.dunlin.clusterbus.wire.MessageFlags.NONE);
    }

    private static GossipEntry entry(NodeId id, String ip, int port, int flags) {
        return new GossipEntry(id, 0, 0, ip, port, 0, port, NodeFlags.of(flags));
    }

    /// A stranger's PING is answered, so what came before it has been worked on.
    private void assertConnectionStillWorks(Socket socket) throws IOException {
        socket.getOutputStream().write(bytes(new Ping(stranger(), Gossip.EMPTY)));
        assertThat(socket.getInputStream().readNBytes(4))
                .isEqualTo(new byte[] {'R', 'C', 'm', 'b'});
    }

    private Socket open() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), victim().busPort());
        socket.setSoTimeout((int) TIMEOUT_MS);
        return socket;
    }

    private static void write(Socket socket, BusMessage message) throws IOException {
        socket.getOutputStream().write(bytes(message));
    }

    private static byte[] bytes(BusMessage message) {
        ByteBuf out = Unpooled.buffer();
        BusCodec.encode(message, out);
        var bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }
}
