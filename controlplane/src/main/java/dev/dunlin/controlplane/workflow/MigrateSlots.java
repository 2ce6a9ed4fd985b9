// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.planner.ShardSlots;
import dev.dunlin.controlplane.planner.SlotMove;
import dev.dunlin.controlplane.planner.SlotPlanner;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Moves a number of slots, or exactly these slots, to one shard.
final class MigrateSlots {
    private MigrateSlots() {}

    /// What to move.
    sealed interface Amount {
        record Count(int slots) implements Amount {}

        record Exactly(SlotSet slots) implements Amount {}
    }

    /// Plans the move from `sources`, or from every other primary when there are none.
    static Plan plan(
            Topology topology, List<ClusterNode> sources, ClusterNode target, Amount amount)
            throws Refused {
        SlotChanges.requirePrimary(target);
        for (ClusterNode source : sources) {
            SlotChanges.requirePrimary(source);
            if (source.id().equals(target.id())) {
                throw new Refused(
                        Refused.Code.INVALID,
                        target.name() + " is both source and target",
                        "clusterctl reshard --help");
            }
        }
        var from =
                SlotChanges.shards(topology, Map.of()).stream()
                        .filter(shard -> !shard.primary().equals(target.id()))
                        .filter(shard -> isSource(sources, shard))
                        .toList();
        var moves =
                switch (amount) {
                    case Amount.Count(int count) -> byCount(topology, from, target, count);
                    case Amount.Exactly(SlotSet slots) -> exactly(topology, from, target, slots);
                };
        var steps = new ArrayList<>(SlotChanges.steps(topology, moves));
        if (amount instanceof Amount.Exactly(SlotSet slots)) {
            steps.addAll(SlotChanges.steps(topology, leftOpen(topology, from, target, slots)));
        }
        if (!steps.isEmpty()) {
            steps.add(new Step.AwaitAgreement());
        }
        return Plan.of(
                Plan.Kind.MIGRATE_SLOTS,
                topology.fingerprint(),
                steps,
                SlotChanges.table(topology, moves),
                List.of(),
                0);
    }

    private static boolean isSource(List<ClusterNode> sources, ShardSlots shard) {
        return sources.isEmpty()
                || sources.stream().anyMatch(source -> source.id().equals(shard.primary()));
    }

    private static List<SlotMove> byCount(
            Topology topology, List<ShardSlots> from, ClusterNode target, int count)
            throws Refused {
        SlotChanges.requireNoOpenSlots(topology);
        if (count < 1) {
            throw new Refused(
                    Refused.Code.INVALID,
                    "the number of slots must be 1 or more",
                    "clusterctl reshard --help");
        }
        try {
            return SlotPlanner.reshard(from, new ShardSlots(target.id(), target.slots(), 1), count);
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    Refused.Code.INVALID, String.valueOf(e.getMessage()), "clusterctl status");
        }
    }

    /// Open slots may be among these when they are open towards this target: this is how a broken move is finished.
    private static List<SlotMove> exactly(
            Topology topology, List<ShardSlots> from, ClusterNode target, SlotSet slots)
            throws Refused {
        var missing = slots.minus(topology.assigned());
        if (!missing.isEmpty()) {
            throw new Refused(
                    Refused.Code.PRECONDITION, "nobody owns slots " + missing, "clusterctl check");
        }
        for (ClusterNode node : topology.nodes()) {
            for (OpenSlot open : node.openSlots()) {
                boolean elsewhere =
                        open instanceof OpenSlot.Migrating(int slot, var peer)
                                && slots.contains(slot)
                                && node.slots().contains(slot)
                                && !peer.equals(target.id());
                if (elsewhere) {
                    throw new Refused(
                            Refused.Code.PRECONDITION,
                            "slot " + open.slot() + " is being moved to another node: " + open,
                            "clusterctl check");
                }
            }
        }
        return SlotPlanner.moveExactly(from, target.id(), slots);
    }

    /// {@return what ends the moves whose slots have arrived, but which somebody still has open}
    private static List<SlotMove> leftOpen(
            Topology topology, List<ShardSlots> from, ClusterNode target, SlotSet slots) {
        var arrived = slots.intersect(target.slots());
        var bySource = new TreeMap<NodeId, SlotSet>();
        for (ClusterNode node : topology.primaries()) {
            // To close its own one, the target needs no particular other end.
            var source =
                    from.stream()
                            .map(ShardSlots::primary)
                            .filter(id -> id.equals(node.id()) || node.id().equals(target.id()))
                            .findFirst();
            for (OpenSlot open : node.openSlots()) {
                if (source.isPresent() && arrived.contains(open.slot())) {
                    bySource.merge(source.get(), SlotSet.of(open.slot()), SlotSet::union);
                }
            }
        }
        var moves = new ArrayList<SlotMove>();
        bySource.forEach((source, open) -> moves.add(new SlotMove(source, target.id(), open)));
        return moves;
    }
}
