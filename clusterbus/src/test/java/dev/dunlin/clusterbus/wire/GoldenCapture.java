// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.testkit.Await;
import dev.dunlin.clusterbus.testkit.FakePeer;
import dev.dunlin.clusterbus.testkit.RedisServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Predicate;

/// Makes redis-server send one frame of every kind to a hand-made peer, and keeps them as hex.
final class GoldenCapture {
    private static final long NODE_TIMEOUT_MS = 1000;
    private static final long TIMEOUT_MS = 30_000;
    private static final int BYTES_PER_LINE = 52;

    private final Path target;
    private final List<RedisServer> servers = new ArrayList<>();

    private GoldenCapture(Path target) {
        this.target = target;
    }

    /// Rewrites the files in `target`; `scratch` is for the servers.
    static void run(Path target, Path scratch) throws Exception {
        var capture = new GoldenCapture(target);
        try (var peer = new FakePeer(new Random(42))) {
            Files.createDirectories(target);
            capture.capture(peer, scratch);
        } finally {
            for (RedisServer server : capture.servers) {
                server.close();
            }
        }
    }

    private void capture(FakePeer peer, Path scratch) throws Exception {
        for (int i = 0; i < 5; i++) {
            String[] settings =
                    i == 1
                            ? new String[] {"--cluster-announce-hostname", "h.example.com"}
                            : new String[0];
            servers.add(RedisServer.start(scratch, NODE_TIMEOUT_MS, settings));
        }
        RedisServer first = servers.get(0);
        RedisServer second = servers.get(1);
        for (int i = 0; i < 3; i++) {
            int from = i * 5500;
            servers.get(i).call("cluster", "addslotsrange", from, i == 2 ? 16_383 : from + 5499);
            servers.get(i).call("cluster", "set-config-epoch", i + 1);
        }
        first.call("cluster", "meet", "127.0.0.1", peer.port(), peer.busPort());
        keep(peer, "meet", Meet.class, _ -> true, "CLUSTER MEET to the peer");
        for (RedisServer server : servers.subList(1, 5)) {
            first.call("cluster", "meet", "127.0.0.1", server.port(), server.busPort());
        }
        Await.until("all know all", TIMEOUT_MS, () -> allKnow(6, peer));
        RedisServer replica = servers.get(3);
        RedisServer follower = servers.get(4);
        Await.until("replica", TIMEOUT_MS, () -> did(replica, "replicate", first.id()));
        Await.until("follower", TIMEOUT_MS, () -> did(follower, "replicate", peer.id()));
        peer.frames.clear();
        var firstId = new NodeId(first.id());
        var replicaId = new NodeId(replica.id());

        keep(
                peer,
                "ping",
                Ping.class,
                frame -> sentBy(frame, firstId) && gossip(frame).size() >= 3,
                "PING of a primary with gossip about three others");
        keep(
                peer,
                "ping-hostname",
                Ping.class,
                frame -> !((Ping) frame).gossip().extensions().isEmpty(),
                "PING of a primary with cluster-announce-hostname h.example.com");
        keep(
                peer,
                "ping-replica",
                Ping.class,
                frame -> sentBy(frame, replicaId),
                "PING of a replica");

        var toFirst = peer.connect(first.busPort());
        toFirst.send(peer.ping());
        keep(peer, "pong", Pong.class, _ -> true, "PONG to a PING of the peer");

        first.call("publish", "chan", "hello");
        keep(peer, "publish", Publish.class, _ -> true, "PUBLISH chan hello");

        var slots = SlotSet.of(new SlotRange(5500, 10_999));
        var toSecond = peer.connect(second.busPort());
        peer.primary(slots, 0, 0);
        toSecond.send(peer.ping());
        keep(
                peer,
                "update",
                Update.class,
                _ -> true,
                "UPDATE to the peer, which claimed slots 5500-10999 with epoch 0");
        peer.primary(SlotSet.EMPTY, 0, 0);
        Await.until(
                "linked",
                TIMEOUT_MS,
                () -> follower.line(peer.id().value()).contains(" connected"));

        Await.until("failover", TIMEOUT_MS, () -> did(follower, "failover"));
        keep(
                peer,
                "mfstart",
                MfStart.class,
                _ -> true,
                "MFSTART: CLUSTER FAILOVER on a replica of the peer");

        var firstSlots = SlotSet.of(new SlotRange(0, 5499));
        peer.replica(firstId, firstSlots, 1, 10);
        toFirst.send(peer.ping());
        toSecond.send(peer.ping());
        for (RedisServer server : List.of(first, second)) {
            Await.until(
                    "seen as replica",
                    TIMEOUT_MS,
                    () -> server.line(peer.id().value()).contains("slave " + firstId));
        }
        first.call("spublish", "chan", "hello"); // slot 5474
        keep(
                peer,
                "publishshard",
                PublishShard.class,
                _ -> true,
                "SPUBLISH chan hello on the primary the peer replicates");

        var request = peer.replica(firstId, firstSlots, 1, 11);
        toSecond.send(new FailoverAuthRequest(request.withMessageFlags(MessageFlags.FORCE_ACK)));
        keep(
                peer,
                "auth-ack",
                FailoverAuthAck.class,
                _ -> true,
                "AUTH_ACK to an AUTH_REQUEST of the peer with FORCEACK in epoch 11");

        Await.until(
                "replica is synced",
                TIMEOUT_MS,
                () -> replica.call("info", "replication").contains("master_link_status:up"));
        peer.primary(SlotSet.EMPTY, 0, 11);
        first.kill();
        keep(peer, "fail", Fail.class, _ -> true, "FAIL about a primary that was killed");
        keep(
                peer,
                "auth-request",
                FailoverAuthRequest.class,
                _ -> true,
                "AUTH_REQUEST of the replica of the primary that was killed");
    }

    private static boolean did(RedisServer server, Object... subcommand) {
        try {
            var arguments = new ArrayList<Object>(List.of("cluster"));
            arguments.addAll(List.of(subcommand));
            server.call(arguments.toArray());
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private boolean allKnow(int count, FakePeer peer) throws IOException {
        for (RedisServer server : servers) {
            String nodes = server.call("cluster", "nodes");
            if (nodes.lines().count() != count
                    || nodes.contains("handshake")
                    || nodes.contains("disconnected")
                    || !nodes.contains(peer.id().value())) {
                return false;
            }
        }
        return true;
    }

    private static boolean sentBy(BusMessage message, NodeId sender) {
        return message instanceof BusMessage.Headed headed
                && headed.header().sender().equals(sender);
    }

    private static List<GossipEntry> gossip(BusMessage message) {
        return ((BusMessage.Heartbeat) message).gossip().entries();
    }

    private void keep(
            FakePeer peer,
            String name,
            Class<? extends BusMessage> kind,
            Predicate<BusMessage> wanted,
            String note)
            throws Exception {
        var found = new ArrayList<FakePeer.Frame>();
        Await.until(
                name,
                TIMEOUT_MS,
                () -> {
                    for (FakePeer.Frame frame : peer.frames) {
                        if (kind.isInstance(frame.message()) && wanted.test(frame.message())) {
                            found.add(frame);
                            return true;
                        }
                    }
                    return false;
                });
        byte[] bytes = found.getFirst().bytes().array();
        var text = new StringBuilder("# redis-server 7.0.15. " + note + ".\n");
        text.append("# Captured by GoldenCapture: GoldenFrameTest with -Dgolden.rewrite=true.\n");
        for (int at = 0; at < bytes.length; at += BYTES_PER_LINE) {
            int end = Math.min(bytes.length, at + BYTES_PER_LINE);
            text.append(HexFormat.of().formatHex(bytes, at, end)).append('\n');
        }
        Files.writeString(target.resolve(name + ".hex"), text.toString(), UTF_8);
    }
}
