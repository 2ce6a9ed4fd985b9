// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

/// Keeps the elements of sorted sets in order: by score, and among equal scores by the bytes of their members.
///
/// Payloads are references of [Entry]s whose keys are the members; the elements belong to the set's table, not to the tree.
///
/// Thread: owned by the node's loop.
public final class ScoreTree extends OrderedTree {
    private long member;
    private int memberBytes;

    public ScoreTree(Allocator allocator) {
        super(allocator, false);
    }

    /// Sets the member that the next search is for.
    public ScoreTree seeking(long address, int bytes) {
        member = address;
        memberBytes = bytes;
        return this;
    }

    @Override
    protected int compareTie(int payload) {
        long entry = allocator().address(payload);
        return Memory.compare(Entry.key(entry), Entry.keyBytes(entry), member, memberBytes);
    }

    /// {@return a key whose order without sign is that of scores; -0 and 0 have the same}
    public static long key(double score) {
        // Adding 0 turns -0 into 0.
        long bits = Double.doubleToRawLongBits(score + 0.0);
        return bits < 0 ? ~bits : bits ^ Long.MIN_VALUE;
    }
}
