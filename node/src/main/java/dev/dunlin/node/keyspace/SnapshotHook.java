// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

/// Sees data before it changes, so that a snapshot can write the old state first.
///
/// Thread: called on the node's loop.
public interface SnapshotHook {
    /// The entry is about to be changed, moved or deleted.
    void beforeChange(int database, int ref);

    /// All entries of the slot are about to be dropped.
    void beforeDrop(int database, int slot);

    /// Two databases are about to exchange all that they hold.
    void beforeSwap(int left, int right);

    /// All entries of the database are about to be dropped.
    void beforeClear(int database);
}
