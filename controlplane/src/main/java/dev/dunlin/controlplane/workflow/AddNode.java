// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.planner.PlacementPlanner;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Lets an empty node join, as a replica or as a primary with or without its share of the slots.
final class AddNode {
    private AddNode() {}

    /// What the new node shall be.
    sealed interface Role {
        /// It owns slots, now or later.
        ///
        /// @param rebalance whether it gets its share of the slots at once
        record Primary(boolean rebalance, double threshold) implements Role {}

        /// It follows a primary.
        ///
        /// @param primary which to follow; chosen when empty
        record Replica(Optional<ClusterNode> primary) implements Role {}
    }

    static Plan plan(Topology topology, NodeProbe node, Role role) throws Refused {
        if (topology.node(node.id()).isPresent()) {
            throw new Refused(
                    Refused.Code.PRECONDITION,
                    node.address() + " is in the cluster already",
                    "clusterctl status");
        }
        node.requireEmpty();
        ClusterNode peer =
                topology.primaries().stream()
                        .filter(ClusterNode::isUsablePrimary)
                        .findFirst()
                        .orElseThrow(() ->
                                new Refused(
                                        Refused.Code.PRECONDITION,
                                        "no primary is up to introduce the node to",
                                        "clusterctl check"));
        var steps = new ArrayList<Step>();
        steps.add(new Step.JoinNodes(List.of(node.member()), SlotChanges.member(peer)));
        var shards = SlotChanges.table(topology, List.of());
        switch (role) {
            case Role.Replica(Optional<ClusterNode> wanted) -> {
                ClusterNode primary = primaryFor(topology, node, wanted);
                steps.add(new Step.AttachReplica(node.member(), SlotChanges.member(primary)));
                steps.add(new Step.AwaitAgreement());
                steps.add(new Step.AwaitReplicas(List.of(node.member())));
            }
            case Role.Primary(boolean rebalance, double threshold) -> {
                var joined = with(topology, node);
                if (rebalance) {
                    SlotChanges.requireNoOpenSlots(topology);
                    var moves = RebalanceSlots.moves(joined, Map.of(), threshold, false);
                    steps.addAll(SlotChanges.steps(joined, moves));
                    shards = SlotChanges.table(joined, moves);
                } else {
                    shards = SlotChanges.table(joined, List.of());
                }
                steps.add(new Step.AwaitAgreement());
            }
        }
        return Plan.of(Plan.Kind.ADD_NODE, topology.fingerprint(), steps, shards, List.of(), 0);
    }

    private static ClusterNode primaryFor(
            Topology topology, NodeProbe node, Optional<ClusterNode> wanted) throws Refused {
        if (wanted.isPresent()) {
            return SlotChanges.requirePrimary(wanted.get());
        }
        return PlacementPlanner.primaryForReplica(topology, node.address().host(), Optional.empty())
                .orElseThrow(() ->
                        new Refused(
                                Refused.Code.PRECONDITION,
                                "no primary with slots is up",
                                "clusterctl check"));
    }

    private static Topology with(Topology topology, NodeProbe node) {
        var nodes = new ArrayList<>(topology.nodes());
        nodes.add(
                new ClusterNode(
                        node.id(),
                        node.address(),
                        node.busPort(),
                        NodeFlags.of(NodeFlags.PRIMARY),
                        null,
                        0,
                        true,
                        SlotSet.EMPTY,
                        List.of()));
        return new Topology(nodes);
    }
}
