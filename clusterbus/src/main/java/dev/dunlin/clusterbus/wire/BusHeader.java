// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import org.jspecify.annotations.Nullable;

/// What every message but a light one says about its sender. A replica speaks for its primary in `slots` and
/// `configEpoch`.
///
/// @param currentEpoch the sender's logical clock, never negative
/// @param configEpoch the epoch under which `slots` were claimed, never negative
/// @param offset replication offset: produced by a primary, processed by a replica, 0 if it never synced
/// @param slots claimed slots; of the sender's primary when it is a replica
/// @param primary the sender's primary; null means that the sender is a primary, whatever its flags say
/// @param ip announced address, empty when the receiver shall take the one the connection came from
/// @param port client port
/// @param secondaryPort the other client port, 0 when there is none
/// @param busPort port of the sender's bus
/// @param flags the sender's own flags; on the wire they contain [NodeFlags#MYSELF]
/// @param clusterOk the sender's view of the cluster's state
public record BusHeader(
        NodeId sender,
        long currentEpoch,
        long configEpoch,
        long offset,
        SlotSet slots,
        @Nullable NodeId primary,
        String ip,
        int port,
        int secondaryPort,
        int busPort,
        NodeFlags flags,
        boolean clusterOk,
        MessageFlags messageFlags) {
    /// {@return whether the sender claims to be a primary}
    public boolean isPrimary() {
        return primary == null;
    }

    /// {@return this header with further bits of [MessageFlags]}
    public BusHeader withMessageFlags(int mask) {
        var newFlags = messageFlags.with(mask);
        return newFlags.equals(messageFlags)
                ? this
                : new BusHeader(
                        sender,
                        currentEpoch,
                        configEpoch,
                        offset,
                        slots,
                        primary,
                        ip,
                        port,
                        secondaryPort,
                        busPort,
                        flags,
                        clusterOk,
                        newFlags);
    }
}
