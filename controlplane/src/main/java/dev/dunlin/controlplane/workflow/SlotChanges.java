// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.controlplane.planner.ShardSlots;
import dev.dunlin.controlplane.planner.SlotMove;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Turns the planner's moves into steps, and into the table people see.
final class SlotChanges {
    private SlotChanges() {}

    /// {@return the primaries as the planner wants them; weight 1 where `weights` names none}
    static List<ShardSlots> shards(Topology topology, Map<NodeId, Double> weights) {
        return topology.primaries().stream()
                .map(node ->
                        new ShardSlots(
                                node.id(), node.slots(), weights.getOrDefault(node.id(), 1.0)))
                .toList();
    }

    static List<Step> steps(Topology topology, List<SlotMove> moves) {
        var steps = new ArrayList<Step>();
        for (SlotMove move : moves) {
            steps.add(
                    new Step.MoveSlots(
                            ShardRef.of(topology, move.source()),
                            name(topology, move.source()),
                            ShardRef.of(topology, move.target()),
                            name(topology, move.target()),
                            move.slots()));
        }
        return steps;
    }

    static List<Plan.ShardChange> table(Topology topology, List<SlotMove> moves) {
        var change = new HashMap<NodeId, Integer>();
        for (SlotMove move : moves) {
            change.merge(move.source(), -move.slots().count(), Integer::sum);
            change.merge(move.target(), move.slots().count(), Integer::sum);
        }
        return topology.primaries().stream()
                .map(node ->
                        new Plan.ShardChange(
                                node.id(),
                                node.name(),
                                node.slots().count(),
                                node.slots().count() + change.getOrDefault(node.id(), 0)))
                .toList();
    }

    /// Refuses while slots are open: the half-moved ones have to be settled first.
    static void requireNoOpenSlots(Topology topology) throws Refused {
        for (ClusterNode node : topology.nodes()) {
            if (!node.openSlots().isEmpty()) {
                throw new Refused(
                        Refused.Code.PRECONDITION,
                        node.name()
                                + " has "
                                + node.openSlots().size()
                                + " open slots, such as "
                                + node.openSlots().getFirst(),
                        "clusterctl check (it prints the command that settles them)");
            }
        }
    }

    /// Refuses unless the primary is up, so that slots can be taken from it or given to it.
    static ClusterNode requirePrimary(ClusterNode node) throws Refused {
        if (!node.isPrimary()) {
            throw new Refused(
                    Refused.Code.PRECONDITION,
                    node.name() + " is a replica; slots belong to primaries",
                    "clusterctl status");
        }
        if (!node.isUsable()) {
            throw new Refused(
                    Refused.Code.PRECONDITION, node.name() + " is down", "clusterctl check");
        }
        return node;
    }

    static Step.Member member(ClusterNode node) throws Refused {
        if (node.address() == null) {
            throw new Refused(
                    Refused.Code.PRECONDITION,
                    "nobody knows the address of " + node.id(),
                    "clusterctl check");
        }
        return new Step.Member(node.id(), node.address(), node.busPort());
    }

    private static String name(Topology topology, NodeId id) {
        return topology.node(id).map(ClusterNode::name).orElse(id.value());
    }
}
