// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.wire.BusHeader;
import dev.dunlin.clusterbus.wire.GossipEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who belongs to the cluster, and where it lives.
///
/// A node comes in by a handshake (CLUSTER MEET here or there), which never starts by hearsay, or by the gossip of a node that
/// is in already; so two clusters do not merge because an address was reused. Legal transitions: `unknown -> handshake ->
/// member`, `unknown -> member` by gossip, `handshake -> unknown` after a node timeout, `member -> unknown` by CLUSTER FORGET,
/// by a forgotten-node extension, or by RESET.
final class Membership {
    /// More nodes than this are not taken in by gossip or MEET, whatever others say.
    static final int NODES_MAX = 4096;

    private final Core core;
    private final Links links;
    private final Blacklist blacklist;

    Membership(Core core, Links links, Blacklist blacklist) {
        this.core = core;
        this.links = links;
        this.blacklist = blacklist;
    }

    /// Starts a handshake with whoever listens there, unless one is under way. With `meet` the other side is asked to admit us.
    ///
    /// {@return the node in handshake, or null when there is none to start}
    @Nullable Node startHandshake(NodeAddress address, boolean meet) {
        for (Node node : core.table.nodes()) {
            if (node.inHandshake()
                    && node.address.ip().equals(address.ip())
                    && node.address.port() == address.port()
                    && node.address.busPort() == address.busPort()) {
                return null;
            }
        }
        int flags = NodeFlags.PRIMARY | NodeFlags.HANDSHAKE | (meet ? NodeFlags.MEET : 0);
        return add(core.randomId(), flags, address);
    }

    /// Handshakes that lead nowhere end.
    void tick() {
        for (Node node : List.copyOf(core.table.nodes())) {
            if (node.inHandshake()
                    && core.nowMs - node.createdMs > core.config.handshakeTimeoutMs()) {
                forget(node);
            } else {
                links.connect(node);
            }
        }
    }

    /// The other side of a handshake said who it is.
    void completeHandshake(Node node, BusHeader header, Link link) {
        Node known = core.table.find(header.sender());
        if (known != null) {
            // We knew it under its real name; only its address may be news.
            NodeAddress address = node.address;
            forget(node);
            if (!known.isMyself()) {
                moved(known, address.withHostname(known.address.hostname()));
            }
            return;
        }
        core.table.rename(node, header.sender());
        node.clear(NodeFlags.HANDSHAKE | NodeFlags.MEET | NodeFlags.PRIMARY);
        node.set(header.isPrimary() ? NodeFlags.PRIMARY : NodeFlags.REPLICA);
        core.outbox.save();
        core.topologyChanged();
        core.info(
                "handshake done node="
                        + node.id()
                        + " address="
                        + node.address
                        + " link="
                        + link.id);
    }

    /// {@return whether whoever speaks on `link` has the id of a member that is well and lives elsewhere, as a node does that was
    /// started with a copy of another's nodes.conf}
    ///
    /// Redis follows both in turn, for ever. A member that has really moved has left its old links behind.
    boolean isDouble(Node node, Link link, NodeAddress claimed) {
        Link ours = node.outbound;
        Link theirs = node.inbound;
        if (!link.id.inbound()
                || link == theirs
                || ours == null
                || theirs == null
                || node.address.sameEndpoint(claimed)) {
            return false;
        }
        long silenceMsMax = core.config.nodeTimeoutMs();
        boolean isDouble =
                ours.isAlive(node.address, core.nowMs, silenceMsMax)
                        && theirs.isAlive(node.address, core.nowMs, silenceMsMax);
        if (isDouble && !link.doubleReported) {
            link.doubleReported = true;
            core.warn(
                    "two nodes have the same id, the second is ignored: was a nodes.conf copied?"
                            + " node="
                            + node.id()
                            + " address="
                            + node.address
                            + " second="
                            + claimed);
        }
        return isDouble;
    }

    /// Another node answers where this one used to live.
    void lostAddress(Node node) {
        core.info("node lost its address node=" + node.id());
        node.set(NodeFlags.NOADDR);
        node.address = NodeAddress.NONE;
        links.dropOutbound(node);
        core.outbox.save();
    }

    /// Gossip names a node nobody introduced.
    void heardOf(GossipEntry entry) {
        if (entry.flags().hasNoAddress()
                || entry.ip().isEmpty()
                || entry.busPort() == 0
                || entry.flags().isHandshake()
                || blacklist.contains(entry.node(), core.nowMs)) {
            return;
        }
        int kept =
                NodeFlags.PRIMARY
                        | NodeFlags.REPLICA
                        | NodeFlags.PFAIL
                        | NodeFlags.FAIL
                        | NodeFlags.MIGRATE_TO
                        | NodeFlags.NO_FAILOVER;
        int flags = entry.flags().bits() & kept;
        if ((flags & NodeFlags.REPLICA) != 0) {
            flags &= ~NodeFlags.PRIMARY;
        } else {
            flags |= NodeFlags.PRIMARY;
        }
        Node node = add(entry.node(), flags, addressOf(entry));
        if (node != null) {
            if (node.isFailed()) {
                node.failedAtMs = core.nowMs;
            }
            if (node.has(NodeFlags.PFAIL | NodeFlags.FAIL)) {
                node.downSinceMs = core.nowMs;
            }
            core.outbox.save();
            core.info("node learned from gossip node=" + node.id() + " address=" + node.address);
        }
    }

    static NodeAddress addressOf(GossipEntry entry) {
        return new NodeAddress(
                entry.ip(), entry.port(), entry.busPort(), entry.secondaryPort(), null);
    }

    private @Nullable Node add(NodeId id, int flags, NodeAddress address) {
        if (core.table.size() >= NODES_MAX) {
            core.warn("node table is full node=" + id);
            return null;
        }
        var node = new Node(id, ShardId.random(core.random), flags, address, core.nowMs);
        node.dataReceivedMs = core.nowMs;
        core.table.add(node);
        core.outbox.changed();
        links.connect(node);
        return node;
    }

    /// {@return whether the address was new}
    boolean moved(Node node, NodeAddress address) {
        if (node.isMyself() || node.address.sameEndpoint(address)) {
            return false;
        }
        core.info(
                "node has a new address node="
                        + node.id()
                        + " from="
                        + node.address
                        + " to="
                        + address);
        node.address = address;
        node.clear(NodeFlags.NOADDR);
        node.touch();
        links.dropOutbound(node);
        if (node == core.myself().primary) {
            core.outbox.host(
                    new Effect.ReplicateFrom(node.id(), address.ip(), address.port(), false));
        }
        core.outbox.save();
        return true;
    }

    /// Takes a node out, with its links and its slots.
    void forget(Node node) {
        links.drop(node);
        boolean member = !node.inHandshake();
        core.table.remove(node);
        if (member) {
            core.outbox.save();
        }
        core.topologyChanged();
    }

    void forgetForAWhile(Node node, long ttlSeconds) {
        blacklist.add(node.id(), core.nowMs + ttlSeconds * 1000, core.nowMs);
        forget(node);
    }
}
