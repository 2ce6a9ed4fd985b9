// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeId;
import org.jspecify.annotations.Nullable;

/// What the data node knows and the engine does not: where replication stands.
///
/// @param offset replication offset: produced by a primary, processed (not merely received) by a replica
/// @param primary the primary the link part is about, null when the node replicates from nobody; a report about a former
///     primary is ignored
/// @param link state of the replication link
/// @param sinceMs time of the last byte from the primary when the link is up, of its loss when it is down
public record HostStatus(long offset, @Nullable NodeId primary, Link link, long sinceMs) {
    /// State of a replication link.
    public enum Link {
        /// There is none, or it never completed a synchronisation.
        NEVER_SYNCED,
        UP,
        DOWN
    }

    /// {@return the status of a primary that has produced `offset` bytes}
    public static HostStatus primary(long offset) {
        return new HostStatus(offset, null, Link.NEVER_SYNCED, 0);
    }
}
