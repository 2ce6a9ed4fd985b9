// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.Topology;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// One end of a move: a shard, by whichever of its members is the primary when it is looked up.
///
/// A plan outlives a failover, so a move names the shard and not only the node that led it when the plan was made.
///
/// @param primary the primary when the plan was made
/// @param members all members then, the primary first
public record ShardRef(NodeId primary, List<NodeId> members) {
    /// Copies the list.
    public ShardRef {
        members = List.copyOf(members);
    }

    /// {@return the shard of this primary}
    public static ShardRef of(Topology topology, NodeId primary) {
        var members = new ArrayList<NodeId>();
        members.add(primary);
        topology.replicasOf(primary).forEach(node -> members.add(node.id()));
        return new ShardRef(primary, members);
    }

    /// {@return the member that leads the shard now: a usable primary, preferably one with slots}
    public Optional<ClusterNode> leader(Topology topology) {
        return members.stream()
                .flatMap(id -> topology.node(id).stream())
                .filter(ClusterNode::isUsablePrimary)
                .min(
                        Comparator.comparing((ClusterNode node) -> node.slots().isEmpty())
                                .thenComparingInt(node -> members.indexOf(node.id())));
    }
}
