// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.topology;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One line of `CLUSTER NODES`.
///
/// @param address where its clients connect; null when the node that was asked does not know
/// @param busPort port of its cluster bus
/// @param primary the node it replicates, null for a primary
/// @param connected whether the node that was asked has a link to it
/// @param openSlots slots in the middle of a move; known only of the node that was asked
public record ClusterNode(
        NodeId id,
        @Nullable HostPort address,
        int busPort,
        NodeFlags flags,
        @Nullable NodeId primary,
        long configEpoch,
        boolean connected,
        SlotSet slots,
        List<OpenSlot> openSlots) {
    /// Copies the list.
    public ClusterNode {
        openSlots = List.copyOf(openSlots);
    }

    public boolean isPrimary() {
        return flags.isPrimary();
    }

    /// {@return whether nobody says that the node is down, and it is fully introduced}
    public boolean isUsable() {
        return !flags.isFailed()
                && !flags.isHandshake()
                && !flags.hasNoAddress()
                && address != null;
    }

    /// {@return whether it is a primary in good standing}
    public boolean isUsablePrimary() {
        return isPrimary() && isUsable();
    }

    /// {@return its address, or its id when it has none}
    public String name() {
        return address == null ? id.value() : address.toString();
    }
}
