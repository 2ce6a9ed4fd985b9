// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

/// A value too large for one slice, on its way into the file: first the head, then its parts.
///
/// Head and count are those of the cut: this object is made before the first change of its entry. From then on the entry has the mark, and
/// the object knows the parts, whatever the key is called by then.
///
/// Thread: owned by the node's loop.
abstract sealed class LargeValue permits LargeTable, LargeChain {
    final int database;
    final int kind;

    /// How many parts the head promises. Invariant: `written <= count`, and equal at the end.
    final int count;

    /// What is written first, taken when the value's turn comes.
    final HeldBytes head = new HeldBytes();

    int written;
    boolean begun;

    LargeValue(int database, int kind, int count) {
        this.database = database;
        this.kind = kind;
        this.count = count;
    }

    /// Releases what was encoded and has no place any more.
    void release() {
        head.release();
    }
}
