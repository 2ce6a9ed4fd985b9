// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.wire.BusHeader;
import dev.dunlin.clusterbus.wire.BusMessage;
import dev.dunlin.clusterbus.wire.Fail;
import dev.dunlin.clusterbus.wire.FailoverAuthAck;
import dev.dunlin.clusterbus.wire.FailoverAuthRequest;
import dev.dunlin.clusterbus.wire.LightPublish;
import dev.dunlin.clusterbus.wire.Meet;
import dev.dunlin.clusterbus.wire.MfStart;
import dev.dunlin.clusterbus.wire.Ping;
import dev.dunlin.clusterbus.wire.Pong;
import dev.dunlin.clusterbus.wire.Publish;
import dev.dunlin.clusterbus.wire.PublishShard;
import dev.dunlin.clusterbus.wire.Unknown;
import dev.dunlin.clusterbus.wire.Update;
import org.jspecify.annotations.Nullable;

/// Takes a message apart and gives each part to the rule it concerns, in the order Redis does.
///
/// One thing is later than in Redis: the PONG that answers a PING is composed when all its news is applied, because it says
/// whether the asker may serve. On the wire nobody can tell.
final class Inbox {
    private final Core core;
    private final Links links;
    private final Heartbeats heartbeats;
    private final Membership membership;
    private final Roles roles;
    private final SlotOwnership ownership;
    private final Epochs epochs;
    private final FailureDetection failures;
    private final GossipRules gossip;
    private final LeaseGrants grants;
    private final WriteLease lease;
    private final Voting voting;
    private final FailoverElection election;
    private final ManualFailover manualFailover;

    Inbox(
            Core core,
            Links links,
            Heartbeats heartbeats,
            Membership membership,
            Roles roles,
            SlotOwnership ownership,
            Epochs epochs,
            FailureDetection failures,
            GossipRules gossip,
            LeaseGrants grants,
            WriteLease lease,
            Voting voting,
            FailoverElection election,
            ManualFailover manualFailover) {
        this.core = core;
        this.links = links;
        this.heartbeats = heartbeats;
        this.membership = membership;
        this.roles = roles;
        this.ownership = ownership;
        this.epochs = epochs;
        this.failures = failures;
        this.gossip = gossip;
        this.grants = grants;
        this.lease = lease;
        this.voting = voting;
        this.election = election;
        this.manualFailover = manualFailover;
    }

    void received(LinkId linkId, BusMessage message) {
        Link link = links.find(linkId);
        if (link == null || core.outbox.muted()) {
            return;
        }
        core.outbox.countReceived(message);
        switch (message) {
            case LightPublish light -> light(link, light);
            case BusMessage.Headed headed -> headed(link, headed);
        }
    }

    /// A light message is as good as its link is known.
    private void light(Link link, LightPublish message) {
        Node node = link.node;
        if (node == null || node.inHandshake()) {
            links.disconnect(link);
            return;
        }
        node.dataReceivedMs = core.nowMs;
        core.outbox.answer(new Effect.Deliver(message.sharded(), message.body()));
    }

    private void headed(Link link, BusMessage.Headed message) {
        BusHeader header = message.header();
        if (message instanceof BusMessage.Heartbeat && isImpostor(link, header)) {
            Node lost = link.node;
            if (lost != null) {
                membership.lostAddress(lost);
            }
            return;
        }
        Node known = core.table.find(header.sender());
        if (known != null
                && !known.isMyself()
                && membership.isDouble(known, link, addressOf(link, header, null))) {
            answerDouble(link, known, message);
            return;
        }
        Node sender = resolve(link, header);
        if (sender != null) {
            headerEffects(sender, header);
            if (message instanceof BusMessage.Heartbeat) {
                link.heardFrom = addressOf(link, header, null);
                link.heardMs = core.nowMs;
            }
        }
        switch (message) {
            case BusMessage.Heartbeat heartbeat -> heartbeat(link, sender, heartbeat);
            case Fail fail -> failed(sender, fail.failed());
            case Publish publish -> deliver(sender, new Effect.Deliver(false, publish.body()));
            case PublishShard publish -> deliver(sender, new Effect.Deliver(true, publish.body()));
            case FailoverAuthRequest _ -> {
                if (sender != null) {
                    voting.requested(sender, header);
                }
            }
            case FailoverAuthAck _ -> {
                if (sender != null) {
                    election.voteReceived(sender, header.currentEpoch());
                }
            }
            case MfStart _ -> {
                if (sender != null) {
                    manualFailover.requested(sender, link, links);
                }
            }
            case Update update -> {
                if (sender != null) {
                    ownership.updateReceived(update.node(), update.configEpoch(), update.slots());
                }
            }
            case Unknown _ -> {}
        }
    }

    /// Tells it that its answer confirms nothing, so that it does not serve, and takes nothing from it.
    private void answerDouble(Link link, Node member, BusMessage.Headed message) {
        if (message instanceof BusMessage.Heartbeat && !(message instanceof Pong)) {
            heartbeats.answer(link, member, false);
        }
    }

    /// {@return whether our own link to a member leads to another node}
    private static boolean isImpostor(Link link, BusHeader header) {
        Node node = link.node;
        return !link.id.inbound()
                && node != null
                && !node.inHandshake()
                && !node.id().equals(header.sender());
    }

    /// {@return the member that speaks, or null when it is none}
    private @Nullable Node resolve(Link link, BusHeader header) {
        Node node = core.table.find(header.sender());
        if (node == null || node.isMyself() || node.inHandshake()) {
            return null;
        }
        if (link.id.inbound()) {
            links.bind(link, node);
        } else if (link.node != node) {
            return null;
        }
        return node;
    }

    private void headerEffects(Node sender, BusHeader header) {
        sender.dataReceivedMs = core.nowMs;
        if (header.messageFlags().hasExtData()) {
            sender.set(NodeFlags.EXTENSIONS_SUPPORTED);
        }
        if (header.flags().has(NodeFlags.LIGHT_PUBLISH)) {
            sender.set(NodeFlags.LIGHT_PUBLISH);
        } else {
            sender.clear(NodeFlags.LIGHT_PUBLISH);
        }
        // A configEpoch beyond it cannot be, but if it were, the next election must still come out
        // on top.
        core.table.raiseCurrentEpoch(Math.max(header.currentEpoch(), header.configEpoch()));
        // A replica's header has its primary's epoch, which is not the sender's own.
        if (header.isPrimary() && header.configEpoch() > sender.configEpoch) {
            sender.configEpoch = header.configEpoch();
            sender.touch();
            core.outbox.saveAndSync();
        }
        sender.offset = header.offset();
        sender.offsetReceivedMs = core.nowMs;
        sender.paused = header.messageFlags().isPaused();
        if (sender.paused) {
            manualFailover.pausedHeader(sender, header.offset());
        }
    }

    private void failed(@Nullable Node sender, NodeId failed) {
        Node node = core.table.find(failed);
        if (sender != null && node != null && !node.inHandshake()) {
            failures.failReceived(node, sender);
        }
    }

    private void deliver(@Nullable Node sender, Effect.Deliver delivery) {
        if (sender != null) {
            core.outbox.answer(delivery);
        }
    }

    private void heartbeat(Link link, @Nullable Node sender, BusMessage.Heartbeat message) {
        BusHeader header = message.header();
        boolean asks = !(message instanceof Pong);
        if (asks) {
            discoverOwnIp(link, message instanceof Meet);
            if (sender == null
                    && message instanceof Meet
                    && !header.sender().equals(core.myself().id())) {
                membership.startHandshake(addressOf(link, header, null), false);
            }
        }
        Node target = link.node;
        if (sender == null && !link.id.inbound() && target != null && target.inHandshake()) {
            finishHandshake(target, header, link);
        }
        if (sender != null) {
            apply(link, sender, message);
        }
        if (asks) {
            boolean confirms = sender == null || grants.grant(sender, header);
            heartbeats.answer(link, sender, confirms);
        }
    }

    private void finishHandshake(Node target, BusHeader header, Link link) {
        membership.completeHandshake(target, header, link);
        if (core.table.contains(target)) {
            pong(link, target, false, header);
        }
    }

    private void apply(Link link, Node sender, BusMessage.Heartbeat message) {
        BusHeader header = message.header();
        sender.clear(NodeFlags.MEET);
        if (header.flags().has(NodeFlags.NO_FAILOVER)) {
            sender.set(NodeFlags.NO_FAILOVER);
        } else {
            sender.clear(NodeFlags.NO_FAILOVER);
        }
        if (message instanceof Ping && link.id.inbound()) {
            membership.moved(sender, addressOf(link, header, sender.address.hostname()));
        }
        boolean wasReplica = sender.isReplica();
        roles.heard(sender, header);
        if (message instanceof Pong && !link.id.inbound()) {
            pong(link, sender, GossipRules.holdsFailed(message.gossip(), core.myself()), header);
        }
        if (header.isPrimary()) {
            boolean sameSlots = header.slots().intersects(core.myself().slots());
            ownership.claimed(sender, header.configEpoch(), header.slots(), wasReplica);
            ownership.correct(sender, header);
            epochs.resolveCollision(sender, header.configEpoch(), sameSlots);
        }
        gossip.entries(sender, message.gossip());
        gossip.extensions(sender, message.gossip());
    }

    /// An answer on our own link: its node lives, and may have confirmed our lease.
    private void pong(Link link, Node sender, boolean holdsUsFailed, BusHeader header) {
        sender.pongReceivedMs = core.nowMs;
        sender.dataReceivedMs = core.nowMs;
        sender.pingSentMs = 0;
        failures.pongReceived(sender);
        Long sentMs = link.pingsInFlight.poll();
        if (sentMs != null) {
            lease.answered(sender, sentMs, header.currentEpoch(), holdsUsFailed);
        }
    }

    /// The address the peer announces, or the one it called from.
    private static NodeAddress addressOf(Link link, BusHeader header, @Nullable String hostname) {
        String ip = header.ip().isEmpty() ? link.peerIp : header.ip();
        return new NodeAddress(
                ip, header.port(), header.busPort(), header.secondaryPort(), hostname);
    }

    /// A node that announces no address learns it from the connections others make to it.
    private void discoverOwnIp(Link link, boolean meet) {
        Node myself = core.myself();
        if (!link.id.inbound()
                || link.localIp.isEmpty()
                || !core.config.announced().ip().isEmpty()) {
            return;
        }
        if ((meet || myself.address.ip().isEmpty()) && !myself.address.ip().equals(link.localIp)) {
            myself.address = myself.address.withIp(link.localIp);
            myself.touch();
            core.outbox.save();
        }
    }
}
