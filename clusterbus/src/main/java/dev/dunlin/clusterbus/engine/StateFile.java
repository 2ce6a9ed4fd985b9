// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.Invariant;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.clusterbus.model.PersistedNode;
import dev.dunlin.clusterbus.model.PersistedState;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/// The way between the table and what nodes.conf keeps of it.
final class StateFile {
    /// Flags that make no sense in the next life.
    private static final int VOLATILE = NodeFlags.MEET | NodeFlags.HANDSHAKE;

    private StateFile() {}

    /// {@return the state of a node that was never started}
    static PersistedState fresh(EngineConfig config, RandomGenerator random) {
        var myself =
                new PersistedNode(
                        NodeId.random(random),
                        config.announced(),
                        config.humanNodename(),
                        ShardId.random(random),
                        NodeFlags.of(NodeFlags.MYSELF | NodeFlags.PRIMARY),
                        null,
                        0,
                        0,
                        0,
                        true,
                        SlotSet.EMPTY);
        return new PersistedState(0, 0, List.of(myself), List.of());
    }

    static PersistedState save(ClusterTable table) {
        var nodes = new ArrayList<PersistedNode>(table.size());
        for (Node node : table.nodes()) {
            if (node.inHandshake()) {
                continue;
            }
            nodes.add(
                    new PersistedNode(
                            node.id(),
                            node.address,
                            node.humanNodename,
                            node.shardId,
                            NodeFlags.of(node.flags() & ~VOLATILE),
                            node.primary == null ? null : node.primary.id(),
                            node.pingSentMs,
                            node.pongReceivedMs,
                            node.claimEpoch(),
                            node.isMyself() || node.linked(),
                            node.slots()));
        }
        var openSlots = new ArrayList<OpenSlot>();
        table.migrating.forEach(
                (slot, node) -> openSlots.add(new OpenSlot.Migrating(slot, node.id())));
        table.importing.forEach(
                (slot, node) -> openSlots.add(new OpenSlot.Importing(slot, node.id())));
        openSlots.sort(java.util.Comparator.comparingInt(OpenSlot::slot));
        return new PersistedState(table.currentEpoch(), table.lastVoteEpoch(), nodes, openSlots);
    }

    /// Rebuilds the table. Times start anew: what was outstanding before is not held against anyone.
    static ClusterTable load(PersistedState state, RandomGenerator random, long nowMs) {
        PersistedNode me = state.myself();
        var table = new ClusterTable(node(me, random, nowMs));
        for (PersistedNode saved : state.nodes()) {
            if (!saved.flags().isMyself()) {
                table.add(node(saved, random, nowMs));
            }
        }
        long maxEpoch = state.currentEpoch();
        for (PersistedNode saved : state.nodes()) {
            Node node = known(table, saved.id());
            saved.slots().forEach(slot -> table.bind(slot, node));
            maxEpoch = Math.max(maxEpoch, node.configEpoch);
            Node primary = table.find(saved.primary());
            if (node.isReplica() && primary != null && primary != node) {
                table.setPrimary(node, primary);
                node.shardId = primary.shardId;
            }
        }
        table.restoreEpochs(maxEpoch, state.lastVoteEpoch());
        for (OpenSlot open : state.openSlots()) {
            switch (open) {
                case OpenSlot.Migrating(int slot, NodeId target) -> {
                    if (table.find(target) != null) {
                        table.migrating.put(slot, known(table, target));
                    }
                }
                case OpenSlot.Importing(int slot, NodeId source) -> {
                    if (table.find(source) != null) {
                        table.importing.put(slot, known(table, source));
                    }
                }
            }
        }
        return table;
    }

    private static Node known(ClusterTable table, NodeId id) {
        Node node = table.find(id);
        Invariant.check(node != null, "a saved node is loaded", id);
        return java.util.Objects.requireNonNull(node);
    }

    private static Node node(PersistedNode saved, RandomGenerator random, long nowMs) {
        int flags = saved.flags().bits() & ~VOLATILE;
        if ((flags & NodeFlags.REPLICA) == 0) {
            flags |= NodeFlags.PRIMARY;
        }
        ShardId shardId = saved.shardId();
        var node =
                new Node(
                        saved.id(),
                        shardId == null ? ShardId.random(random) : shardId,
                        flags,
                        saved.address(),
                        nowMs);
        node.humanNodename = saved.humanNodename();
        node.configEpoch = node.isReplica() ? 0 : saved.configEpoch();
        node.pongReceivedMs = saved.pongReceivedMs() == 0 ? 0 : nowMs;
        node.dataReceivedMs = nowMs;
        if (node.isFailed()) {
            node.failedAtMs = nowMs;
        }
        if (node.has(NodeFlags.PFAIL | NodeFlags.FAIL)) {
            node.downSinceMs = nowMs;
        }
        return node;
    }
}
