// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.sim;

import dev.dunlin.clusterbus.engine.Effect;
import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.NodeView;
import dev.dunlin.clusterbus.model.PersistedNode;
import dev.dunlin.clusterbus.model.PersistedState;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.BusMessage;
import dev.dunlin.clusterbus.wire.FailoverAuthAck;
import dev.dunlin.clusterbus.wire.FailoverAuthRequest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What must hold in every cluster at every instant, whatever happened to it.
///
/// 1. No two primaries serve the same slot at the same time, and no two ever serve it under the same configEpoch.
/// 2. A voter votes once per epoch, in all its lives together; what it says about its vote and its epoch is on its disk before
///    anyone hears it.
/// 3. currentEpoch, configEpoch and lastVoteEpoch never go back while a process lives, nor below what was on disk when it starts.
/// 4. When faults end, all nodes agree in bounded time: same owners, every slot served, distinct configEpochs.
///
/// Slots that are moved by SETSLOT are exempt from the first rule while that lasts: two nodes share them by design. So is
/// everything after FORCE and TAKEOVER, which are an operator's decision against the rule.
final class ClusterInvariants {
    private record Epochs(long current, long config) {}

    /// What was found in order, and until when only time could change it.
    private record Checked(SlotSet slots, long validUntilMs) {}

    private record Vote(NodeId voter, long epoch) {}

    private final SimCluster cluster;
    private final Map<Integer, Epochs> seen = new HashMap<>();
    private final HashSet<Vote> votes = new HashSet<>();

    /// Per configEpoch who has served what under it.
    private final TreeMap<Long, Map<Integer, SlotSet>> served = new TreeMap<>();

    private final Map<Integer, Checked> checked = new HashMap<>();

    /// Slots that operators move at present.
    SlotSet moving = SlotSet.EMPTY;

    /// Whether two may serve one slot because an operator said so.
    boolean ownershipExempt;

    ClusterInvariants(SimCluster cluster) {
        this.cluster = cluster;
    }

    void forgetRun(SimNode node) {
        checked.remove(node.index);
    }

    void restarted(SimNode node) {
        seen.remove(node.index);
    }

    void afterStep(SimNode node) {
        if (!node.running()) {
            return;
        }
        epochsNeverGoBack(node);
        slotsHaveOneServer(node);
    }

    private void epochsNeverGoBack(SimNode node) {
        ClusterView view = node.view();
        NodeView me = view.me();
        Epochs before = seen.get(node.index);
        long config = me.isPrimary() ? me.configEpoch() : before == null ? 0 : before.config;
        if (before != null && before.current == view.currentEpoch() && before.config == config) {
            return;
        }
        var now = new Epochs(view.currentEpoch(), config);
        if (before != null) {
            check(
                    now.current >= before.current,
                    node,
                    "currentEpoch went back from " + before.current + " to " + now.current);
            check(
                    now.config >= before.config,
                    node,
                    "configEpoch went back from " + before.config + " to " + now.config);
        }
        seen.put(node.index, now);
    }

    /// Whoever begins to serve, or serves other slots than before, is compared with all others.
    private void slotsHaveOneServer(SimNode node) {
        if (ownershipExempt || !node.serves()) {
            return;
        }
        SlotSet slots = node.slots();
        Checked before = checked.get(node.index);
        long validUntilMs = node.view().lease().validUntilMs();
        checked.put(node.index, new Checked(slots, validUntilMs));
        if (slots.isEmpty()
                || (before != null
                        && before.slots.equals(slots)
                        && cluster.nowMs() < before.validUntilMs)) {
            return;
        }
        for (SimNode other : cluster.nodes()) {
            if (other.index != node.index
                    && other.serves()
                    && slots.intersects(other.slots())
                    && !slots.intersect(other.slots()).minus(moving).isEmpty()) {
                throw cluster.failure(
                        "n"
                                + node.index
                                + " and n"
                                + other.index
                                + " both serve "
                                + slots.intersect(other.slots()).minus(moving));
            }
        }
        long epoch = node.view().me().configEpoch();
        Map<Integer, SlotSet> underEpoch = served.computeIfAbsent(epoch, _ -> new TreeMap<>());
        for (Map.Entry<Integer, SlotSet> entry : underEpoch.entrySet()) {
            check(
                    entry.getKey() == node.index
                            || slots.intersect(entry.getValue()).minus(moving).isEmpty(),
                    node,
                    "epoch " + epoch + " has a second server besides n" + entry.getKey());
        }
        underEpoch.merge(node.index, slots, SlotSet::union);
    }

    void beforeSend(SimNode node, Effect.Send send, PersistedState synced) {
        if (!(send.message() instanceof BusMessage.Headed headed)) {
            return;
        }
        var header = headed.header();
        PersistedNode disk = synced.myself();
        if (header.isPrimary() && disk.flags().isPrimary()) {
            check(
                    header.configEpoch() <= disk.configEpoch(),
                    node,
                    "spoke of configEpoch " + header.configEpoch() + " before it was on disk");
        }
        switch (headed) {
            case FailoverAuthAck ack -> {
                check(
                        synced.lastVoteEpoch() >= ack.header().currentEpoch(),
                        node,
                        "voted before the vote was on disk");
                check(
                        votes.add(new Vote(node.id(), ack.header().currentEpoch())),
                        node,
                        "voted twice in epoch " + ack.header().currentEpoch());
            }
            case FailoverAuthRequest request ->
                    check(
                            synced.currentEpoch() >= request.header().currentEpoch(),
                            node,
                            "asked for votes before the epoch was on disk");
            default -> {}
        }
    }

    private void check(boolean condition, SimNode node, String message) {
        if (!condition) {
            throw cluster.failure("n" + node.index + ": " + message);
        }
    }

    /// {@return what running nodes do not agree on yet, or null}
    @Nullable String disagreement() {
        SimNode reference = null;
        var epochs = new HashMap<Long, SimNode>();
        for (SimNode node : cluster.nodes()) {
            if (!node.running() || node.frozen()) {
                continue;
            }
            ClusterView view = node.view();
            if (!view.health().ok()) {
                return "n" + node.index + " is in state " + view.health().reason();
            }
            if (view.me().isPrimary() && !view.me().slots().isEmpty()) {
                if (!node.serves()) {
                    return "n" + node.index + " does not serve";
                }
                SimNode same = epochs.put(view.me().configEpoch(), node);
                if (same != null) {
                    return "n" + node.index + " and n" + same.index + " have the same configEpoch";
                }
            }
            if (reference == null) {
                reference = node;
            }
            String difference = difference(reference, node);
            if (difference != null) {
                return difference;
            }
        }
        return reference == null ? "nobody runs" : null;
    }

    private @Nullable String difference(SimNode reference, SimNode node) {
        ClusterView one = reference.view();
        ClusterView other = node.view();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            NodeId owner = other.owners().owner(slot);
            if (owner == null) {
                return "n" + node.index + " knows no owner of slot " + slot;
            }
            if (!Objects.equals(owner, one.owners().owner(slot))) {
                return "n" + node.index + " and n" + reference.index + " differ about slot " + slot;
            }
        }
        for (SimNode third : cluster.nodes()) {
            if (!third.running()) {
                continue;
            }
            NodeView seenThird = other.node(third.id());
            if (seenThird == null) {
                return "n" + node.index + " does not know n" + third.index;
            }
            if (seenThird.isPrimary() != third.view().isPrimary()
                    || !Objects.equals(seenThird.primary(), third.view().me().primary())) {
                return "n" + node.index + " is wrong about the role of n" + third.index;
            }
            if (!third.frozen()
                    && (seenThird.flags().isFailed() || seenThird.flags().isSuspected())) {
                return "n" + node.index + " takes n" + third.index + " for dead";
            }
        }
        return null;
    }
}
