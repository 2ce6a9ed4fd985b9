// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.health;

/// Something that is not as it should be.
///
/// @param object what it is about: a node, slots, the cluster
/// @param evidence what was seen
/// @param remedy the command to run next, empty when there is nothing to do but wait
public record Finding(
        Check check, Severity severity, String object, String evidence, String remedy) {
    /// How bad it is.
    public enum Severity {
        INFO,
        /// Works, but a further failure would hurt.
        WARN,
        /// Some data cannot be served, or the nodes contradict each other.
        ERROR
    }

    /// Every check there is; the names are stable.
    public enum Check {
        SLOTS_UNCOVERED,
        OWNER_CONFLICT,
        OPEN_SLOT,
        VIEWS_DIFFER,
        CLUSTER_DOWN,
        NODE_UNREACHABLE,
        NODE_FAILED,
        REPLICA_LINK_DOWN,
        SHARD_WITHOUT_REPLICA,
        PRIMARY_WITHOUT_SLOTS,
        SHARED_HOST,
        SLOT_IMBALANCE,
        MIXED_VERSIONS
    }
}
