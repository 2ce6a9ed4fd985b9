// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.planner.PlacementPlanner;
import dev.dunlin.controlplane.topology.HostPort;
import dev.dunlin.controlplane.topology.Topology;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Makes one cluster of empty nodes: slots, epochs, introductions, then replicas.
///
/// Slots and epochs come first, while each node stands alone: once nodes know each other a claim needs agreement.
final class CreateCluster {
    private CreateCluster() {}

    static Plan plan(List<NodeProbe> nodes, int replicas) throws Refused {
        for (NodeProbe node : nodes) {
            node.requireEmpty();
        }
        var byAddress = new HashMap<HostPort, Step.Member>();
        nodes.forEach(node -> byAddress.put(node.address(), node.member()));
        PlacementPlanner.Placement placement;
        try {
            placement =
                    PlacementPlanner.place(
                            nodes.stream().map(NodeProbe::address).toList(), replicas);
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    Refused.Code.INVALID, String.valueOf(e.getMessage()), "clusterctl up --help");
        }
        var steps = new ArrayList<Step>();
        var shards = new ArrayList<Plan.ShardChange>();
        long epoch = 0;
        for (var shard : placement.shards()) {
            Step.Member primary = member(byAddress, shard.primary());
            steps.add(new Step.AssignSlots(primary, SlotSet.of(shard.slots())));
            steps.add(new Step.SetEpoch(primary, ++epoch));
            shards.add(
                    new Plan.ShardChange(
                            primary.id(), primary.address().toString(), 0, shard.slots().count()));
        }
        var members = nodes.stream().map(NodeProbe::member).toList();
        steps.add(new Step.JoinNodes(members.subList(1, members.size()), members.getFirst()));
        var attached = new ArrayList<Step.Member>();
        for (var shard : placement.shards()) {
            for (HostPort replica : shard.replicas()) {
                Step.Member member = member(byAddress, replica);
                steps.add(new Step.AttachReplica(member, member(byAddress, shard.primary())));
                attached.add(member);
            }
        }
        steps.add(new Step.AwaitAgreement());
        if (!attached.isEmpty()) {
            steps.add(new Step.AwaitReplicas(attached));
        }
        return Plan.of(
                Plan.Kind.CREATE_CLUSTER,
                Topology.EMPTY.fingerprint(),
                steps,
                shards,
                placement.warnings(),
                0);
    }

    private static Step.Member member(Map<HostPort, Step.Member> byAddress, HostPort address) {
        Step.Member member = byAddress.get(address);
        if (member == null) {
            throw new IllegalStateException("the planner placed a node it was not given");
        }
        return member;
    }
}
