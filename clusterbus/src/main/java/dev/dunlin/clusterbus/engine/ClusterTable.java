// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.Invariant;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotOwners;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The facts: nodes, slot bindings, open slots and epochs of this node. No rule lives here, only what keeps both ends of a
/// relation in step.
final class ClusterTable {
    private final HashMap<NodeId, Node> byId = new HashMap<>();

    /// The same nodes, ascending by id; whoever iterates does it here.
    private final ArrayList<Node> ordered = new ArrayList<>();

    private final @Nullable Node[] owners = new Node[Slot.COUNT];

    /// Slots that are bound but that their owner no longer claims: redirects still go there, nothing else counts.
    private final BitSet notClaimed = new BitSet(Slot.COUNT);

    private @Nullable SlotOwners ownersView = SlotOwners.NONE;

    final TreeMap<Integer, Node> migrating = new TreeMap<>();
    final TreeMap<Integer, Node> importing = new TreeMap<>();

    private Node myself;
    private long currentEpoch;
    private long lastVoteEpoch;

    ClusterTable(Node myself) {
        this.myself = myself;
        add(myself);
    }

    Node myself() {
        return myself;
    }

    long currentEpoch() {
        return currentEpoch;
    }

    /// Invariant: currentEpoch never goes back.
    void raiseCurrentEpoch(long epoch) {
        currentEpoch = Math.max(currentEpoch, epoch);
    }

    long lastVoteEpoch() {
        return lastVoteEpoch;
    }

    /// Invariant: lastVoteEpoch only rises, so no epoch gets a second vote.
    void recordVote(long epoch) {
        Invariant.check(epoch > lastVoteEpoch, "a vote is for a later epoch than the last", epoch);
        lastVoteEpoch = epoch;
    }

    /// For loading only.
    void restoreEpochs(long current, long lastVote) {
        currentEpoch = current;
        lastVoteEpoch = lastVote;
    }

    /// CLUSTER RESET HARD: a new node in all but its address.
    void resetEpochs(NodeId newId) {
        currentEpoch = 0;
        lastVoteEpoch = 0;
        myself.configEpoch = 0;
        rename(myself, newId);
    }

    List<Node> nodes() {
        return Collections.unmodifiableList(ordered);
    }

    int size() {
        return ordered.size();
    }

    @Nullable Node find(@Nullable NodeId id) {
        return id == null ? null : byId.get(id);
    }

    /// {@return the node with the id written in `text`, or null}
    @Nullable Node find(String text) {
        return find(NodeId.parse(text));
    }

    boolean contains(Node node) {
        return byId.get(node.id()) == node;
    }

    void add(Node node) {
        Invariant.check(byId.put(node.id(), node) == null, "a node is added once", node);
        int index = Collections.binarySearch(ordered, node);
        ordered.add(-index - 1, node);
    }

    /// Gives a node the id it turned out to have, or a new one of its own.
    void rename(Node node, NodeId newId) {
        Node primary = node.primary;
        if (primary != null) {
            primary.replicas.remove(node);
        }
        ordered.remove(Collections.binarySearch(ordered, node));
        byId.remove(node.id());
        node.rename(newId);
        add(node);
        if (primary != null) {
            primary.replicas.add(node);
        }
        ownersView = null;
    }

    /// Takes a node out of every relation. The caller closes its links.
    void remove(Node node) {
        Invariant.check(!node.isMyself(), "a node never removes itself", node);
        unbindAll(node);
        migrating.values().removeIf(target -> target == node);
        importing.values().removeIf(source -> source == node);
        for (Node other : ordered) {
            if (other.failureReports.remove(node.id()) != null) {
                other.touch();
            }
        }
        setPrimary(node, null);
        for (Node replica : List.copyOf(node.replicas)) {
            replica.primary = null;
            replica.touch();
        }
        node.replicas.clear();
        ordered.remove(Collections.binarySearch(ordered, node));
        byId.remove(node.id());
    }

    /// Moves a replica to another primary's list, or to none; role flags are the business of [Roles].
    void setPrimary(Node replica, @Nullable Node primary) {
        if (replica.primary == primary) {
            return;
        }
        if (replica.primary != null) {
            replica.primary.replicas.remove(replica);
            if (replica.primary.replicas.isEmpty()) {
                replica.primary.clear(NodeFlags.MIGRATE_TO);
            }
        }
        replica.primary = primary;
        if (primary != null) {
            primary.replicas.add(replica);
            primary.set(NodeFlags.MIGRATE_TO);
        }
        replica.touch();
    }

    @Nullable Node owner(int slot) {
        return owners[slot];
    }

    void bind(int slot, Node owner) {
        Node old = owners[slot];
        if (old != null) {
            old.removeSlot(slot);
        }
        if (owner.slotCount() == 0 && anyPrimaryHasReplicas()) {
            // A primary that gets its first slot in a cluster with replicas wants one as well.
            owner.set(NodeFlags.MIGRATE_TO);
        }
        owners[slot] = owner;
        owner.addSlot(slot);
        notClaimed.clear(slot);
        ownersView = null;
    }

    void unbind(int slot) {
        Node old = owners[slot];
        if (old == null) {
            return;
        }
        old.removeSlot(slot);
        owners[slot] = null;
        notClaimed.clear(slot);
        ownersView = null;
    }

    void unbindAll(Node node) {
        node.slots().forEach(this::unbind);
    }

    private boolean anyPrimaryHasReplicas() {
        for (Node node : ordered) {
            if (node.isPrimary() && !node.replicas.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /// {@return whether `slot` may be claimed by anyone: not bound, or not claimed by its owner any more}
    boolean isUnclaimed(int slot) {
        return owners[slot] == null || notClaimed.get(slot);
    }

    void setClaimed(int slot, boolean claimed) {
        notClaimed.set(slot, !claimed);
    }

    /// {@return the slots of `node` that it still claims}
    SlotSet claimedSlots(Node node) {
        if (notClaimed.isEmpty()) {
            return node.slots();
        }
        var builder = node.slots().toBuilder();
        for (int slot = notClaimed.nextSetBit(0);
                slot >= 0;
                slot = notClaimed.nextSetBit(slot + 1)) {
            builder.remove(slot);
        }
        return builder.build();
    }

    boolean hasUnclaimed() {
        return !notClaimed.isEmpty();
    }

    SlotOwners ownersView() {
        if (ownersView == null) {
            var ids = new NodeId[Slot.COUNT];
            for (int slot = 0; slot < Slot.COUNT; slot++) {
                Node owner = owners[slot];
                if (owner != null) {
                    ids[slot] = owner.id();
                }
            }
            ownersView = SlotOwners.wrap(ids);
        }
        return ownersView;
    }

    /// {@return how many primaries have slots, failed ones included: the electorate}
    int voters() {
        int count = 0;
        for (Node node : ordered) {
            if (node.isVoter()) {
                count++;
            }
        }
        return count;
    }

    /// {@return votes or reports that make a majority}
    int quorum() {
        return voters() / 2 + 1;
    }

    /// {@return the largest epoch anyone is known to have}
    long maxEpoch() {
        long max = currentEpoch;
        for (Node node : ordered) {
            max = Math.max(max, node.configEpoch);
        }
        return max;
    }

    /// {@return whether both belong to one shard: by role as we know it, or by announced shard id}
    static boolean sameShard(Node one, Node other) {
        return one.head() == other.head() || one.shardId.equals(other.shardId);
    }
}
