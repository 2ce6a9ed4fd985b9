// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/// The cluster as one node sees it at one instant: all a data node needs to route commands and to answer CLUSTER queries.
///
/// Immutable; consecutive views share what did not change, so publishing one costs little.
///
/// @param asOfMs when it was made
/// @param myself this node's id
/// @param nodes every known node including this one and those in handshake, ascending by id
/// @param owners what each slot is bound to
/// @param migrating slots of mine that are being moved away, with their targets
/// @param importing slots that are being moved to me, with their sources
/// @param health what `CLUSTER INFO` calls the state, and why
/// @param currentEpoch the cluster's logical clock as known here
/// @param lease until when this node may serve as a primary
/// @param writesPausedUntilMs end of the pause for a manual failover, 0 when there is none
/// @param messages bus messages counted by type
public record ClusterView(
        long asOfMs,
        NodeId myself,
        SortedMap<NodeId, NodeView> nodes,
        SlotOwners owners,
        Map<Integer, NodeId> migrating,
        Map<Integer, NodeId> importing,
        ClusterHealth health,
        long currentEpoch,
        WriteLeaseView lease,
        long writesPausedUntilMs,
        MessageCounts messages) {
    /// {@return this node}
    public NodeView me() {
        NodeView me = nodes.get(myself);
        Invariant.check(me != null, "a view contains its own node", myself);
        return java.util.Objects.requireNonNull(me);
    }

    /// {@return the node with this id, or null}
    public @Nullable NodeView node(NodeId id) {
        return nodes.get(id);
    }

    /// {@return the primary that `slot` is bound to, or null}
    public @Nullable NodeView ownerOf(int slot) {
        NodeId owner = owners.owner(slot);
        return owner == null ? null : nodes.get(owner);
    }

    /// {@return whether `slot` is bound to this node}
    public boolean isMine(int slot) {
        return myself.equals(owners.owner(slot));
    }

    public boolean isPrimary() {
        return me().isPrimary();
    }

    /// {@return this node's primary, or null when it is one itself or does not know it}
    public @Nullable NodeView myPrimary() {
        NodeId primary = me().primary();
        return primary == null ? null : nodes.get(primary);
    }
}
