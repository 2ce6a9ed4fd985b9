// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.controlplane.planner.PlacementPlanner;
import dev.dunlin.controlplane.planner.SlotMove;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Empties a node, gives its replicas another primary, and lets everybody forget it.
final class RemoveNode {
    /// Never leave fewer: two primaries have no majority once one is gone.
    private static final int PRIMARIES_WITH_SLOTS_MIN = 1;

    private RemoveNode() {}

    /// Plans to let `node` leave.
    ///
    /// @param answers whether the node itself can be reached
    static Plan plan(Topology topology, ClusterNode node, boolean answers) throws Refused {
        var steps = new ArrayList<Step>();
        var warnings = new ArrayList<String>();
        List<SlotMove> moves = List.of();
        if (!node.slots().isEmpty()) {
            if (!answers) {
                throw new Refused(
                        Refused.Code.PRECONDITION,
                        node.name()
                                + " owns "
                                + node.slots().count()
                                + " slots and does not answer, so they cannot be moved away",
                        "clusterctl failover " + node.name() + " --force --accept-data-loss");
            }
            SlotChanges.requireNoOpenSlots(topology);
            moves = drain(topology, node);
            steps.addAll(SlotChanges.steps(topology, moves));
        }
        var orphans = topology.replicasOf(node.id());
        for (ClusterNode orphan : orphans) {
            steps.add(reattach(topology, node, orphan));
        }
        if (answers && node.isPrimary()) {
            steps.add(new Step.AwaitClients(SlotChanges.member(node)));
        }
        if (!answers) {
            warnings.add(
                    node.name()
                            + " does not answer and cannot be reset: it may come back and introduce"
                            + " itself again unless it stays down");
        }
        steps.add(new Step.ForgetNode(SlotChanges.member(node)));
        steps.add(new Step.AwaitAgreement());
        long others =
                topology.primaries().stream()
                        .filter(p -> !p.slots().isEmpty() && !p.id().equals(node.id()))
                        .count();
        if (others < PlacementPlanner.PRIMARIES_MIN && node.isPrimary()) {
            warnings.add(
                    "only "
                            + others
                            + " primaries remain: the loss of one leaves no majority to elect its"
                            + " successor");
        }
        return Plan.of(
                Plan.Kind.REMOVE_NODE,
                topology.fingerprint(),
                steps,
                SlotChanges.table(topology, moves),
                warnings,
                0);
    }

    private static List<SlotMove> drain(Topology topology, ClusterNode node) throws Refused {
        long takers =
                topology.primaries().stream()
                        .filter(other -> !other.id().equals(node.id()))
                        .filter(other -> other.isUsable() && !other.slots().isEmpty())
                        .count();
        if (takers < PRIMARIES_WITH_SLOTS_MIN) {
            throw new Refused(
                    Refused.Code.PRECONDITION,
                    "no other primary can take the slots of " + node.name(),
                    "clusterctl add-node");
        }
        return RebalanceSlots.moves(topology, Map.of(node.id(), 0.0), 0, true);
    }

    private static Step reattach(Topology topology, ClusterNode leaving, ClusterNode orphan)
            throws Refused {
        Step.Member member = SlotChanges.member(orphan);
        ClusterNode primary =
                PlacementPlanner.primaryForReplica(
                                topology, member.address().host(), Optional.of(leaving.id()))
                        .orElseThrow(() ->
                                new Refused(
                                        Refused.Code.PRECONDITION,
                                        "no primary is left for replica " + orphan.name(),
                                        "clusterctl add-node"));
        return new Step.AttachReplica(member, SlotChanges.member(primary));
    }
}
