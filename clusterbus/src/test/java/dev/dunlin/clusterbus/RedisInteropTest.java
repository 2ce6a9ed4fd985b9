// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.CommandResult;
import dev.dunlin.clusterbus.engine.HostStatus;
import dev.dunlin.clusterbus.model.Bytes;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.NodeView;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.store.NodesConf;
import dev.dunlin.clusterbus.testkit.Await;
import dev.dunlin.clusterbus.testkit.BusNode;
import dev.dunlin.clusterbus.testkit.RedisServer;
import dev.dunlin.clusterbus.wire.DecodeFailure;
import dev.dunlin.clusterbus.wire.PublishBody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Our bus as a member of clusters of real redis-server processes, who are the judges.
///
/// `-Dinterop.stableMs=60000` is the long form of the test for flapping.
class RedisInteropTest {
    private static final long NODE_TIMEOUT_MS = 1500;
    private static final long TIMEOUT_MS = 30_000;
    private static final long STABLE_MS = Long.getLong("interop.stableMs", 15_000);

    @TempDir Path directory;
    private final List<RedisServer> servers = new ArrayList<>();
    private final List<BusNode> nodes = new ArrayList<>();

    @BeforeEach
    void createCluster() throws Exception {
        assumeTrue(
                RedisServer.isInstalled(),
                "SKIPPED: interop with redis-server needs /usr/bin/redis-server (apt install redis-server)");
        for (int i = 0; i < 3; i++) {
            servers.add(RedisServer.start(directory, NODE_TIMEOUT_MS));
        }
        var command = Stream.of("redis-cli", "--cluster", "create");
        var addresses = servers.stream().map(server -> "127.0.0.1:" + server.port());
        var process =
                new ProcessBuilder(
                                Stream.of(command, addresses, Stream.of("--cluster-yes"))
                                        .flatMap(words -> words)
                                        .toList())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("create.log").toFile())
                        .start();
        assertThat(process.waitFor(TIMEOUT_MS, TimeUnit.MILLISECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
    }

    @AfterEach
    void stopAll() throws Exception {
        for (BusNode node : nodes) {
            node.close();
        }
        for (RedisServer server : servers) {
            server.close();
        }
        for (BusNode node : nodes) {
            assertThat(node.host.failure).isNull();
        }
    }

    @Test
    void givenClusterOfRedis_whenWeMeetIt_thenAllAgreeAndNothingFlaps() throws Exception {
        BusNode node = join();

        assertThat(node.view().health().ok()).isTrue();
        for (RedisServer server : servers) {
            NodeView seen = seen(node, server);
            assertThat(seen.slots().toString()).isEqualTo(slotsOf(server));
            assertThat(seen.configEpoch()).isEqualTo(epochOf(server));
            assertThat(server.line(node.id()))
                    .contains("127.0.0.1:" + node.port() + "@" + node.busPort() + " master");
            // What Redis hears by gossip it does not save at once.
            server.call("cluster", "saveconfig");
            var saved = NodesConf.read(server.nodesConf());
            assertThat(saved.myself().id().value()).isEqualTo(server.id());
            assertThat(saved.myself().slots()).isEqualTo(seen.slots());
            assertThat(saved.nodes()).hasSize(4);
        }
        Await.holds(
                "all see all connected and healthy",
                STABLE_MS,
                () -> everyoneSeesEveryone() && logsShowNoTrouble());
        var stats = node.bus().linkStats();
        assertThat(stats.ignoredParts()).isZero();
        for (DecodeFailure reason : DecodeFailure.values()) {
            assertThat(stats.decodeFailures(reason)).as(reason.name()).isZero();
        }
    }

    @Test
    void givenWeHaveSlots_whenRedisPrimaryDies_thenWeVoteItsReplicaIntoOffice() throws Exception {
        BusNode node = join();
        // Four primaries with slots need three votes: of the two redis that are left, and ours.
        giveSlots(node);
        RedisServer primary = servers.get(0);
        RedisServer replica = addReplica(primary);
        String slots = slotsOf(primary);

        primary.kill();

        String replicaId = replica.id();
        until("the replica takes over", () -> replica.line(replicaId).contains("myself,master"));
        assertThat(replica.log()).contains("Failover election won");
        until("we know", () -> seen(node, replica).slots().toString().equals(slots));
        assertThat(seen(node, replica).isPrimary()).isTrue();
        assertThat(Files.readString(node.config().nodesConf()))
                .contains("lastVoteEpoch " + epochOf(replica));
    }

    @Test
    void givenSlotsOfARedis_whenWeTakeThem_thenEveryRedisRoutesThemToUs() throws Exception {
        BusNode node = join();

        giveSlots(node);

        for (RedisServer server : servers) {
            until("slots are ours", () -> server.line(node.id()).endsWith(" 0-99"));
            assertThat(server.call("cluster", "slots")).contains(node.id());
        }
        assertThat(node.view().me().slots()).isEqualTo(SlotSet.of(new SlotRange(0, 99)));
        until("cluster is ok", () -> stateIsOk(servers.getFirst()));
    }

    @Test
    void givenWeReplicateARedis_whenItDies_thenWeTakeItsSlotsByElection() throws Exception {
        BusNode node = join();
        RedisServer primary = servers.get(0);
        String slots = slotsOf(primary);
        var primaryId = new NodeId(primary.id());
        assertThat(node.execute(new ClusterCommand.Replicate(primaryId.value(), true)))
                .isEqualTo(CommandResult.OK);
        assertThat(node.host.orders).containsExactly("replicateFrom " + primaryId);
        node.host.status =
                new HostStatus(1, primaryId, HostStatus.Link.UP, node.bus().clock().nowMs());
        for (RedisServer server : servers) {
            until("seen as replica", () -> server.line(node.id()).contains(" slave " + primaryId));
        }

        node.host.status =
                new HostStatus(1, primaryId, HostStatus.Link.UP, node.bus().clock().nowMs());
        primary.kill();

        until("we are promoted", () -> node.view().isPrimary());
        assertThat(node.host.orders).last().isEqualTo("becomePrimary");
        assertThat(node.view().me().slots().toString()).isEqualTo(slots);
        for (RedisServer server : servers.subList(1, 3)) {
            until(
                    "redis agrees",
                    () ->
                            server.line(node.id()).contains(" master - ")
                                    && server.line(node.id()).endsWith(" connected " + slots));
            until("cluster is ok", () -> stateIsOk(server));
        }
    }

    @Test
    void givenWeReplicateARedis_whenFailoverIsAsked_thenItHandsOverAndFollowsUs() throws Exception {
        BusNode node = join();
        RedisServer primary = servers.get(0);
        var primaryId = new NodeId(primary.id());
        String slots = slotsOf(primary);
        node.execute(new ClusterCommand.Replicate(primaryId.value(), true));
        node.host.status =
                new HostStatus(0, primaryId, HostStatus.Link.UP, node.bus().clock().nowMs());
        until("seen as replica", () -> primary.line(node.id()).contains(" slave " + primaryId));

        assertThat(
                        node.execute(
                                new ClusterCommand.Failover(
                                        ClusterCommand.FailoverMode.COORDINATED)))
                .isEqualTo(CommandResult.OK);

        until("we are promoted", () -> node.view().isPrimary());
        assertThat(node.view().me().slots().toString()).isEqualTo(slots);
        until(
                "the old primary follows",
                () -> primary.line(primaryId.value()).contains("slave " + node.id()));
    }

    @Test
    void givenRedisReplicatesUs_whenFailoverIsAsked_thenWePauseAndHandOver() throws Exception {
        BusNode node = join();
        giveSlots(node);
        RedisServer replica = RedisServer.start(directory, NODE_TIMEOUT_MS);
        servers.add(replica);
        meet(replica, servers.getFirst());
        until("all know it", this::everyoneSeesEveryone);
        replica.call("cluster", "replicate", node.id());
        // A voter that has not heard of the new role refuses.
        becomesKnownAs(replica, node.id());
        String replicaId = replica.id();

        // Without data to sync, the offsets meet at zero.
        replica.call("cluster", "failover");
        until("we pause", () -> node.host.orders.contains("pauseWrites"));
        node.bus().writesPaused(0);

        until("it is primary", () -> replica.line(replicaId).contains("myself,master"));
        until("we follow", () -> !node.view().isPrimary());
        assertThat(node.host.orders).contains("resumeWrites", "replicateFrom " + replicaId);
    }

    @Test
    void givenPublishers_whenMessagesAreSent_thenBothSidesHearEachOther() throws Exception {
        BusNode node = join();
        RedisServer server = servers.getFirst();

        server.call("publish", "chan", "from redis");
        until("delivered", () -> node.host.delivered.size() == 1);
        assertThat(node.host.delivered)
                .containsExactly(new PublishBody(Bytes.of("chan"), Bytes.of("from redis")));

        long before = received(server);
        assertThat(
                        node.bus()
                                .publish(
                                        false,
                                        new PublishBody(Bytes.of("chan"), Bytes.of("from us"))))
                .isTrue();
        until("heard", () -> received(server) == before + 1);
    }

    @Test
    void givenWeLeave_whenWeComeBackWithOurFile_thenWeAreTheSameMember() throws Exception {
        BusNode node = join();
        giveSlots(node);
        String id = node.id();

        node.bus().close();
        for (RedisServer server : servers) {
            until("gone", () -> server.line(id).contains("fail"));
        }
        node.restart();

        assertThat(node.id()).isEqualTo(id);
        assertThat(node.view().me().slots()).isEqualTo(SlotSet.of(new SlotRange(0, 99)));
        until("back", this::everyoneSeesEveryone);
    }

    @Test
    void givenOurDataLoopHangs_whenNodeTimeoutPasses_thenRedisMarksUsFailedUntilItTurnsAgain()
            throws Exception {
        BusNode node = join();

        node.host.millisSinceLastTurn = NODE_TIMEOUT_MS + 1;
        for (RedisServer server : servers) {
            until("failed", () -> server.line(node.id()).contains("master,fail "));
        }

        node.host.millisSinceLastTurn = 0;
        until("back", this::everyoneSeesEveryone);
    }

    /// As [Await#until], and tells on failure how everyone sees the cluster.
    private void until(String what, Await.Condition condition) throws Exception {
        try {
            Await.until(what, TIMEOUT_MS, condition);
        } catch (AssertionError late) {
            var told = new StringBuilder(String.valueOf(late.getMessage()));
            for (BusNode node : nodes) {
                told.append("\n\nour node ").append(node.id());
                node.view().nodes().values().forEach(view -> told.append("\n").append(view));
            }
            for (RedisServer server : servers) {
                told.append("\n\nredis ").append(server.port()).append("\n");
                told.append(server.isAlive() ? server.call("cluster", "nodes") : "dead");
            }
            throw new AssertionError(told.toString(), late);
        }
    }

    private BusNode join() throws Exception {
        var node = new BusNode(directory, NODE_TIMEOUT_MS);
        nodes.add(node);
        RedisServer first = servers.getFirst();
        assertThat(
                        node.execute(
                                new ClusterCommand.Meet(
                                        "127.0.0.1", first.port(), first.busPort())))
                .isEqualTo(CommandResult.OK);
        until("all know all", this::everyoneSeesEveryone);
        until("we see the cluster ok", () -> node.view().health().ok());
        return node;
    }

    /// Slots 0-99 move from the first server to us, as a resharding tool would do it.
    private void giveSlots(BusNode node) throws Exception {
        RedisServer first = servers.getFirst();
        for (int slot = 0; slot < 100; slot++) {
            assertThat(node.execute(new ClusterCommand.SetSlotImporting(slot, first.id())))
                    .isEqualTo(CommandResult.OK);
            assertThat(node.execute(new ClusterCommand.SetSlotNode(slot, node.id(), 0)))
                    .isEqualTo(CommandResult.OK);
        }
        until(
                "the others agree",
                () -> {
                    for (RedisServer server : servers) {
                        if (!server.line(node.id()).endsWith(" 0-99")) {
                            return false;
                        }
                    }
                    return true;
                });
    }

    private RedisServer addReplica(RedisServer primary) throws Exception {
        RedisServer replica = RedisServer.start(directory, NODE_TIMEOUT_MS);
        servers.add(replica);
        meet(replica, primary);
        until("all know it", this::everyoneSeesEveryone);
        replica.call("cluster", "replicate", primary.id());
        until(
                "synced",
                () -> replica.call("info", "replication").contains("master_link_status:up"));
        becomesKnownAs(replica, primary.id());
        return replica;
    }

    private void becomesKnownAs(RedisServer replica, String primaryId) throws Exception {
        until(
                "known as replica",
                () -> {
                    String line = "slave " + primaryId;
                    for (RedisServer server : servers) {
                        if (!server.line(replica.id()).contains(line)) {
                            return false;
                        }
                    }
                    return nodes.stream().noneMatch(node -> isPrimaryOrUnknown(node, replica));
                });
    }

    private static void meet(RedisServer server, RedisServer other) throws IOException {
        server.call("cluster", "meet", "127.0.0.1", other.port(), other.busPort());
    }

    private boolean everyoneSeesEveryone() throws IOException {
        int members = servers.size() + nodes.size();
        for (RedisServer server : servers) {
            List<String> lines = server.call("cluster", "nodes").lines().toList();
            if (lines.size() != members
                    || lines.stream()
                            .anyMatch(line ->
                                    line.contains("fail")
                                            || line.contains("handshake")
                                            || line.contains("noaddr")
                                            || line.contains("disconnected"))) {
                return false;
            }
        }
        for (BusNode node : nodes) {
            var view = node.view();
            if (view.nodes().size() != members
                    || view.nodes().values().stream()
                            .anyMatch(other ->
                                    !other.connected()
                                            || other.flags().isSuspected()
                                            || other.flags().isFailed()
                                            || other.flags().isHandshake())) {
                return false;
            }
        }
        return true;
    }

    /// What Redis says when it drops our messages, our links or us.
    private boolean logsShowNoTrouble() throws IOException {
        for (RedisServer server : servers) {
            String log = server.log();
            for (String trouble :
                    List.of(
                            "Bad message length",
                            "Node failure",
                            "FAIL message",
                            "I/O error",
                            "unknown extension")) {
                if (log.lines().anyMatch(line -> line.contains(trouble))) {
                    return false;
                }
            }
        }
        return true;
    }

    private static boolean stateIsOk(RedisServer server) throws IOException {
        return server.call("cluster", "info").contains("cluster_state:ok");
    }

    private static NodeView seen(BusNode node, RedisServer server) {
        try {
            NodeView view = node.view().node(new NodeId(server.id()));
            if (view == null) {
                throw new AssertionError("not known: " + server.id());
            }
            return view;
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    private static boolean isPrimaryOrUnknown(BusNode node, RedisServer server) {
        try {
            NodeView view = node.view().node(new NodeId(server.id()));
            return view == null || view.isPrimary();
        } catch (IOException broken) {
            throw new AssertionError(broken);
        }
    }

    private static String slotsOf(RedisServer server) throws IOException {
        return fields(server).skip(8).collect(Collectors.joining(" "));
    }

    private static long epochOf(RedisServer server) throws IOException {
        return Long.parseLong(fields(server).skip(6).findFirst().orElseThrow());
    }

    private static Stream<String> fields(RedisServer server) throws IOException {
        return Stream.of(server.line(server.id()).split(" ", -1));
    }

    private static long received(RedisServer server) throws IOException {
        return server.call("cluster", "info")
                .lines()
                .filter(line -> line.startsWith("cluster_stats_messages_publish_received:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).trim()))
                .findFirst()
                .orElse(0);
    }
}
