// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.offheap.Allocator;

/// A large value that is a table.
///
/// ```
/// head                     | elements of the table, by scan cursor         | early
/// key, expiry, type, count | those that have no mark; each gets it         | elements that were about to change
/// ```
///
/// Its elements have no mark yet, and it is found by the table, which stays the same.
///
/// Thread: owned by the node's loop.
final class LargeTable extends LargeValue {
    /// Old states of elements that have changed since.
    final HeldBytes early = new HeldBytes();

    final long firstTimeMs;

    boolean scanned;
    long cursor;

    private int root;
    private boolean owned;

    /// @param firstTimeMs see [EntryWriter#firstTimeMs]
    LargeTable(int database, int kind, long firstTimeMs, int root, int count) {
        super(database, kind, count);
        this.firstTimeMs = firstTimeMs;
        this.root = root;
    }

    /// {@return the table, or [Allocator#NULL] when it is gone and nobody wants to know its elements any more}
    int root() {
        return root;
    }

    /// {@return whether the entry is gone and the snapshot has to dispose of the table}
    boolean owned() {
        return owned;
    }

    void own() {
        owned = true;
    }

    /// The table belongs to somebody else now.
    void forget() {
        root = Allocator.NULL;
        owned = false;
    }

    @Override
    void release() {
        super.release();
        early.release();
    }
}
