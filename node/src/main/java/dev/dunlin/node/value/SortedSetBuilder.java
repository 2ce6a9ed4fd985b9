// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.OrderedTree;
import dev.dunlin.node.offheap.ScoreTree;
import org.jspecify.annotations.Nullable;

/// A sorted set that no key has yet: the result of a union, a range or a search.
///
/// It is collected in a table outside the heap, put in order at the end, and then either becomes a key's value as it is, without being
/// copied, or is read and disposed of.
///
/// Thread: owned by the node's loop; one object per result, which [#store] or [#discard] ends.
public final class SortedSetBuilder {
    /// Gets the elements in order.
    @FunctionalInterface
    public interface Visitor {
        void visit(long member, int bytes, double score);
    }

    private final Keyspace keyspace;
    private final HashIndex index;
    private final ScoreTree trees;
    private final Allocator allocator;
    private final int table;
    private int tree = Allocator.NULL;
    private int longest;

    /// What would still be a small set, while the elements so far are one; null when it does not matter.
    private @Nullable SortedSetValue small;

    public SortedSetBuilder(Keyspace keyspace) {
        this.keyspace = keyspace;
        this.index = keyspace.index();
        this.trees = keyspace.scores();
        this.allocator = keyspace.allocator();
        this.table = index.create();
    }

    /// Has elements fare as if each was put into a set that begins small: there -0 becomes 0, and stays so when the set grows.
    ///
    /// @param limits says what is small
    public void beginSmall(SortedSetValue limits) {
        small = limits;
    }

    public int count() {
        return index.size(table);
    }

    /// {@return the element with this member, or [Allocator#NULL]}
    public int find(long member, int bytes) {
        return index.find(table, member, bytes, index.hash(member, bytes));
    }

    /// Adds an element whose member is not there yet.
    public void add(long member, int bytes, double score) {
        boolean isSmall = small != null && small.packs(count() + 1, bytes);
        small = isSmall ? small : null;
        int element = allocator.allocate(Entry.bytes(bytes, Double.BYTES, false));
        long entry = allocator.address(element);
        Entry.initialize(entry, ValueKind.STRING, bytes, Double.BYTES, false, 0);
        Entry.mark(entry, keyspace.currentMark());
        Memory.copy(member, Entry.key(entry), bytes);
        // -0 + 0 is 0.
        score(element, isSmall ? score + 0.0 : score);
        index.insert(table, element, index.hash(Entry.key(entry), bytes));
        longest = Math.max(longest, bytes);
    }

    public double score(int element) {
        return Double.longBitsToDouble(Memory.getLong(Entry.value(allocator.address(element))));
    }

    /// Gives an element another score; not once the set was put in order.
    public void score(int element, double score) {
        Memory.putLong(Entry.value(allocator.address(element)), Double.doubleToRawLongBits(score));
    }

    /// Shows all elements in order.
    public void forEach(Visitor visitor) {
        order();
        for (long at = trees.first(tree); at != OrderedTree.NONE; at = trees.next(at)) {
            int element = trees.payload(at);
            long entry = allocator.address(element);
            visitor.visit(Entry.key(entry), Entry.keyBytes(entry), score(element));
        }
    }

    /// Makes all this the value of a key that is not there; there must be an element.
    ///
    /// @param value the flyweight to do it with, whose limits say how
    public void store(
            SortedSetValue value, Database database, int slot, long key, int keyBytes, long hash) {
        value.create(database, slot, key, keyBytes, hash, Database.NO_EXPIRY);
        if (value.packs(count(), longest)) {
            forEach((member, bytes, score) -> value.put(member, bytes, score));
            discard();
        } else {
            order();
            value.setRoots(table, tree);
        }
    }

    /// Frees all of it, in slices.
    public void discard() {
        keyspace.dispose(table, allocator::free);
        if (tree != Allocator.NULL) {
            keyspace.dropScores(tree);
            tree = Allocator.NULL;
        }
    }

    private void order() {
        if (tree != Allocator.NULL) {
            return;
        }
        tree = trees.create();
        index.forEach(
                table,
                element -> {
                    long entry = allocator.address(element);
                    trees.seeking(Entry.key(entry), Entry.keyBytes(entry))
                            .insert(tree, ScoreTree.key(score(element)), 0, element);
                });
    }
}
