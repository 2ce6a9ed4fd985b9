// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.wire.BusHeader;
import org.jspecify.annotations.Nullable;

/// Who is a primary and who is whose replica, this node included.
///
/// Legal transitions of this node: `replica -> primary` by winning an election, by TAKEOVER, by RESET; `primary -> replica`
/// by losing its last slot to a node of newer epoch or by CLUSTER REPLICATE; `replica -> replica` of another primary. Others
/// are what their own headers say they are.
final class Roles {
    private final Core core;
    private final Heartbeats heartbeats;
    private final WriteLease lease;
    private final ManualFailover manualFailover;

    Roles(Core core, Heartbeats heartbeats, WriteLease lease, ManualFailover manualFailover) {
        this.core = core;
        this.heartbeats = heartbeats;
        this.lease = lease;
        this.manualFailover = manualFailover;
    }

    /// Takes the place of our primary: role, slots, epoch. On disk before anyone hears of it.
    void promote(long epoch) {
        Node myself = core.myself();
        Node failed = myself.primary;
        myself.configEpoch = Math.max(myself.configEpoch, epoch);
        becomePrimary();
        if (failed != null) {
            failed.slots().forEach(slot -> core.table.bind(slot, myself));
        }
        core.outbox.host(new Effect.PromoteSelf(myself.configEpoch));
        core.outbox.saveAndSync();
        core.topologyChanged();
        manualFailover.reset();
        lease.underNewEpoch();
        heartbeats.announceToAll();
        // Each voter gets our claims first, on the same link; its answer to this is our lease.
        heartbeats.pingVoters();
        core.info("promoted epoch=" + myself.configEpoch + " slots=" + myself.slotCount());
    }

    /// Only the flags and relations.
    void becomePrimary() {
        Node myself = core.myself();
        myself.clear(NodeFlags.REPLICA);
        myself.set(NodeFlags.PRIMARY);
        core.table.setPrimary(myself, null);
    }

    /// Makes this node a replica of `primary`.
    ///
    /// Data of another shard is worth nothing: then the offset starts at zero, or it would win elections with it.
    void replicate(Node primary) {
        Node myself = core.myself();
        boolean sameShard = ClusterTable.sameShard(myself, primary);
        if (!sameShard) {
            core.table.migrating.clear();
            core.table.importing.clear();
            core.status = new HostStatus(0, primary.id(), HostStatus.Link.NEVER_SYNCED, 0);
        }
        boolean wasPrimary = myself.isPrimary();
        myself.clear(NodeFlags.PRIMARY | NodeFlags.MIGRATE_TO);
        myself.set(NodeFlags.REPLICA);
        core.table.unbindAll(myself);
        core.table.setPrimary(myself, primary);
        myself.shardId = primary.shardId;
        manualFailover.reset();
        core.outbox.host(
                new Effect.ReplicateFrom(
                        primary.id(), primary.address.ip(), primary.address.port(), !sameShard));
        core.outbox.save();
        core.topologyChanged();
        if (wasPrimary) {
            core.outbox.saveAndSync();
        }
        heartbeats.announceToAll();
        core.info("replicating primary=" + primary.id() + " fullSync=" + !sameShard);
    }

    /// Applies what `sender` says about its own role.
    void heard(Node sender, BusHeader header) {
        if (header.isPrimary()) {
            if (sender.isReplica()) {
                becamePrimary(sender);
            }
            return;
        }
        Node primary = core.table.find(header.primary());
        if (sender.isPrimary()) {
            becameReplica(sender, primary, header);
        }
        if (primary != null && primary != sender && sender.primary != primary) {
            core.table.setPrimary(sender, primary);
            sender.shardId = primary.shardId;
            core.outbox.save();
            core.topologyChanged();
        }
        followGrandPrimary();
    }

    /// Another node is a primary now.
    void becamePrimary(Node node) {
        boolean hadPrimary = node.primary != null;
        core.table.setPrimary(node, null);
        node.clear(NodeFlags.REPLICA);
        node.set(NodeFlags.PRIMARY);
        if (hadPrimary) {
            node.set(NodeFlags.MIGRATE_TO);
        }
        core.outbox.save();
        core.topologyChanged();
    }

    /// A primary steps down. Its slots stay where they are until its successor, known to be of its shard, claims them: a
    /// moment without an owner would refuse clients for nothing.
    private void becameReplica(Node sender, @Nullable Node primary, BusHeader header) {
        if (primary != null && ClusterTable.sameShard(primary, sender)) {
            boolean stale = sender.configEpoch > header.configEpoch();
            if (!stale && primary.isReplica() && !primary.isMyself()) {
                primary.configEpoch = Math.max(primary.configEpoch, header.configEpoch());
                becamePrimary(primary);
            }
        } else {
            core.table.unbindAll(sender);
        }
        sender.clear(NodeFlags.PRIMARY | NodeFlags.MIGRATE_TO);
        sender.set(NodeFlags.REPLICA);
        core.outbox.save();
        core.topologyChanged();
    }

    /// Our primary turned out to be a replica itself: replication has no chains, so we follow whom it follows.
    private void followGrandPrimary() {
        Node myself = core.myself();
        Node primary = myself.primary;
        if (primary == null || !primary.isReplica()) {
            return;
        }
        Node grandPrimary = primary.primary;
        if (grandPrimary != null && grandPrimary != myself && grandPrimary.isPrimary()) {
            replicate(grandPrimary);
        }
    }
}
