// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.wire.Gossip;
import dev.dunlin.clusterbus.wire.GossipEntry;
import dev.dunlin.clusterbus.wire.Meet;
import dev.dunlin.clusterbus.wire.Ping;
import dev.dunlin.clusterbus.wire.Pong;
import dev.dunlin.clusterbus.wire.ext.HostnameExt;
import dev.dunlin.clusterbus.wire.ext.HumanNodenameExt;
import dev.dunlin.clusterbus.wire.ext.PingExtension;
import dev.dunlin.clusterbus.wire.ext.ShardIdExt;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Composes and sends PING, PONG and MEET (cluster spec, "Heartbeat and gossip packets").
///
/// A complete gossip section has a tenth of the cluster, at least three entries, and all suspected nodes. Primaries ping each
/// other far more often than Redis nodes do, for their leases, so a node that got a complete section within half a node
/// timeout gets the news only: suspected nodes, and those just found to be well. News spreads as fast as in Redis and
/// bandwidth stays where it was.
final class Heartbeats {
    private static final int ENTRIES_MIN = 3;
    private static final int PICKS_PER_ENTRY = 3;

    private final Core core;
    private final HeaderComposer headers;
    private final Blacklist blacklist;

    Heartbeats(Core core, HeaderComposer headers, Blacklist blacklist) {
        this.core = core;
        this.headers = headers;
        this.blacklist = blacklist;
    }

    /// Sends a PING, or a MEET while the node has still to admit us, on our own link to it.
    void ping(Node node) {
        Link link = node.outbound;
        if (link == null || !link.open || core.outbox.muted()) {
            return;
        }
        Gossip gossip = gossip(node, false);
        boolean meet = node.has(NodeFlags.MEET);
        core.outbox.send(
                link,
                meet ? new Meet(headers.header(), gossip) : new Ping(headers.header(), gossip));
        node.lastPingMs = core.nowMs;
        node.pingSentMs = core.nowMs;
        if (link.pingsInFlight.size() < Link.PINGS_IN_FLIGHT_MAX) {
            link.pingsInFlight.add(core.nowMs);
        }
    }

    /// Sends a PING on a link that may be the peer's own, as the answer to MFSTART is. It arms no timer.
    void pingOn(Link link, @Nullable Node node) {
        core.outbox.send(link, new Ping(headers.header(), gossip(node, false)));
    }

    /// Answers on the link the question came in on.
    ///
    /// @param asker null when it is not known
    /// @param confirms whether the answer confirms the asker's lease
    void answer(Link link, @Nullable Node asker, boolean confirms) {
        core.outbox.send(link, new Pong(headers.header(), gossip(asker, !confirms)));
    }

    /// Tells a node, unasked, what we think now. Nobody answers that.
    void announce(Node node) {
        if (node.linked()) {
            core.outbox.send(node.outbound, new Pong(headers.header(), gossip(node, false)));
        }
    }

    /// Tells every node, unasked.
    void announceToAll() {
        for (Node node : core.table.nodes()) {
            if (!node.has(NodeFlags.MYSELF | NodeFlags.HANDSHAKE)) {
                announce(node);
            }
        }
    }

    /// Pings every node that votes and whose answer is not outstanding.
    void pingVoters() {
        for (Node node : core.table.nodes()) {
            if (node.isVoter() && !node.isMyself()) {
                ping(node);
            }
        }
    }

    private Gossip gossip(@Nullable Node receiver, boolean receiverFailed) {
        var chosen = new TreeSet<Node>();
        long sinceFull = receiver == null ? Long.MAX_VALUE : core.nowMs - receiver.fullGossipSentMs;
        if (sinceFull >= core.config.nodeTimeoutMs() / 2) {
            pickRandom(chosen, receiver);
            if (receiver != null) {
                receiver.fullGossipSentMs = core.nowMs;
            }
        }
        for (Node node : core.table.nodes()) {
            if (isNews(node) && node != receiver) {
                chosen.add(node);
            }
        }
        var entries = new ArrayList<GossipEntry>(chosen.size() + 1);
        for (Node node : chosen) {
            entries.add(entry(node, node.flags()));
        }
        if (receiver != null && receiverFailed) {
            entries.add(entry(receiver, receiver.flags() | NodeFlags.FAIL));
        }
        return new Gossip(entries, extensions(receiver));
    }

    private boolean isNews(Node node) {
        if (node.has(NodeFlags.MYSELF | NodeFlags.HANDSHAKE | NodeFlags.NOADDR | NodeFlags.FAIL)) {
            return false;
        }
        return node.isSuspected()
                || (node.recoveredAtMs != 0
                        && core.nowMs - node.recoveredAtMs < core.config.nodeTimeoutMs());
    }

    private void pickRandom(SortedSet<Node> chosen, @Nullable Node receiver) {
        List<Node> nodes = core.table.nodes();
        int fresh = nodes.size() - 2;
        int wanted = Math.min(fresh, Math.max(ENTRIES_MIN, nodes.size() / 10));
        for (int pick = 0;
                pick < wanted * PICKS_PER_ENTRY && chosen.size() < Math.min(wanted, fresh);
                pick++) {
            Node node = nodes.get(core.random.nextInt(nodes.size()));
            if (node == receiver || node.has(NodeFlags.MYSELF | NodeFlags.PFAIL)) {
                continue;
            }
            if (node.has(NodeFlags.HANDSHAKE | NodeFlags.NOADDR)
                    || (node.outbound == null && node.slotCount() == 0)) {
                fresh--;
                continue;
            }
            chosen.add(node);
        }
    }

    private static GossipEntry entry(Node node, int flags) {
        NodeAddress address = node.address;
        return new GossipEntry(
                node.id(),
                node.pingSentMs / 1000,
                node.pongReceivedMs / 1000,
                address.ip(),
                address.port(),
                address.secondaryPort(),
                address.busPort(),
                NodeFlags.of(flags));
    }

    /// Servers before 7.0 drop a PING with extensions, so they go to those only that showed they understand them.
    private List<PingExtension> extensions(@Nullable Node receiver) {
        if (receiver == null || !receiver.has(NodeFlags.EXTENSIONS_SUPPORTED)) {
            return List.of();
        }
        var extensions = new ArrayList<PingExtension>();
        Node myself = core.myself();
        String hostname = myself.address.hostname();
        if (hostname != null) {
            extensions.add(new HostnameExt(hostname));
        }
        if (myself.humanNodename != null) {
            extensions.add(new HumanNodenameExt(myself.humanNodename));
        }
        extensions.addAll(blacklist.extensions(core.nowMs));
        extensions.add(new ShardIdExt(myself.shardId));
        return extensions;
    }
}
