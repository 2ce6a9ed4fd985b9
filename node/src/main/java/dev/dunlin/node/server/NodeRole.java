// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

/// What a node is in its replication group at this moment, as far as commands depend on it.
///
/// Thread: called on the node's loop.
interface NodeRole {
    boolean isReplica();

    /// {@return whether enough replicas follow closely enough to take writes (`min-replicas-to-write`)}
    boolean enoughReplicas();

    /// {@return whether the data is not stale: false on a replica that has lost its primary}
    boolean isDataCurrent();

    /// {@return whether a data set is being loaded}
    boolean isLoading();
}
