// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.RefList;
import java.util.ArrayDeque;
import java.util.function.IntConsumer;

/// Frees large structures in slices, so that dropping a million entries never holds up the loop.
///
/// What is queued here is out of reach already: a dropped slot's or database's table, a large collection's own table.
///
/// Thread: owned by the node's loop, which calls `reclaim` until nothing is left.
final class Reclaimer {
    private record Garbage(int root, IntConsumer freeEntry) {}

    private final HashIndex index;
    private final ArrayDeque<Garbage> queue = new ArrayDeque<>();
    private final ArrayDeque<RefList> lists = new ArrayDeque<>();

    Reclaimer(HashIndex index) {
        this.index = index;
    }

    /// Takes over a table; `freeEntry` frees one of its entries with all that belongs to it.
    void add(int root, IntConsumer freeEntry) {
        if (root != Allocator.NULL) {
            queue.add(new Garbage(root, freeEntry));
        }
    }

    void add(RefList list) {
        lists.add(list);
    }

    boolean isEmpty() {
        return queue.isEmpty() && lists.isEmpty();
    }

    /// {@return entries that wait to be freed, tables inside them not counted}
    long pendingEntries() {
        return queue.stream().mapToLong(garbage -> index.size(garbage.root)).sum();
    }

    /// Frees about `entriesMax` entries.
    ///
    /// @return whether all is done
    boolean reclaim(int entriesMax) {
        RefList list = lists.poll();
        if (list != null) {
            list.clear();
        }
        Garbage garbage = queue.peek();
        if (garbage != null && index.drain(garbage.root, entriesMax, garbage.freeEntry)) {
            index.destroy(garbage.root);
            queue.remove();
        }
        return isEmpty();
    }
}
