// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.wire.Gossip;
import dev.dunlin.clusterbus.wire.GossipEntry;
import dev.dunlin.clusterbus.wire.ext.ForgottenNodeExt;
import dev.dunlin.clusterbus.wire.ext.HostnameExt;
import dev.dunlin.clusterbus.wire.ext.HumanNodenameExt;
import dev.dunlin.clusterbus.wire.ext.PingExtension;
import dev.dunlin.clusterbus.wire.ext.ShardIdExt;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// What is learned from the gossip section and the extensions of a PING, PONG or MEET of a known node.
final class GossipRules {
    /// How far ahead of our clock a gossiped PONG time may be, in milliseconds.
    private static final long CLOCK_SKEW_MS_MAX = 500;

    private static final int DOWN = NodeFlags.PFAIL | NodeFlags.FAIL;

    private final Core core;
    private final FailureDetection failures;
    private final Membership membership;

    GossipRules(Core core, FailureDetection failures, Membership membership) {
        this.core = core;
        this.failures = failures;
        this.membership = membership;
    }

    /// {@return whether the sender tells us that it holds us failed, so that its answer confirms nothing}
    static boolean holdsFailed(Gossip gossip, Node myself) {
        for (GossipEntry entry : gossip.entries()) {
            if (entry.node().equals(myself.id())) {
                return entry.flags().isFailed();
            }
        }
        return false;
    }

    void entries(Node sender, Gossip gossip) {
        for (GossipEntry entry : gossip.entries()) {
            Node node = core.table.find(entry.node());
            if (node == null) {
                membership.heardOf(entry);
            } else if (!node.isMyself()) {
                known(sender, node, entry);
            }
        }
    }

    private void known(Node sender, Node node, GossipEntry entry) {
        boolean down = entry.flags().has(DOWN);
        if (sender.isVoter()) {
            if (down) {
                failures.report(node, sender);
            } else {
                failures.withdraw(node, sender);
            }
        }
        if (!down && node.pingSentMs == 0 && failures.reports(node) == 0) {
            adoptPongTime(node, entry.pongReceivedSeconds() * 1000);
        }
        NodeAddress address = Membership.addressOf(entry);
        // Redis leaves a node without an address so, though others know where it is: two that have
        // swapped their addresses never find each other again there.
        if (node.has(DOWN | NodeFlags.NOADDR)
                && !down
                && !entry.flags().hasNoAddress()
                && !address.ip().isEmpty()
                && !node.address.sameEndpoint(address)) {
            membership.moved(node, address.withHostname(node.address.hostname()));
        }
    }

    /// Somebody else had a PONG more recently than we: one ping less to send.
    private void adoptPongTime(Node node, long pongMs) {
        if (pongMs > node.pongReceivedMs && pongMs <= core.nowMs + CLOCK_SKEW_MS_MAX) {
            node.pongReceivedMs = pongMs;
        }
    }

    /// What is not announced any more is gone, except the shard id, which older servers never announce.
    void extensions(Node sender, Gossip gossip) {
        String hostname = null;
        String nodename = null;
        for (PingExtension extension : gossip.extensions()) {
            switch (extension) {
                case HostnameExt(String name) -> hostname = name;
                case HumanNodenameExt(String name) -> nodename = name;
                case ShardIdExt(ShardId shardId) -> adoptShardId(sender, shardId);
                case ForgottenNodeExt forgotten -> forgotten(sender, forgotten);
            }
        }
        names(sender, hostname, nodename);
    }

    private void names(Node sender, @Nullable String hostname, @Nullable String nodename) {
        boolean valid = hostname == null || NodeAddress.validHostname(hostname);
        if (valid && !Objects.equals(sender.address.hostname(), hostname)) {
            sender.address = sender.address.withHostname(hostname);
            sender.touch();
            core.outbox.save();
        }
        if (!Objects.equals(sender.humanNodename, nodename)) {
            sender.humanNodename = nodename;
            sender.touch();
            core.outbox.save();
        }
    }

    private void adoptShardId(Node sender, ShardId shardId) {
        Node myself = core.myself();
        if (!sender.shardId.equals(shardId)) {
            sender.shardId = shardId;
            sender.touch();
            core.outbox.save();
        }
        if (sender == myself.primary && !myself.shardId.equals(shardId)) {
            myself.shardId = shardId;
            myself.touch();
            core.outbox.save();
        }
    }

    /// An entry about the sender itself is nonsense, and acting on it would pull the floor from under this very message.
    private void forgotten(Node sender, ForgottenNodeExt forgotten) {
        Node node = core.table.find(forgotten.node());
        if (node == null
                || node == sender
                || node.isMyself()
                || node == core.myself().primary
                || forgotten.ttlSeconds() <= 0) {
            return;
        }
        long ttlSeconds = Math.min(forgotten.ttlSeconds(), core.config.blacklistTtlSeconds());
        core.info("node forgotten node=" + node.id() + " saidBy=" + sender.id());
        membership.forgetForAWhile(node, ttlSeconds);
    }
}
