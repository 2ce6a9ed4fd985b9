// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

/// What a node is in its replication group at this moment, as far as commands depend on it.
///
/// Thread: called on the node's loop.
interface NodeRole {
    boolean isReplica();

    /// {@return whether a replica refuses writes (`replica-read-only`)}
    boolean isReadOnly();

    /// {@return whether enough replicas follow closely enough to take writes (`min-replicas-to-write`)}
    boolean enoughReplicas();

    /// {@return whether the data may be shown: false on a replica that has lost its primary with `replica-serve-stale-data no`}
    boolean mayServeData();

    /// {@return whether a data set is being loaded}
    boolean isLoading();
}
