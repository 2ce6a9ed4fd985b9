// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.Invariant;
import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.NodeView;
import dev.dunlin.clusterbus.model.PersistedNode;
import dev.dunlin.clusterbus.model.PersistedState;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.BusHeader;
import dev.dunlin.clusterbus.wire.BusMessage;
import dev.dunlin.clusterbus.wire.Gossip;
import dev.dunlin.clusterbus.wire.GossipEntry;
import dev.dunlin.clusterbus.wire.MessageFlags;
import dev.dunlin.clusterbus.wire.Ping;
import dev.dunlin.clusterbus.wire.Pong;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One engine among peers that are played by the test: node `1` is the engine, `2` and so on are what the test says they are.
///
/// Connections open as soon as the engine asks for them, and every PING of the engine is answered unless the peer is silent.
final class EngineHarness {
    static final long START_MS = 1_700_000_000_000L;
    static final long NODE_TIMEOUT_MS = 1000;

    /// What a peer says of itself.
    static final class Peer {
        final NodeId id;
        final String ip;
        SlotSet slots;
        @Nullable NodeId primary;
        long configEpoch;
        long currentEpoch;
        long offset;
        int messageFlags = MessageFlags.EXT_DATA;
        boolean silent;

        /// A connect that waits for an answer because the peer is silent.
        @Nullable LinkId connecting;

        List<GossipEntry> gossip = List.of();
        @Nullable LinkId outbound;
        final LinkId inbound;

        Peer(int number, SlotSet slots, @Nullable NodeId primary, long configEpoch) {
            this.id = id(number);
            this.ip = "10.0.0." + number;
            this.slots = slots;
            this.primary = primary;
            this.configEpoch = configEpoch;
            this.inbound = LinkId.inbound(number);
        }

        BusHeader header() {
            return new BusHeader(
                    id,
                    currentEpoch,
                    configEpoch,
                    offset,
                    slots,
                    primary,
                    ip,
                    7000,
                    0,
                    17_000,
                    NodeFlags.of(
                            NodeFlags.MYSELF
                                    | (primary == null ? NodeFlags.PRIMARY : NodeFlags.REPLICA)),
                    true,
                    new MessageFlags(messageFlags));
        }

        Ping ping() {
            return new Ping(header(), new Gossip(gossip, List.of()));
        }

        Pong pong() {
            return new Pong(header(), new Gossip(gossip, List.of()));
        }

        /// {@return this peer's opinion of another node}
        GossipEntry about(NodeId node, int flags) {
            int number = Integer.parseInt(node.value().substring(36), 16);
            return new GossipEntry(
                    node, 0, 0, "10.0.0." + number, 7000, 0, 17_000, NodeFlags.of(flags));
        }
    }

    final ClusterEngine engine;
    final Map<NodeId, Peer> peers = new LinkedHashMap<>();
    final List<Effect> effects = new ArrayList<>();
    ClusterView view;
    long nowMs = START_MS;
    private long nextToken = 1;

    static NodeId id(int number) {
        return new NodeId(String.format("%040x", number));
    }

    static SlotSet slots(int first, int last) {
        return SlotSet.of(new SlotRange(first, last));
    }

    static EngineConfig config() {
        return new EngineConfig(
                NodeAddress.of("10.0.0.1", 7000, 17_000),
                null,
                NODE_TIMEOUT_MS,
                0,
                10,
                10,
                1,
                true,
                false,
                false,
                0,
                60,
                5000,
                0);
    }

    /// {@return a primary with a third of the slots, among two others with the rest; 4 is a replica of 1, 5 and 6 of 2}
    static EngineHarness primary() {
        return new EngineHarness(slots(0, 5000), null, config());
    }

    /// {@return the same cluster, but the engine is a replica of 2}
    static EngineHarness replica() {
        return new EngineHarness(SlotSet.EMPTY, id(2), config());
    }

    EngineHarness(SlotSet mySlots, @Nullable NodeId myPrimary, EngineConfig config) {
        peers(mySlots.isEmpty() ? slots(0, 10_000) : slots(5001, 10_000));
        var lines = new ArrayList<PersistedNode>();
        lines.add(line(id(1), "10.0.0.1", mySlots, myPrimary, 1, NodeFlags.MYSELF));
        for (Peer peer : peers.values()) {
            lines.add(
                    line(
                            peer.id,
                            peer.ip,
                            peer.primary == null ? peer.slots : SlotSet.EMPTY,
                            peer.primary,
                            peer.configEpoch,
                            0));
        }
        engine =
                new ClusterEngine(
                        config,
                        new PersistedState(3, 0, lines, List.of()),
                        new SplittableRandom(1),
                        nowMs);
        view = engine.view();
        for (Peer peer : peers.values()) {
            step(new Event.Accepted(peer.inbound, peer.ip, "10.0.0.1", nowMs));
        }
        HostStatus status =
                myPrimary == null
                        ? HostStatus.primary(100)
                        : new HostStatus(100, myPrimary, HostStatus.Link.UP, nowMs);
        step(new Event.HostReported(status, nowMs));
        runFor(200);
        effects.clear();
    }

    private void peers(SlotSet slotsOfTwo) {
        SlotSet slotsOfThree = slots(10_001, 16_383);
        add(new Peer(2, slotsOfTwo, null, 2));
        add(new Peer(3, slotsOfThree, null, 3));
        boolean first = !slotsOfTwo.contains(0);
        add(
                new Peer(
                        4,
                        first ? slots(0, 5000) : slotsOfThree,
                        first ? id(1) : id(3),
                        first ? 1 : 3));
        add(new Peer(5, slotsOfTwo, id(2), 2));
        add(new Peer(6, slotsOfTwo, id(2), 2));
    }

    private void add(Peer peer) {
        peer.currentEpoch = 3;
        peer.offset = 100;
        peers.put(peer.id, peer);
    }

    private static PersistedNode line(
            NodeId id, String ip, SlotSet slots, @Nullable NodeId primary, long epoch, int flags) {
        NodeId head = primary == null ? id : primary;
        return new PersistedNode(
                id,
                NodeAddress.of(ip, 7000, 17_000),
                null,
                new ShardId(head.value()),
                NodeFlags.of(flags | (primary == null ? NodeFlags.PRIMARY : NodeFlags.REPLICA)),
                primary,
                0,
                0,
                epoch,
                true,
                slots);
    }

    Peer peer(int number) {
        Peer peer = peers.get(id(number));
        Invariant.check(peer != null, "a peer of the test", number);
        return Objects.requireNonNull(peer);
    }

    NodeView node(int number) {
        NodeView node = engine.view().node(id(number));
        Invariant.check(node != null, "a known node", number);
        return Objects.requireNonNull(node);
    }

    NodeView me() {
        return engine.view().me();
    }

    /// One event, and whatever peers do at once about its effects.
    List<Effect> step(Event event) {
        List<Effect> mine = engine.step(event);
        effects.addAll(mine);
        var replies = new ArrayList<Event>();
        for (Effect effect : mine) {
            if (effect instanceof Effect.PublishView(ClusterView published)) {
                view = published;
            } else if (effect
                    instanceof Effect.Connect(LinkId link, NodeId node, String _, int _)) {
                Peer peer = peers.get(node);
                if (peer != null && peer.silent) {
                    peer.connecting = link;
                } else if (peer != null) {
                    peer.outbound = link;
                    replies.add(new Event.Connected(link, nowMs));
                }
            } else if (effect instanceof Effect.Send(LinkId link, BusMessage message)
                    && message instanceof Ping) {
                Peer peer = byOutbound(link);
                if (peer != null && !peer.silent) {
                    replies.add(new Event.Received(link, peer.pong(), nowMs));
                }
            }
        }
        replies.forEach(this::step);
        return mine;
    }

    /// A silent peer answers again, on a new connection.
    void wake(int number) {
        Peer peer = peer(number);
        peer.silent = false;
        LinkId waiting = peer.connecting;
        if (waiting != null) {
            peer.connecting = null;
            peer.outbound = waiting;
            step(new Event.Connected(waiting, nowMs));
        } else if (peer.outbound != null) {
            step(new Event.LinkClosed(peer.outbound, false, nowMs));
        }
    }

    private @Nullable Peer byOutbound(LinkId link) {
        for (Peer peer : peers.values()) {
            if (link.equals(peer.outbound)) {
                return peer;
            }
        }
        return null;
    }

    /// Time passes in ticks; peers that are not silent ping as well, so that they do not look dead.
    void runFor(long ms) {
        long untilMs = nowMs + ms;
        while (nowMs < untilMs) {
            nowMs = Math.min(untilMs, nowMs + 25);
            step(new Event.Tick(nowMs));
        }
    }

    /// `peer` says something on its own link to us.
    List<Effect> says(int peer, BusMessage message) {
        return step(new Event.Received(peer(peer).inbound, message, nowMs));
    }

    List<Effect> pings(int peer) {
        return says(peer, peer(peer).ping());
    }

    /// A voter of the test holds `node` failed, and says so.
    void report(int reporter, int node, int flags) {
        Peer peer = peer(reporter);
        peer.gossip = List.of(peer.about(id(node), NodeFlags.PRIMARY | flags));
        pings(reporter);
        peer.gossip = List.of();
    }

    CommandResult command(ClusterCommand command) {
        for (Effect effect : step(new Event.CommandIssued(nextToken++, command, nowMs))) {
            if (effect instanceof Effect.Answer(long _, CommandResult result)) {
                return result;
            }
        }
        throw new AssertionError("no answer to " + command);
    }

    /// {@return the messages of this type that were sent to `peer` on our own link since the last [#clear]}
    <M extends BusMessage> List<M> sentTo(int peer, Class<M> type) {
        return sentOn(peer(peer).outbound, type);
    }

    /// {@return the same for the link that the peer opened}
    <M extends BusMessage> List<M> answeredTo(int peer, Class<M> type) {
        return sentOn(peer(peer).inbound, type);
    }

    private <M extends BusMessage> List<M> sentOn(@Nullable LinkId link, Class<M> type) {
        var messages = new ArrayList<M>();
        for (Effect effect : effects) {
            if (effect instanceof Effect.Send send
                    && send.link().equals(link)
                    && type.isInstance(send.message())) {
                messages.add(type.cast(send.message()));
            }
        }
        return messages;
    }

    <E extends Effect> List<E> all(Class<E> type) {
        var found = new ArrayList<E>();
        for (Effect effect : effects) {
            if (type.isInstance(effect)) {
                found.add(type.cast(effect));
            }
        }
        return found;
    }

    void clear() {
        effects.clear();
    }
}
