// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.controlplane.nodeclient.ClusterSnapshot;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.Topology;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Makes a replica the primary of its shard.
final class Failover {
    private Failover() {}

    /// Plans it for the shard of `node`: a replica is the one to promote, for a primary the most advanced replica is.
    static Plan plan(ClusterSnapshot snapshot, ClusterNode node, boolean force) throws Refused {
        Topology topology = snapshot.topology();
        ClusterNode replica = node.isPrimary() ? mostAdvanced(snapshot, node) : node;
        ClusterNode primary =
                topology.nodes().stream()
                        .filter(other -> other.id().equals(replica.primary()))
                        .findFirst()
                        .orElseThrow(() ->
                                new Refused(
                                        Refused.Code.PRECONDITION,
                                        replica.name() + " has no known primary",
                                        "clusterctl check"));
        Step.Member replicaMember = SlotChanges.member(replica);
        Step.Member primaryMember = SlotChanges.member(primary);
        boolean primaryAnswers = snapshot.answered(primaryMember.address()).isPresent();
        if (!force && (!primary.isUsable() || !primaryAnswers)) {
            throw new Refused(
                    Refused.Code.PRECONDITION,
                    primary.name()
                            + " is down, so a failover without loss cannot be agreed with it",
                    "clusterctl failover "
                            + replica.name()
                            + " --force --accept-data-loss (or wait: the replicas elect one of"
                            + " themselves)");
        }
        var warnings = new ArrayList<String>();
        if (force) {
            warnings.add(
                    "by force: writes that "
                            + replica.name()
                            + " has not received from "
                            + primary.name()
                            + " are lost");
        }
        return Plan.of(
                Plan.Kind.FAILOVER,
                topology.fingerprint(),
                List.of(
                        new Step.Promote(replicaMember, primaryMember, force),
                        new Step.AwaitAgreement()),
                List.of(),
                warnings,
                0);
    }

    private static ClusterNode mostAdvanced(ClusterSnapshot snapshot, ClusterNode primary)
            throws Refused {
        return snapshot.topology().replicasOf(primary.id()).stream()
                .filter(ClusterNode::isUsable)
                .filter(replica ->
                        replica.address() != null
                                && snapshot.answered(replica.address()).isPresent())
                .max(
                        Comparator.comparingLong((ClusterNode replica) -> offset(snapshot, replica))
                                .thenComparing(ClusterNode::id, Comparator.reverseOrder()))
                .orElseThrow(() ->
                        new Refused(
                                Refused.Code.PRECONDITION,
                                primary.name() + " has no replica that is up",
                                "clusterctl add-node --replica --primary " + primary.name()));
    }

    private static long offset(ClusterSnapshot snapshot, ClusterNode replica) {
        return replica.address() == null
                ? -1
                : snapshot.answered(replica.address())
                        .map(report -> report.number("slave_repl_offset", -1))
                        .orElse(-1L);
    }
}
