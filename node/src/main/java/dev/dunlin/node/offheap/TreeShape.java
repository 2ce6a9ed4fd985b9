// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

/// Where things lie in a node of an [OrderedTree]: in a leaf, or in an inner node.
///
/// ```
/// leaf    0       2       4          8      12
///         | count | level | previous | next | payloads u32 ... | high keys u64 ... | [ low keys u64 ... ]
///
/// inner   0       2       4        8
///         | count | level | unused | payloads ... | children u32 ... | item counts u32 ... | high keys ... | [ low keys ... ]
/// ```
///
/// `level` is 0 in a leaf. The i-th key and payload of an inner node are those of the first item below its i-th child. Each field has an
/// array of its own, so that a search runs through keys that lie close together.
///
/// Thread: stateless; nodes belong to the node's loop.
final class TreeShape {
    private static final int LEVEL_OFFSET = 2;
    private static final int PREVIOUS_OFFSET = 4;
    private static final int NEXT_OFFSET = 8;
    private static final int LEAF_HEADER_BYTES = 12;
    private static final int INNER_HEADER_BYTES = 8;

    /// Leaves of about eight cache lines, inner nodes of about sixteen; full size classes of [SlabAllocator] both.
    private static final int LEAF_BYTES_MAX = 512;

    private static final int INNER_BYTES_MAX = 1024;
    private static final int NONE = -1;

    /// Items, or children, that fit.
    final int capacity;

    final int bytes;
    private final int payloads;
    private final int children;
    private final int counts;
    private final int highKeys;
    private final int lowKeys;

    private TreeShape(int header, boolean inner, boolean wide, int bytesMax) {
        int perItem = Integer.BYTES * (inner ? 3 : 1) + Long.BYTES * (wide ? 2 : 1);
        capacity = (bytesMax - header) / perItem;
        payloads = header;
        children = inner ? payloads + Integer.BYTES * capacity : NONE;
        counts = inner ? children + Integer.BYTES * capacity : NONE;
        highKeys = (inner ? counts : payloads) + Integer.BYTES * capacity;
        lowKeys = wide ? highKeys + Long.BYTES * capacity : NONE;
        bytes = highKeys + Long.BYTES * capacity * (wide ? 2 : 1);
    }

    static TreeShape leaf(boolean wide) {
        return new TreeShape(LEAF_HEADER_BYTES, false, wide, LEAF_BYTES_MAX);
    }

    static TreeShape inner(boolean wide) {
        return new TreeShape(INNER_HEADER_BYTES, true, wide, INNER_BYTES_MAX);
    }

    static int count(long node) {
        return Memory.getShort(node) & 0xFFFF;
    }

    static void count(long node, int count) {
        Memory.putShort(node, (short) count);
    }

    static int level(long node) {
        return Memory.getShort(node + LEVEL_OFFSET);
    }

    static void initialize(long node, int level) {
        Memory.putShort(node, (short) 0);
        Memory.putShort(node + LEVEL_OFFSET, (short) level);
    }

    static int previous(long leaf) {
        return Memory.getInt(leaf + PREVIOUS_OFFSET);
    }

    static void previous(long leaf, int ref) {
        Memory.putInt(leaf + PREVIOUS_OFFSET, ref);
    }

    static int next(long leaf) {
        return Memory.getInt(leaf + NEXT_OFFSET);
    }

    static void next(long leaf, int ref) {
        Memory.putInt(leaf + NEXT_OFFSET, ref);
    }

    int payload(long node, int i) {
        return Memory.getInt(node + payloads + 4L * i);
    }

    void payload(long node, int i, int payload) {
        Memory.putInt(node + payloads + 4L * i, payload);
    }

    long high(long node, int i) {
        return Memory.getLong(node + highKeys + 8L * i);
    }

    /// {@return the lower half of the key; 0 when keys have none}
    long low(long node, int i) {
        return lowKeys == NONE ? 0 : Memory.getLong(node + lowKeys + 8L * i);
    }

    int child(long inner, int i) {
        return Memory.getInt(inner + children + 4L * i);
    }

    /// {@return where the reference of a child is}
    long childAddress(long inner, int i) {
        return inner + children + 4L * i;
    }

    void child(long inner, int i, int ref) {
        Memory.putInt(inner + children + 4L * i, ref);
    }

    /// {@return how many items are below a child}
    int items(long inner, int i) {
        return Memory.getInt(inner + counts + 4L * i);
    }

    void items(long inner, int i, int items) {
        Memory.putInt(inner + counts + 4L * i, items);
    }

    /// {@return how many items are below the children before this one}
    int itemsBefore(long inner, int child) {
        long at = inner + counts;
        int sum = 0;
        for (int i = 0; i < child; i++) {
            sum += Memory.getInt(at + 4L * i);
        }
        return sum;
    }

    void set(long node, int i, long high, long low, int payload) {
        Memory.putInt(node + payloads + 4L * i, payload);
        Memory.putLong(node + highKeys + 8L * i, high);
        if (lowKeys != NONE) {
            Memory.putLong(node + lowKeys + 8L * i, low);
        }
    }

    /// Takes over key and payload of an item of another node, of whichever shape.
    void setFrom(long node, int i, TreeShape shape, long other, int ofOther) {
        set(
                node,
                i,
                shape.high(other, ofOther),
                shape.low(other, ofOther),
                shape.payload(other, ofOther));
    }

    /// Copies `n` items, with the children of inner nodes, between two nodes of this shape or within one; counts are the caller's to set.
    void move(long source, int from, long target, int to, int n) {
        copy(source, target, payloads, 4, from, to, n);
        copy(source, target, highKeys, 8, from, to, n);
        if (lowKeys != NONE) {
            copy(source, target, lowKeys, 8, from, to, n);
        }
        if (children != NONE) {
            copy(source, target, children, 4, from, to, n);
            copy(source, target, counts, 4, from, to, n);
        }
    }

    private static void copy(
            long source, long target, int offset, int width, int from, int to, int n) {
        Memory.copy(
                source + offset + (long) width * from,
                target + offset + (long) width * to,
                (long) width * n);
    }
}
