// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.offheap;

import java.util.function.IntConsumer;

/// Ordered collections of items outside the heap, with ranks: B+trees that know how many items are below each child.
///
/// ```
/// root    0        4      8            12          16       20
///         | node   | size | first leaf | last leaf | leaves | inner nodes |
///
///                      inner:  first key of each child | child | items below it
///                     /                |               \
///         leaf <-> leaf <-> leaf <-> leaf <-> leaf <-> leaf        keys with their payloads, linked in order
/// ```
///
/// An item is a key of 64 or 128 bits, compared without sign, and a payload of 32 bits, usually a reference. Items with the same key are
/// told apart, and ordered, by [#compareTie]; so a payload whose bytes decide must not change them while it is in a tree. Keys in inner
/// nodes are always those of an item that is there, so that they never refer to something freed.
///
/// A tree is named by the reference of its root block; this object only knows what all trees of its kind share. An item in a tree is named
/// by a position (leaf and index in it), which is valid until the tree changes.
///
/// Nodes are at least half full, except for those at both ends: items that come in order leave full nodes behind, as the ids of a stream
/// do, or scores that are times.
///
/// Thread: owned by the node's loop.
public abstract class OrderedTree {
    /// The position of no item.
    public static final long NONE = 0;

    /// How an item is found that has the same key as the one that is sought.
    public enum Tie {
        /// As [OrderedTree#compareTie] says.
        COMPARE,
        /// What is sought lies before all items of its key.
        BEFORE,
        /// What is sought lies behind all items of its key.
        BEHIND,
        /// As [OrderedTree#compareTie] says, and the key does not count: for trees all of whose keys are the same.
        COMPARE_ONLY
    }

    /// More levels than 2^32 items can make, even if inner nodes had five children each.
    private static final int LEVELS_MAX = 16;

    private static final int NODE_OFFSET = 0;
    private static final int SIZE_OFFSET = 4;
    private static final int FIRST_OFFSET = 8;
    private static final int LAST_OFFSET = 12;
    private static final int LEAVES_OFFSET = 16;
    private static final int INNERS_OFFSET = 20;
    private static final int ROOT_BYTES = 24;

    private final Allocator allocator;
    private final TreeShape leaves;
    private final TreeShape inners;

    // What is sought.

    private long high;
    private long low;
    private Tie tie = Tie.COMPARE;

    // Where the last descent has led: node and index by level, and how many items lie before the
    // place in the leaf.

    private final int[] pathNode = new int[LEVELS_MAX];
    private final int[] pathIndex = new int[LEVELS_MAX];
    private int rank;

    /// @param wide whether keys have 128 bits
    protected OrderedTree(Allocator allocator, boolean wide) {
        this.allocator = allocator;
        this.leaves = TreeShape.leaf(wide);
        this.inners = TreeShape.inner(wide);
    }

    /// Compares an item with the one that is sought, when both have the same key.
    ///
    /// @return below, at or above 0, as the item is before, the same as, or behind what is sought
    protected abstract int compareTie(int payload);

    protected final Allocator allocator() {
        return allocator;
    }

    /// {@return the root of a new, empty tree}
    public final int create() {
        int root = allocator.allocate(ROOT_BYTES);
        Memory.fill(allocator.address(root), ROOT_BYTES, (byte) 0);
        return root;
    }

    public final int size(int root) {
        return Memory.getInt(allocator.address(root) + SIZE_OFFSET);
    }

    /// {@return bytes of native memory that the tree takes, payloads not counted}
    public final long treeBytes(int rootRef) {
        long root = allocator.address(rootRef);
        return allocator.capacityFor(ROOT_BYTES)
                + Memory.getInt(root + LEAVES_OFFSET) * allocator.capacityFor(leaves.bytes)
                + Memory.getInt(root + INNERS_OFFSET) * allocator.capacityFor(inners.bytes);
    }

    // Reading

    /// {@return the position of an item, or [#NONE]}
    public final long find(int root, long highKey, long lowKey) {
        return descend(root, highKey, lowKey, Tie.COMPARE)
                ? position(pathNode[0], pathIndex[0])
                : NONE;
    }

    /// {@return the position of the first item at or behind the one that is sought, or [#NONE]}
    public final long seek(int root, long highKey, long lowKey, Tie ties) {
        descend(root, highKey, lowKey, ties);
        int leaf = pathNode[0];
        if (leaf == Allocator.NULL) {
            return NONE;
        }
        long address = allocator.address(leaf);
        return pathIndex[0] < TreeShape.count(address)
                ? position(leaf, pathIndex[0])
                : firstOf(TreeShape.next(address));
    }

    /// {@return the position of the last item before the one that is sought, or [#NONE]}
    public final long seekBefore(int root, long highKey, long lowKey, Tie ties) {
        long position = seek(root, highKey, lowKey, ties);
        return position == NONE ? last(root) : previous(position);
    }

    /// {@return how many items lie before what was sought last}
    public final int rank() {
        return rank;
    }

    /// {@return how many items lie before the one that is sought}
    public final int rank(int root, long highKey, long lowKey, Tie ties) {
        descend(root, highKey, lowKey, ties);
        return rank;
    }

    /// {@return the position of the item with `index` items before it, or [#NONE]}
    public final long at(int rootRef, long index) {
        long root = allocator.address(rootRef);
        if (index < 0 || index >= Memory.getInt(root + SIZE_OFFSET)) {
            return NONE;
        }
        int left = (int) index;
        int ref = Memory.getInt(root + NODE_OFFSET);
        long node = allocator.address(ref);
        while (TreeShape.level(node) > 0) {
            int child = 0;
            for (int items = inners.items(node, child);
                    left >= items;
                    items = inners.items(node, child)) {
                left -= items;
                child++;
            }
            ref = inners.child(node, child);
            node = allocator.address(ref);
        }
        return position(ref, left);
    }

    /// {@return the position of the first item, or [#NONE] of an empty tree}
    public final long first(int root) {
        return firstOf(Memory.getInt(allocator.address(root) + FIRST_OFFSET));
    }

    /// {@return the position of the last item, or [#NONE] of an empty tree}
    public final long last(int root) {
        return lastOf(Memory.getInt(allocator.address(root) + LAST_OFFSET));
    }

    /// {@return the position of the item behind, or [#NONE]}
    public final long next(long position) {
        long leaf = leaf(position);
        return index(position) + 1 < TreeShape.count(leaf)
                ? position + 1
                : firstOf(TreeShape.next(leaf));
    }

    /// {@return the position of the item before, or [#NONE]}
    public final long previous(long position) {
        return index(position) > 0 ? position - 1 : lastOf(TreeShape.previous(leaf(position)));
    }

    /// {@return the key of an item, or its upper half}
    public final long high(long position) {
        return leaves.high(leaf(position), index(position));
    }

    /// {@return the lower half of a key of 128 bits}
    public final long low(long position) {
        return leaves.low(leaf(position), index(position));
    }

    public final int payload(long position) {
        return leaves.payload(leaf(position), index(position));
    }

    /// Reads the payloads of `items` items, one after the other; so many there must be.
    ///
    /// @param position of the first
    /// @param backwards whether the next one is the one before it
    /// @param to where they go, from index 0 on
    /// @return position of the item that follows them, or [#NONE]
    public final long payloads(long position, boolean backwards, int[] to, int items) {
        long at = position;
        int read = 0;
        while (read < items) {
            long leaf = leaf(at);
            int index = index(at);
            int inLeaf = backwards ? index + 1 : TreeShape.count(leaf) - index;
            int run = Math.min(items - read, inLeaf);
            int step = backwards ? -1 : 1;
            for (int i = 0; i < run; i++) {
                to[read++] = leaves.payload(leaf, index + i * step);
            }
            if (run < inLeaf) {
                at += (long) run * step;
            } else {
                at = backwards ? lastOf(TreeShape.previous(leaf)) : firstOf(TreeShape.next(leaf));
            }
        }
        return at;
    }

    // Changing

    /// Adds an item.
    ///
    /// @return whether it is new; if not, nothing has changed
    public final boolean insert(int rootRef, long highKey, long lowKey, int payload) {
        if (descend(rootRef, highKey, lowKey, Tie.COMPARE)) {
            return false;
        }
        long root = allocator.address(rootRef);
        if (pathNode[0] == Allocator.NULL) {
            int leaf = newNode(root, 0);
            TreeShape.previous(allocator.address(leaf), Allocator.NULL);
            TreeShape.next(allocator.address(leaf), Allocator.NULL);
            Memory.putInt(root + NODE_OFFSET, leaf);
            Memory.putInt(root + FIRST_OFFSET, leaf);
            Memory.putInt(root + LAST_OFFSET, leaf);
            pathNode[0] = leaf;
            pathIndex[0] = 0;
        }
        int top = top(root);
        Memory.putInt(root + SIZE_OFFSET, Memory.getInt(root + SIZE_OFFSET) + 1);
        addItems(top, 1);
        long leaf = allocator.address(pathNode[0]);
        int index = pathIndex[0];
        if (TreeShape.count(leaf) == leaves.capacity) {
            int right = split(root, 0);
            if (index > TreeShape.count(leaf) || TreeShape.count(leaf) == leaves.capacity) {
                index -= TreeShape.count(leaf);
                leaf = allocator.address(right);
                place(leaf, index, highKey, lowKey, payload);
                attach(root, 0, right);
                return true;
            }
            place(leaf, index, highKey, lowKey, payload);
            if (index == 0) {
                firstChanged(top, 0);
            }
            attach(root, 0, right);
            return true;
        }
        place(leaf, index, highKey, lowKey, payload);
        if (index == 0) {
            firstChanged(top, 0);
        }
        return true;
    }

    /// Takes an item out.
    ///
    /// @return whether it was there
    public final boolean remove(int rootRef, long highKey, long lowKey) {
        if (!descend(rootRef, highKey, lowKey, Tie.COMPARE)) {
            return false;
        }
        long root = allocator.address(rootRef);
        int top = top(root);
        Memory.putInt(root + SIZE_OFFSET, Memory.getInt(root + SIZE_OFFSET) - 1);
        addItems(top, -1);
        removeAt(root, top, 0);
        return true;
    }

    /// Gives an item another payload, which must not compare differently.
    ///
    /// @return whether the item is there
    public final boolean replace(int root, long highKey, long lowKey, int payload) {
        if (!descend(root, highKey, lowKey, Tie.COMPARE)) {
            return false;
        }
        leaves.payload(allocator.address(pathNode[0]), pathIndex[0], payload);
        if (pathIndex[0] == 0) {
            firstChanged(top(allocator.address(root)), 0);
        }
        return true;
    }

    /// Moves those nodes that leave ([Allocator#isLeaving]) among the ones on the way to an item. Positions are not valid any more.
    ///
    /// @param index how many items lie before it; there must be such an item
    /// @return how many items lie before the first one behind its leaf
    public final long relocate(int rootRef, long index) {
        long root = allocator.address(rootRef);
        int left = (int) index;
        long node = allocator.address(moveIfLeaving(root, root + NODE_OFFSET));
        while (TreeShape.level(node) > 0) {
            int child = 0;
            for (int items = inners.items(node, child);
                    left >= items;
                    items = inners.items(node, child)) {
                left -= items;
                child++;
            }
            node = allocator.address(moveIfLeaving(root, inners.childAddress(node, child)));
        }
        return index - left + TreeShape.count(node);
    }

    /// {@return the node that the reference at an address names, which may be another from now on}
    private int moveIfLeaving(long root, long pointer) {
        int ref = Memory.getInt(pointer);
        if (!allocator.isLeaving(ref)) {
            return ref;
        }
        int moved = allocator.move(ref);
        Memory.putInt(pointer, moved);
        long node = allocator.address(moved);
        if (TreeShape.level(node) == 0) {
            relink(root, node, moved, moved);
        }
        return moved;
    }

    /// Empties a tree in slices: hands about `itemsMax` payloads to `visitor`, which may free what they refer to, and frees their nodes. Once
    /// it was called, nothing else may be done with the tree but to go on, and to [#destroy] it.
    ///
    /// @return whether the tree is empty now
    public final boolean drain(int rootRef, int itemsMax, IntConsumer visitor) {
        long root = allocator.address(rootRef);
        int left = itemsMax;
        while (left > 0 && Memory.getInt(root + NODE_OFFSET) != Allocator.NULL) {
            left -= drainLast(root, visitor);
        }
        return Memory.getInt(root + NODE_OFFSET) == Allocator.NULL;
    }

    /// Frees an empty tree.
    public final void destroy(int rootRef) {
        if (Memory.getInt(allocator.address(rootRef) + NODE_OFFSET) != Allocator.NULL) {
            throw new IllegalStateException("tree is not empty");
        }
        allocator.free(rootRef);
    }

    // Searching

    /// Goes down to the leaf where the sought item is or belongs.
    ///
    /// @return whether it is there
    private boolean descend(int rootRef, long highKey, long lowKey, Tie ties) {
        high = highKey;
        low = lowKey;
        tie = ties;
        rank = 0;
        int ref = Memory.getInt(allocator.address(rootRef) + NODE_OFFSET);
        if (ref == Allocator.NULL) {
            pathNode[0] = Allocator.NULL;
            pathIndex[0] = 0;
            return false;
        }
        long node = allocator.address(ref);
        int level = TreeShape.level(node);
        while (level > 0) {
            // The last child that begins at or before what is sought.
            int child = Math.max(0, firstBehind(node) - 1);
            rank += inners.itemsBefore(node, child);
            pathNode[level] = ref;
            pathIndex[level] = child;
            ref = inners.child(node, child);
            node = allocator.address(ref);
            level--;
        }
        int index = firstNotBefore(node);
        rank += index;
        pathNode[0] = ref;
        pathIndex[0] = index;
        return index < TreeShape.count(node) && compare(leaves, node, index) == 0;
    }

    private int firstBehind(long inner) {
        int from = 0;
        int to = TreeShape.count(inner);
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (compare(inners, inner, middle) <= 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private int firstNotBefore(long leaf) {
        int from = 0;
        int to = TreeShape.count(leaf);
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (compare(leaves, leaf, middle) < 0) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private int compare(TreeShape shape, long node, int i) {
        if (tie != Tie.COMPARE_ONLY) {
            int order = Long.compareUnsigned(shape.high(node, i), high);
            if (order == 0) {
                order = Long.compareUnsigned(shape.low(node, i), low);
            }
            if (order != 0) {
                return order;
            }
        }
        return switch (tie) {
            case COMPARE, COMPARE_ONLY -> compareTie(shape.payload(node, i));
            case BEFORE -> 1;
            case BEHIND -> -1;
        };
    }

    // Growing

    private void place(long leaf, int index, long highKey, long lowKey, int payload) {
        int count = TreeShape.count(leaf);
        leaves.move(leaf, index, leaf, index + 1, count - index);
        leaves.set(leaf, index, highKey, lowKey, payload);
        TreeShape.count(leaf, count + 1);
    }

    /// Makes a node to the right of the one on the path and gives it the upper half; or nothing when what comes belongs at the very end, or
    /// all when it belongs at the very beginning.
    ///
    /// @return the new node, which no parent knows yet
    private int split(long root, int level) {
        int leftRef = pathNode[level];
        int rightRef = newNode(root, level);
        long left = allocator.address(leftRef);
        long right = allocator.address(rightRef);
        TreeShape shape = shape(level);
        int count = TreeShape.count(left);
        int index = pathIndex[level];
        int kept = count / 2;
        if (index >= count - (level == 0 ? 0 : 1) && isAtEdge(root, level, true)) {
            kept = count;
        } else if (index == 0 && isAtEdge(root, level, false)) {
            kept = level == 0 ? 0 : 1;
        }
        shape.move(left, kept, right, 0, count - kept);
        TreeShape.count(left, kept);
        TreeShape.count(right, count - kept);
        if (level == 0) {
            link(root, leftRef, rightRef);
        }
        return rightRef;
    }

    /// {@return whether nothing lies behind (or before) the node on the path}
    private boolean isAtEdge(long root, int level, boolean atEnd) {
        int top = top(root);
        for (int above = level + 1; above <= top; above++) {
            int last = TreeShape.count(allocator.address(pathNode[above])) - 1;
            if (pathIndex[above] != (atEnd ? last : 0)) {
                return false;
            }
        }
        return true;
    }

    private void link(long root, int left, int right) {
        int next = TreeShape.next(allocator.address(left));
        TreeShape.previous(allocator.address(right), left);
        TreeShape.next(allocator.address(right), next);
        TreeShape.next(allocator.address(left), right);
        if (next == Allocator.NULL) {
            Memory.putInt(root + LAST_OFFSET, right);
        } else {
            TreeShape.previous(allocator.address(next), right);
        }
    }

    /// Makes a new node, which lies right behind the one on the path, known to the parent; splits parents as needed.
    private void attach(long root, int level, int rightRef) {
        int leftRef = pathNode[level];
        int above = level + 1;
        if (leftRef == Memory.getInt(root + NODE_OFFSET)) {
            int top = newNode(root, above);
            long node = allocator.address(top);
            inners.child(node, 0, leftRef);
            inners.child(node, 1, rightRef);
            TreeShape.count(node, 2);
            describe(node, 0);
            describe(node, 1);
            Memory.putInt(root + NODE_OFFSET, top);
            return;
        }
        long parent = allocator.address(pathNode[above]);
        int index = pathIndex[above];
        describe(parent, index);
        if (TreeShape.count(parent) < inners.capacity) {
            insertChild(parent, index + 1, rightRef);
            return;
        }
        int splitRef = split(root, above);
        int kept = TreeShape.count(parent);
        if (index + 1 > kept || kept == inners.capacity) {
            insertChild(allocator.address(splitRef), index + 1 - kept, rightRef);
        } else {
            insertChild(parent, index + 1, rightRef);
        }
        attach(root, above, splitRef);
    }

    private void insertChild(long inner, int index, int child) {
        int count = TreeShape.count(inner);
        inners.move(inner, index, inner, index + 1, count - index);
        inners.child(inner, index, child);
        TreeShape.count(inner, count + 1);
        describe(inner, index);
    }

    // Shrinking

    /// Takes out what the path names at `level`, and sees to it that no node is too empty.
    private void removeAt(long root, int top, int level) {
        TreeShape shape = shape(level);
        long node = allocator.address(pathNode[level]);
        int index = pathIndex[level];
        int count = TreeShape.count(node) - 1;
        shape.move(node, index + 1, node, index, count - index);
        TreeShape.count(node, count);
        if (level == top) {
            shrinkTop(root);
            return;
        }
        if (count == 0) {
            free(root, pathNode[level]);
            removeAt(root, top, level + 1);
            return;
        }
        if (index == 0) {
            firstChanged(top, level);
        }
        if (count < shape.capacity / 2) {
            balance(root, top, level);
        }
    }

    private void shrinkTop(long root) {
        int ref = Memory.getInt(root + NODE_OFFSET);
        long node = allocator.address(ref);
        while (TreeShape.level(node) > 0 && TreeShape.count(node) == 1) {
            int only = inners.child(node, 0);
            free(root, ref);
            ref = only;
            node = allocator.address(ref);
        }
        if (TreeShape.count(node) == 0) {
            free(root, ref);
            ref = Allocator.NULL;
        }
        Memory.putInt(root + NODE_OFFSET, ref);
    }

    /// Joins the node on the path with a neighbour of the same parent, or takes over some of what the neighbour has.
    private void balance(long root, int top, int level) {
        int above = level + 1;
        long parent = allocator.address(pathNode[above]);
        int children = TreeShape.count(parent);
        if (children == 1) {
            return;
        }
        int leftIndex = Math.min(pathIndex[above], children - 2);
        int rightRef = inners.child(parent, leftIndex + 1);
        long left = allocator.address(inners.child(parent, leftIndex));
        long right = allocator.address(rightRef);
        TreeShape shape = shape(level);
        int ofLeft = TreeShape.count(left);
        int ofRight = TreeShape.count(right);
        if (ofLeft + ofRight <= shape.capacity) {
            shape.move(right, 0, left, ofLeft, ofRight);
            TreeShape.count(left, ofLeft + ofRight);
            free(root, rightRef);
            describe(parent, leftIndex);
            pathIndex[above] = leftIndex + 1;
            removeAt(root, top, above);
            return;
        }
        int half = (ofLeft + ofRight) / 2;
        if (ofLeft < half) {
            int moved = half - ofLeft;
            shape.move(right, 0, left, ofLeft, moved);
            shape.move(right, moved, right, 0, ofRight - moved);
        } else {
            int moved = ofLeft - half;
            shape.move(right, 0, right, moved, ofRight);
            shape.move(left, half, right, 0, moved);
        }
        TreeShape.count(left, half);
        TreeShape.count(right, ofLeft + ofRight - half);
        describe(parent, leftIndex);
        describe(parent, leftIndex + 1);
    }

    /// Frees the last leaf, and the inner nodes that have nothing else below them.
    ///
    /// @return how many items it had
    private int drainLast(long root, IntConsumer visitor) {
        int ref = Memory.getInt(root + NODE_OFFSET);
        long node = allocator.address(ref);
        int top = TreeShape.level(node);
        for (int level = top; level > 0; level--) {
            pathNode[level] = ref;
            ref = inners.child(node, TreeShape.count(node) - 1);
            node = allocator.address(ref);
        }
        int items = TreeShape.count(node);
        for (int i = 0; i < items; i++) {
            visitor.accept(leaves.payload(node, i));
        }
        Memory.putInt(root + SIZE_OFFSET, Memory.getInt(root + SIZE_OFFSET) - items);
        free(root, ref);
        for (int level = 1; level <= top; level++) {
            node = allocator.address(pathNode[level]);
            int left = TreeShape.count(node) - 1;
            TreeShape.count(node, left);
            if (left > 0) {
                return items;
            }
            free(root, pathNode[level]);
        }
        Memory.putInt(root + NODE_OFFSET, Allocator.NULL);
        return items;
    }

    // Nodes

    private int newNode(long root, int level) {
        int ref = allocator.allocate(shape(level).bytes);
        TreeShape.initialize(allocator.address(ref), level);
        long counter = root + (level == 0 ? LEAVES_OFFSET : INNERS_OFFSET);
        Memory.putInt(counter, Memory.getInt(counter) + 1);
        return ref;
    }

    private void free(long root, int ref) {
        long node = allocator.address(ref);
        boolean isLeaf = TreeShape.level(node) == 0;
        if (isLeaf) {
            relink(root, node, TreeShape.next(node), TreeShape.previous(node));
        }
        long counter = root + (isLeaf ? LEAVES_OFFSET : INNERS_OFFSET);
        Memory.putInt(counter, Memory.getInt(counter) - 1);
        allocator.free(ref);
    }

    /// Tells the neighbours of a leaf, or the root where it has none, what lies beside them from now on.
    ///
    /// @param afterPrevious what follows the one before it
    /// @param beforeNext what precedes the one behind it
    private void relink(long root, long leaf, int afterPrevious, int beforeNext) {
        int previous = TreeShape.previous(leaf);
        int next = TreeShape.next(leaf);
        if (previous == Allocator.NULL) {
            Memory.putInt(root + FIRST_OFFSET, afterPrevious);
        } else {
            TreeShape.next(allocator.address(previous), afterPrevious);
        }
        if (next == Allocator.NULL) {
            Memory.putInt(root + LAST_OFFSET, beforeNext);
        } else {
            TreeShape.previous(allocator.address(next), beforeNext);
        }
    }

    private int top(long root) {
        return TreeShape.level(allocator.address(Memory.getInt(root + NODE_OFFSET)));
    }

    private TreeShape shape(int level) {
        return level == 0 ? leaves : inners;
    }

    /// Notes in a parent what its child begins with and how many items it has.
    private void describe(long parent, int index) {
        long child = allocator.address(inners.child(parent, index));
        int level = TreeShape.level(child);
        inners.setFrom(parent, index, shape(level), child, 0);
        int count = TreeShape.count(child);
        inners.items(parent, index, level == 0 ? count : inners.itemsBefore(child, count));
    }

    /// Notes in the parents that a node of the path begins with another item.
    private void firstChanged(int top, int level) {
        for (int above = level + 1; above <= top; above++) {
            long parent = allocator.address(pathNode[above]);
            long child = allocator.address(pathNode[above - 1]);
            inners.setFrom(parent, pathIndex[above], shape(above - 1), child, 0);
            if (pathIndex[above] != 0) {
                return;
            }
        }
    }

    private void addItems(int top, int change) {
        for (int level = 1; level <= top; level++) {
            long node = allocator.address(pathNode[level]);
            inners.items(node, pathIndex[level], inners.items(node, pathIndex[level]) + change);
        }
    }

    // Positions; a leaf's reference is never 0

    private static long position(int leaf, int index) {
        return (leaf & 0xFFFF_FFFFL) << 16 | index;
    }

    private long firstOf(int leaf) {
        return leaf == Allocator.NULL ? NONE : position(leaf, 0);
    }

    private long lastOf(int leaf) {
        return leaf == Allocator.NULL
                ? NONE
                : position(leaf, TreeShape.count(allocator.address(leaf)) - 1);
    }

    private long leaf(long position) {
        return allocator.address((int) (position >>> 16));
    }

    private static int index(long position) {
        return (int) position & 0xFFFF;
    }
}
