// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import java.util.function.IntConsumer;

/// Sees data before it changes, so that a snapshot can write the old state first.
///
/// No call may cost more than a small value does: what is large is only noted, or kept, and written later in slices.
///
/// Thread: called on the node's loop.
public interface SnapshotHook {
    /// The entry is about to be changed, moved or deleted; or, when its value is a table or a chain, to get or lose elements. Nodes of a chain
    /// that must stay as they are afterwards are pinned by then ([dev.dunlin.node.offheap.NodeChain]).
    void beforeChange(int database, int ref);

    /// An element of a value that is a table is about to be changed, or to be taken out and freed. [#beforeChange] of the entry came first.
    ///
    /// @param root the value's table
    void beforeElementChange(int root, int element);

    /// The entry that has this table as its value is gone, [#beforeChange] was called for it.
    ///
    /// @return whether the snapshot still needs the table: then it owns it from now on, and disposes of it later
    boolean keepsTable(int root);

    /// All entries of the slot are dropped: nobody else reaches its table any more.
    ///
    /// @return whether the snapshot still needs the table: then it owns it, and disposes of it later by [Keyspace#dispose]
    boolean keepsSlot(int database, int slot, int root, IntConsumer freeEntry);

    /// The data set as a whole is about to be dropped: nobody will want the rest.
    void beforeDataSetGoes();

    /// Two databases have exchanged their entries.
    void swapped(int left, int right);

    /// The keyspace closes: the snapshot gives back all that it keeps.
    void keyspaceCloses();
}
