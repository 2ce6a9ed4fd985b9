// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.offheap.Allocator;

/// A value that is a table too large for one slice, on its way into the file.
///
/// ```
/// head                     | elements of the table, by scan cursor         | early
/// key, expiry, type, count | those that have no mark; each gets it         | elements that were about to change
/// ```
///
/// Head and count are those of the cut: this object is made before the first change of its entry. From then on the entry has the mark,
/// its elements do not, and the object is found by the table, which stays the same whatever the key is called by then.
///
/// Thread: owned by the node's loop.
final class LargeValue {
    final int database;
    final int kind;

    /// How many elements the head promises. Invariant: `written <= count`, and equal at the end.
    final int count;

    /// What is written first, taken when the value's turn comes.
    final HeldBytes head = new HeldBytes();

    /// Old states of elements that have changed since.
    final HeldBytes early = new HeldBytes();

    int written;
    boolean begun;
    boolean scanned;
    long cursor;

    private int root;
    private boolean owned;

    LargeValue(int database, int kind, int root, int count) {
        this.database = database;
        this.kind = kind;
        this.root = root;
        this.count = count;
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

    void release() {
        head.release();
        early.release();
    }
}
