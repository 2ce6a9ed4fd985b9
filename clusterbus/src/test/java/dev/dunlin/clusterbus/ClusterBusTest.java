// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.CommandResult;
import dev.dunlin.clusterbus.engine.HostStatus;
import dev.dunlin.clusterbus.model.Bytes;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.NodeView;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.store.NodesConfException;
import dev.dunlin.clusterbus.testkit.Await;
import dev.dunlin.clusterbus.testkit.BusNode;
import dev.dunlin.clusterbus.testkit.FakePeer;
import dev.dunlin.clusterbus.transport.BusTransport;
import dev.dunlin.clusterbus.wire.BusCodec;
import dev.dunlin.clusterbus.wire.DecodeFailure;
import dev.dunlin.clusterbus.wire.FailoverAuthAck;
import dev.dunlin.clusterbus.wire.FailoverAuthRequest;
import dev.dunlin.clusterbus.wire.MessageFlags;
import dev.dunlin.clusterbus.wire.PublishBody;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The driver with real links and files, among nodes of our own.
class ClusterBusTest {
    private static final long NODE_TIMEOUT_MS = 1000;
    private static final long TIMEOUT_MS = 30_000;

    @TempDir Path directory;
    private final List<BusNode> nodes = new ArrayList<>();

    @AfterEach
    void stopAll() {
        nodes.forEach(BusNode::close);
    }

    @Test
    void givenThreePrimariesAndAReplica_whenAPrimaryVanishes_thenTheReplicaIsElected()
            throws Exception {
        createCluster(4);
        BusNode primary = nodes.get(0);
        BusNode replica = nodes.get(3);
        var primaryId = new NodeId(primary.id());
        SlotSet slots = primary.view().me().slots();
        assertThat(replica.execute(new ClusterCommand.Replicate(primary.id(), true)))
                .isEqualTo(CommandResult.OK);
        replica.host.status =
                new HostStatus(1, primaryId, HostStatus.Link.UP, replica.bus().clock().nowMs());
        Await.until(
                "all know the replica",
                TIMEOUT_MS,
                () ->
                        nodes.stream()
                                .allMatch(node ->
                                        primaryId.equals(nodeView(node, replica).primary())));

        primary.close();

        Await.until("elected", TIMEOUT_MS, () -> replica.view().isPrimary());
        assertThat(replica.host.orders).last().isEqualTo("becomePrimary");
        for (BusNode node : nodes.subList(1, 4)) {
            Await.until(
                    "all agree",
                    TIMEOUT_MS,
                    () ->
                            nodeView(node, replica).slots().equals(slots)
                                    && node.view().health().ok());
        }
    }

    @Test
    void givenVoteRequest_whenTheVoteArrives_thenItIsOnDiskAlready() throws Exception {
        BusNode voter = start();
        addSlots(voter, 0, 16_383);
        try (var peer = new FakePeer(new Random(1))) {
            voter.execute(new ClusterCommand.Meet("127.0.0.1", peer.port(), peer.busPort()));
            Await.until("known", TIMEOUT_MS, () -> voter.view().node(peer.id()) != null);
            var voterId = new NodeId(voter.id());
            long epoch = voter.view().me().configEpoch();
            var connection = peer.connect(voter.busPort());
            peer.replica(voterId, SlotSet.ALL, epoch, 41);
            connection.send(peer.ping());
            Await.until(
                    "known as replica",
                    TIMEOUT_MS,
                    () -> {
                        var seen = voter.view().node(peer.id());
                        return seen != null && voterId.equals(seen.primary());
                    });

            var request = peer.replica(voterId, SlotSet.ALL, epoch, 42);
            connection.send(
                    new FailoverAuthRequest(request.withMessageFlags(MessageFlags.FORCE_ACK)));

            Await.until("voted", TIMEOUT_MS, () -> peer.first(FailoverAuthAck.class) != null);
            assertThat(Files.readString(voter.config().nodesConf())).contains("lastVoteEpoch 42\n");
        }
    }

    @Test
    void givenDiskThatCannotBeWritten_whenSomethingMustBeSaved_thenTheBusStopsAndSaysSo()
            throws Exception {
        BusNode node = start();
        // Even root cannot rename a file over a directory.
        Path nodesConf = node.config().nodesConf();
        Files.delete(nodesConf);
        Files.createDirectory(nodesConf);
        Files.createFile(nodesConf.resolve("in-the-way"));

        CommandResult result = node.execute(add(0, 10));

        assertThat(result).isEqualTo(CommandResult.error("The cluster bus has stopped"));
        Await.until("told", TIMEOUT_MS, () -> node.host.failure != null);
        assertThat(node.host.failure).isInstanceOf(IOException.class);
        assertThat(node.bus().failure()).isSameAs(node.host.failure);
        assertThat(node.execute(add(11, 12)))
                .isEqualTo(CommandResult.error("The cluster bus has stopped"));
    }

    @Test
    void givenBrokenNodesConf_whenStarted_thenItIsRefusedAndNothingIsLeftBehind() throws Exception {
        BusNode node = start();
        node.close();
        String good = Files.readString(node.config().nodesConf());
        Files.writeString(node.config().nodesConf(), "nonsense\n", UTF_8);

        assertThatThrownBy(node::restart)
                .isInstanceOf(NodesConfException.class)
                .hasMessageContaining("line 1: a node has at least 8 fields");

        Files.writeString(node.config().nodesConf(), good, UTF_8);
        node.restart();
    }

    @Test
    void givenFileOrPortInUse_whenASecondNodeStarts_thenItIsRefused() throws Exception {
        BusNode node = start();
        BusConfig config = node.config();

        assertThatThrownBy(() -> ClusterBus.start(config, node.host, BusTransport.nio()))
                .isInstanceOf(NodesConfException.class)
                .hasMessageContaining("already used by a different node");

        var otherFile =
                new BusConfig(
                        directory.resolve("other.conf"),
                        config.bind(),
                        config.busPort(),
                        null,
                        0,
                        config.engine());
        assertThatThrownBy(() -> ClusterBus.start(otherFile, node.host, BusTransport.nio()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on cluster bus address");
    }

    @Test
    void givenGarbageFromManyConnections_whenItStops_thenTheNodeIsAsBefore() throws Exception {
        createCluster(2);
        BusNode node = nodes.getFirst();
        var random = new Random(7);
        var noise = new byte[100_000];

        for (int i = 0; i < 50; i++) {
            random.nextBytes(noise);
            if (i % 2 == 0) {
                System.arraycopy("RCmb".getBytes(UTF_8), 0, noise, 0, 4);
            }
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), node.busPort())) {
                socket.getOutputStream().write(noise);
            } catch (IOException reset) {
                assertThat(reset).isNotNull();
            }
        }

        Await.until("all links but the real ones are gone", TIMEOUT_MS, () -> links(node) == 2);
        assertThat(node.bus().linkStats().decodeFailures(DecodeFailure.BAD_SIGNATURE))
                .isGreaterThan(0);
        assertThat(node.host.failure).isNull();
        assertThat(node.view().nodes()).hasSize(2);
        assertThat(node.view().nodes().values())
                .allMatch(other -> other.connected() && !other.flags().isSuspected());
    }

    @Test
    void givenConnectionThatSaysNothing_whenTwoNodeTimeoutsPass_thenItIsClosed() throws Exception {
        BusNode node = start();
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), node.busPort())) {
            socket.setSoTimeout((int) TIMEOUT_MS);
            Await.until("accepted", TIMEOUT_MS, () -> links(node) == 1);

            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(links(node)).isZero();
    }

    @Test
    void givenMembers_whenLinksAreAsked_thenBothDirectionsAreNamed() throws Exception {
        createCluster(2);

        var links = nodes.get(0).bus().links();

        var other = new NodeId(nodes.get(1).id());
        assertThat(links).hasSize(2).allMatch(link -> other.equals(link.node()));
        assertThat(links.stream().map(LinkView::inbound)).containsExactlyInAnyOrder(true, false);
        assertThat(links).allMatch(link -> link.createdMs() > 0 && link.sendBufferBytes() >= 0);
    }

    @Test
    void givenMembers_whenOnePublishes_thenTheOtherDeliversItAndTooLongIsRefused()
            throws Exception {
        createCluster(2);
        var body = new PublishBody(Bytes.of("chan"), Bytes.of("hello"));
        var tooLong =
                new PublishBody(
                        Bytes.of("chan"), Bytes.wrap(new byte[BusCodec.PUBLISH_MESSAGE_BYTES_MAX]));

        assertThat(nodes.get(0).bus().publish(false, body)).isTrue();
        assertThat(nodes.get(0).bus().publish(false, tooLong)).isFalse();

        Await.until("delivered", TIMEOUT_MS, () -> nodes.get(1).host.delivered.contains(body));
        assertThat(nodes.get(0).bus().publishesDropped()).isEqualTo(1);
        assertThat(nodes.get(0).host.delivered).isEmpty();
    }

    @Test
    void givenNode_whenRestarted_thenItRemembersWhoItIs() throws Exception {
        BusNode node = start();
        addSlots(node, 5, 9);
        String id = node.id();

        node.restart();

        assertThat(node.id()).isEqualTo(id);
        assertThat(node.view().me().slots()).isEqualTo(SlotSet.of(new SlotRange(5, 9)));
        node.close();
        assertThat(node.execute(add(11, 12)))
                .isEqualTo(CommandResult.error("The cluster bus has stopped"));
        assertThat(node.bus().links()).isEmpty();
    }

    private BusNode start() throws Exception {
        var node = new BusNode(directory, NODE_TIMEOUT_MS);
        nodes.add(node);
        return node;
    }

    /// The first three nodes share the slots, further ones have none.
    private void createCluster(int count) throws Exception {
        for (int i = 0; i < count; i++) {
            start();
        }
        int primaries = Math.min(3, count);
        for (int i = 0; i < primaries; i++) {
            addSlots(nodes.get(i), 16_384 * i / primaries, 16_384 * (i + 1) / primaries - 1);
            nodes.get(i).execute(new ClusterCommand.SetConfigEpoch(i + 1));
        }
        for (BusNode node : nodes.subList(1, count)) {
            nodes.getFirst()
                    .execute(new ClusterCommand.Meet("127.0.0.1", node.port(), node.busPort()));
        }
        Await.until(
                "all are linked both ways and fine",
                TIMEOUT_MS,
                () -> nodes.stream().allMatch(node -> isSettled(node, count)));
    }

    private static boolean isSettled(BusNode node, int count) {
        var view = node.view();
        return view.nodes().size() == count
                && view.health().ok()
                && view.nodes().values().stream()
                        .filter(other -> !other.id().equals(view.myself()))
                        .allMatch(other ->
                                other.outboundSinceMs() != 0 && other.inboundSinceMs() != 0);
    }

    private static void addSlots(BusNode node, int first, int last) {
        assertThat(node.execute(add(first, last))).isEqualTo(CommandResult.OK);
    }

    private static ClusterCommand add(int first, int last) {
        return new ClusterCommand.AddSlots(List.of(new SlotRange(first, last)));
    }

    private static int links(BusNode node) {
        return node.bus().links().size();
    }

    private static NodeView nodeView(BusNode node, BusNode other) {
        var view = node.view().node(new NodeId(other.id()));
        assertThat(view).isNotNull();
        return Objects.requireNonNull(view);
    }
}
