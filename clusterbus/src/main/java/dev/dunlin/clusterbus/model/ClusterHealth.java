// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

/// The state that `CLUSTER INFO` prints, with the counts beside it.
///
/// @param slotsOk slots bound to a node that is neither suspected nor failed
/// @param size primaries with at least one slot
public record ClusterHealth(
        Reason reason, int slotsAssigned, int slotsOk, int slotsPfail, int slotsFail, int size) {
    /// The state of a node that has not looked around yet.
    public static final ClusterHealth STARTING = new ClusterHealth(Reason.STARTING, 0, 0, 0, 0, 0);

    /// Why the state is what it is.
    public enum Reason {
        /// Everything is fine.
        OK,
        /// A primary just started and waits for news before it serves.
        STARTING,
        /// A slot is not bound, or bound to a failed node, and full coverage is required.
        NOT_COVERED,
        /// This node does not reach a majority of the primaries with slots.
        MINORITY,
        /// A primary reaches the majority again, and waits for news before it serves.
        REJOINING
    }

    public boolean ok() {
        return reason == Reason.OK;
    }
}
