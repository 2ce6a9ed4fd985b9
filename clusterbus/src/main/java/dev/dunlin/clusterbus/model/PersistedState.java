// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import java.util.List;

/// Everything a node must not forget about the cluster: the content of nodes.conf.
///
/// @param nodes one per known node except those in handshake, in no particular order, exactly one of them myself
/// @param openSlots my own migrating and importing marks, ascending by slot
public record PersistedState(
        long currentEpoch,
        long lastVoteEpoch,
        List<PersistedNode> nodes,
        List<OpenSlot> openSlots) {
    public PersistedState {
        nodes = List.copyOf(nodes);
        openSlots = List.copyOf(openSlots);
    }

    /// {@return the line of the node that wrote the file}
    public PersistedNode myself() {
        for (PersistedNode node : nodes) {
            if (node.flags().isMyself()) {
                return node;
            }
        }
        throw new IllegalStateException("no node is myself");
    }
}
