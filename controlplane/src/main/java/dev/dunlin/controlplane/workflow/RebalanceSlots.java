// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.controlplane.planner.SlotMove;
import dev.dunlin.controlplane.planner.SlotPlanner;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Gives each primary its share of the slots.
final class RebalanceSlots {
    private RebalanceSlots() {}

    static Plan plan(
            Topology topology, Map<NodeId, Double> weights, double threshold, boolean skipEmpty)
            throws Refused {
        SlotChanges.requireNoOpenSlots(topology);
        for (ClusterNode node : topology.primaries()) {
            if (!node.slots().isEmpty()) {
                SlotChanges.requirePrimary(node);
            }
        }
        var moves = moves(topology, weights, threshold, skipEmpty);
        var steps = new ArrayList<>(SlotChanges.steps(topology, moves));
        if (!steps.isEmpty()) {
            steps.add(new Step.AwaitAgreement());
        }
        return Plan.of(
                Plan.Kind.REBALANCE_SLOTS,
                topology.fingerprint(),
                steps,
                SlotChanges.table(topology, moves),
                List.of(),
                0);
    }

    /// A primary that is down takes part only with weight 0, and one that owns nothing only when asked to.
    static List<SlotMove> moves(
            Topology topology, Map<NodeId, Double> weights, double threshold, boolean skipEmpty)
            throws Refused {
        var shards =
                SlotChanges.shards(topology, weights).stream()
                        .filter(shard ->
                                !shard.slots().isEmpty()
                                        || (!skipEmpty
                                                && topology.node(shard.primary())
                                                        .filter(ClusterNode::isUsable)
                                                        .isPresent()))
                        .toList();
        try {
            return SlotPlanner.rebalance(shards, threshold);
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    Refused.Code.INVALID,
                    String.valueOf(e.getMessage()),
                    "clusterctl rebalance --help");
        }
    }
}
