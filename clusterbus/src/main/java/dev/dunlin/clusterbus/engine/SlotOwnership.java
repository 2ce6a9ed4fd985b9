// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.BusHeader;
import dev.dunlin.clusterbus.wire.Update;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which slots belong to whom, decided by epochs alone (cluster spec, "Hash slots configuration propagation").
///
/// A claim wins a slot that is unbound, no longer claimed by its owner, or claimed under an older epoch. A slot its owner
/// stops claiming stays bound, so that clients are redirected somewhere, but counts for nothing else.
final class SlotOwnership {
    private final Core core;
    private final HeaderComposer headers;
    private final Roles roles;
    private final Epochs epochs;

    SlotOwnership(Core core, HeaderComposer headers, Roles roles, Epochs epochs) {
        this.core = core;
        this.headers = headers;
        this.roles = roles;
        this.epochs = epochs;
    }

    /// What becomes of one claimed slot.
    enum Claim {
        /// It is bound to the claimant already.
        CONFIRMED,
        /// It goes to the claimant.
        WON,
        /// It stays where it is.
        REFUSED
    }

    /// The rule for one slot, alone.
    static Claim decide(
            boolean boundToClaimant, boolean unclaimed, long ownerEpoch, long claimEpoch) {
        if (boundToClaimant) {
            return Claim.CONFIRMED;
        }
        return unclaimed || ownerEpoch < claimEpoch ? Claim.WON : Claim.REFUSED;
    }

    /// A primary says that it owns `slots` under `epoch`, in its header or through an UPDATE.
    void claimed(Node claimant, long epoch, SlotSet slots, boolean wasReplica) {
        if (claimant.isMyself()) {
            return;
        }
        ClusterTable table = core.table;
        boolean differs = !slots.equals(claimant.slots());
        if (!differs && !table.hasUnclaimed() && !wasReplica) {
            return;
        }
        Node myself = core.myself();
        Node head = myself.head();
        var dirty = SlotSet.builder();
        int lostByHead = 0;
        boolean rebound = false;
        for (int slot = slots.next(0); slot >= 0; slot = slots.next(slot + 1)) {
            Node owner = table.owner(slot);
            long ownerEpoch = owner == null ? 0 : owner.configEpoch;
            switch (decide(owner == claimant, table.isUnclaimed(slot), ownerEpoch, epoch)) {
                case CONFIRMED -> table.setClaimed(slot, true);
                case REFUSED -> {}
                case WON -> {
                    if (owner == myself) {
                        dirty.add(slot);
                    }
                    if (owner == head) {
                        lostByHead++;
                    }
                    openSlotLost(slot, claimant);
                    table.bind(slot, claimant);
                    rebound = true;
                }
            }
        }
        SlotSet relinquished = claimant.slots().minus(slots);
        relinquished.forEach(slot -> table.setClaimed(slot, false));
        openSlotsNotClaimed(claimant, slots);
        if (rebound) {
            core.outbox.saveAndSync();
            core.topologyChanged();
        }
        afterwards(claimant, epoch, head, lostByHead, dirty.build());
    }

    /// Marks follow a failover of the other side, and end when the slot went elsewhere.
    private void openSlotLost(int slot, Node claimant) {
        Node target = core.table.migrating.get(slot);
        if (target != null && !ClusterTable.sameShard(claimant, core.myself())) {
            core.table.migrating.remove(slot);
        }
        Node source = core.table.importing.get(slot);
        if (source != null && source != claimant) {
            if (ClusterTable.sameShard(claimant, source)) {
                core.table.importing.put(slot, claimant);
            } else {
                core.table.importing.remove(slot);
            }
        }
    }

    private void openSlotsNotClaimed(Node claimant, SlotSet claimed) {
        ClusterTable table = core.table;
        for (Map.Entry<Integer, Node> open : List.copyOf(table.migrating.entrySet())) {
            Node target = open.getValue();
            if (!claimed.contains(open.getKey())
                    && target != claimant
                    && ClusterTable.sameShard(target, claimant)
                    && (target.isReplica() || target.configEpoch < claimant.configEpoch)) {
                table.migrating.put(open.getKey(), claimant);
                core.outbox.save();
            }
        }
        for (Map.Entry<Integer, Node> open : List.copyOf(table.importing.entrySet())) {
            int slot = open.getKey();
            if (open.getValue() == claimant
                    && core.myself().isPrimary()
                    && !claimed.contains(slot)) {
                table.importing.remove(slot);
                // The source let go, and the step that should have told us was lost.
                if (table.owner(slot) == claimant) {
                    table.bind(slot, core.myself());
                    epochs.bump();
                    core.info("slot taken over slot=" + slot + " from=" + claimant.id());
                }
                core.outbox.saveAndSync();
                core.topologyChanged();
            }
        }
    }

    private void afterwards(Node claimant, long epoch, Node head, int lostByHead, SlotSet dirty) {
        Node myself = core.myself();
        boolean sameShard = ClusterTable.sameShard(claimant, myself);
        boolean followWinner =
                lostByHead > 0
                        && head.slotCount() == 0
                        && (core.config.allowReplicaMigration() || sameShard);
        // Two empty primaries of one shard: the one with the newer epoch is it.
        boolean followNewer =
                lostByHead == 0
                        && claimant != head
                        && head.slotCount() == 0
                        && claimant.slotCount() == 0
                        && sameShard
                        && head.configEpoch < epoch;
        if (followWinner || followNewer) {
            if (myself.primary != claimant) {
                roles.replicate(claimant);
            }
        } else if (!dirty.isEmpty() && myself.isPrimary()) {
            core.outbox.host(new Effect.DropSlotKeys(dirty));
        }
    }

    /// Corrects a primary that claims a slot which we know under a newer epoch. One UPDATE is enough; it claims again.
    ///
    void correct(Node sender, BusHeader header) {
        if (!header.isPrimary() || header.slots().equals(sender.slots())) {
            return;
        }
        Node owner = newerOwner(header.slots(), sender, header.configEpoch());
        if (owner != null) {
            sendUpdate(sender, owner);
        }
    }

    void sendUpdate(Node to, Node owner) {
        core.outbox.send(
                to.outbound,
                new Update(
                        headers.header(),
                        owner.id(),
                        owner.configEpoch,
                        core.table.claimedSlots(owner)));
    }

    /// {@return the owner of the first of `slots` that is not `claimant`'s and is known under a newer epoch, or null}
    @Nullable Node newerOwner(SlotSet slots, @Nullable Node claimant, long epoch) {
        for (int slot = slots.next(0); slot >= 0; slot = slots.next(slot + 1)) {
            Node owner = core.table.owner(slot);
            if (owner != null
                    && owner != claimant
                    && !core.table.isUnclaimed(slot)
                    && owner.configEpoch > epoch) {
                return owner;
            }
        }
        return null;
    }

    /// Someone tells us who owns slots. About ourselves we know better.
    void updateReceived(NodeId subject, long epoch, SlotSet slots) {
        Node node = core.table.find(subject);
        if (node == null || node.isMyself() || node.inHandshake() || node.configEpoch >= epoch) {
            return;
        }
        boolean wasReplica = node.isReplica();
        if (wasReplica) {
            roles.becamePrimary(node);
        }
        node.configEpoch = epoch;
        node.touch();
        core.outbox.saveAndSync();
        claimed(node, epoch, slots, wasReplica);
    }

    /// Our data set has keys in `found`: slots nobody owns become ours, keys of others' slots go.
    void keysFound(SlotSet found) {
        Node myself = core.myself();
        if (!myself.isPrimary()) {
            return;
        }
        var foreign = SlotSet.builder();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (!found.contains(slot) || core.table.importing.containsKey(slot)) {
                continue;
            }
            Node owner = core.table.owner(slot);
            if (owner == null) {
                core.table.bind(slot, myself);
                core.outbox.save();
                core.topologyChanged();
            } else if (owner != myself) {
                foreign.add(slot);
            }
        }
        SlotSet dropped = foreign.build();
        if (!dropped.isEmpty()) {
            core.warn("keys of foreign slots dropped slots=" + dropped);
            core.outbox.host(new Effect.DropSlotKeys(dropped));
        }
    }
}
