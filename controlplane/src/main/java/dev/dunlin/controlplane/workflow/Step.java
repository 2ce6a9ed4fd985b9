// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.topology.HostPort;
import java.util.List;

/// One action of a workflow, as it stands in the journal.
///
/// Each is idempotent: before it acts it asks the nodes how far it has come, so it may be run again after a crash at any
/// point of it.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "step")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Step.AssignSlots.class, name = "assignSlots"),
    @JsonSubTypes.Type(value = Step.SetEpoch.class, name = "setEpoch"),
    @JsonSubTypes.Type(value = Step.JoinNodes.class, name = "joinNodes"),
    @JsonSubTypes.Type(value = Step.AttachReplica.class, name = "attachReplica"),
    @JsonSubTypes.Type(value = Step.AwaitReplicas.class, name = "awaitReplicas"),
    @JsonSubTypes.Type(value = Step.AwaitAgreement.class, name = "awaitAgreement"),
    @JsonSubTypes.Type(value = Step.MoveSlots.class, name = "moveSlots"),
    @JsonSubTypes.Type(value = Step.AwaitClients.class, name = "awaitClients"),
    @JsonSubTypes.Type(value = Step.ForgetNode.class, name = "forgetNode"),
    @JsonSubTypes.Type(value = Step.Promote.class, name = "promote"),
})
public sealed interface Step {
    /// {@return what it does, in words}
    String text();

    /// A node by both of its names.
    ///
    /// @param busPort port of its cluster bus
    record Member(NodeId id, HostPort address, int busPort) {}

    /// Gives slots that nobody owns to a node that stands alone.
    record AssignSlots(Member node, SlotSet slots) implements Step {
        @Override
        public String text() {
            return "assign slots " + slots + " to " + node.address();
        }
    }

    /// Sets the config epoch of a node that stands alone, so that no two primaries begin with the same one.
    record SetEpoch(Member node, long epoch) implements Step {
        @Override
        public String text() {
            return "set config epoch " + epoch + " at " + node.address();
        }
    }

    /// Introduces nodes to the cluster of `peer`, and waits until everybody knows everybody.
    record JoinNodes(List<Member> nodes, Member peer) implements Step {
        /// Copies the list.
        public JoinNodes {
            nodes = List.copyOf(nodes);
        }

        @Override
        public String text() {
            var names = nodes.stream().map(node -> node.address().toString()).toList();
            return "introduce " + String.join(", ", names) + " to " + peer.address();
        }
    }

    /// Makes a node a replica of a primary.
    record AttachReplica(Member replica, Member primary) implements Step {
        @Override
        public String text() {
            return "make " + replica.address() + " a replica of " + primary.address();
        }
    }

    /// Waits until these replicas have their primary's data.
    record AwaitReplicas(List<Member> replicas) implements Step {
        /// Copies the list.
        public AwaitReplicas {
            replicas = List.copyOf(replicas);
        }

        @Override
        public String text() {
            var names = replicas.stream().map(node -> node.address().toString()).toList();
            return "wait until " + String.join(", ", names) + " caught up";
        }
    }

    /// Waits until every node sees the same owners and says that the cluster is ok.
    record AwaitAgreement() implements Step {
        @Override
        public String text() {
            return "wait until all nodes agree";
        }
    }

    /// Moves slots with their keys while clients go on.
    ///
    /// @param targetName the target's address, for people
    record MoveSlots(
            ShardRef source, String sourceName, ShardRef target, String targetName, SlotSet slots)
            implements Step {
        @Override
        public String text() {
            return "move "
                    + slots.count()
                    + (slots.count() == 1 ? " slot" : " slots")
                    + " from "
                    + sourceName
                    + " to "
                    + targetName;
        }
    }

    /// Waits until clients have learned that this node owns nothing: until it has nobody to redirect any more.
    ///
    /// A node that was reset redirects nobody; whoever still asks it is told that the cluster is down.
    record AwaitClients(Member node) implements Step {
        @Override
        public String text() {
            return "wait until no client asks " + node.address() + " any more";
        }
    }

    /// Lets everybody forget a node that owns nothing, and resets the node itself when it still answers.
    record ForgetNode(Member node) implements Step {
        @Override
        public String text() {
            return "forget " + node.address() + " on all other nodes and reset it";
        }
    }

    /// Makes a replica the primary of its shard.
    record Promote(Member replica, Member primary, boolean force) implements Step {
        @Override
        public String text() {
            return "promote "
                    + replica.address()
                    + " in place of "
                    + primary.address()
                    + (force ? " by force" : "");
        }
    }
}
