// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;
import java.util.ArrayDeque;

/// Index and groups of a stream, or one group, that nobody reaches any more; the nodes go their own way.
///
/// Groups are taken apart one after the other: each gives its consumers and its deliveries, each consumer its tree.
///
/// Thread: the node's loop.
final class StreamGarbage implements Garbage {
    /// What a tree's payloads are.
    private enum Payload {
        /// Somebody else's.
        FOREIGN,
        /// Deliveries, which go with the tree.
        DELIVERIES
    }

    private record Tree(int root, Payload payload) {}

    private final Allocator allocator;
    private final HashIndex tables;
    private final IdTree trees;
    private final ArrayDeque<Tree> treesLeft = new ArrayDeque<>();
    private final ArrayDeque<Integer> consumersLeft = new ArrayDeque<>();
    private int groups = Allocator.NULL;

    private StreamGarbage(HashIndex tables, IdTree trees) {
        this.allocator = tables.allocator();
        this.tables = tables;
        this.trees = trees;
    }

    /// @param index tree of nodes
    /// @param groups table, or [Allocator#NULL]
    static StreamGarbage ofStream(HashIndex tables, IdTree trees, int index, int groups) {
        var garbage = new StreamGarbage(tables, trees);
        garbage.treesLeft.add(new Tree(index, Payload.FOREIGN));
        garbage.groups = groups;
        return garbage;
    }

    /// @param group entry that is in no table any more
    static StreamGarbage ofGroup(HashIndex tables, IdTree trees, int group) {
        var garbage = new StreamGarbage(tables, trees);
        garbage.takeApart(group);
        return garbage;
    }

    @Override
    public boolean free(int entriesMax) {
        Tree tree = treesLeft.peek();
        if (tree != null) {
            boolean deliveries = tree.payload == Payload.DELIVERIES;
            if (trees.drain(tree.root, entriesMax, deliveries ? allocator::free : _ -> {})) {
                trees.destroy(tree.root);
                treesLeft.remove();
            }
            return isDone();
        }
        Integer consumers = consumersLeft.peek();
        if (consumers != null) {
            if (tables.drain(consumers, entriesMax, this::freeConsumer)) {
                tables.destroy(consumers);
                consumersLeft.remove();
            }
            return isDone();
        }
        if (groups != Allocator.NULL && tables.drain(groups, 1, this::takeApart)) {
            tables.destroy(groups);
            groups = Allocator.NULL;
        }
        return isDone();
    }

    private boolean isDone() {
        return treesLeft.isEmpty() && consumersLeft.isEmpty() && groups == Allocator.NULL;
    }

    private void takeApart(int group) {
        long value = Entry.value(allocator.address(group));
        treesLeft.add(
                new Tree(Memory.getInt(value + StreamLayout.GROUP_PENDING), Payload.DELIVERIES));
        consumersLeft.add(Memory.getInt(value + StreamLayout.CONSUMERS));
        allocator.free(group);
    }

    private void freeConsumer(int consumer) {
        long value = Entry.value(allocator.address(consumer));
        treesLeft.add(
                new Tree(Memory.getInt(value + StreamLayout.CONSUMER_PENDING), Payload.FOREIGN));
        allocator.free(consumer);
    }
}
