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
    /// A table whose entries are freed by `freeEntry`, each with all that belongs to it.
    private record Table(HashIndex index, int root, IntConsumer freeEntry) implements Garbage {
        @Override
        public boolean free(int entriesMax) {
            if (!index.drain(root, entriesMax, freeEntry)) {
                return false;
            }
            index.destroy(root);
            return true;
        }

        @Override
        public long pendingEntries() {
            return index.size(root);
        }
    }

    private final HashIndex index;
    private final ArrayDeque<Garbage> queue = new ArrayDeque<>();
    private long freed;

    Reclaimer(HashIndex index) {
        this.index = index;
    }

    /// Takes over a table; `freeEntry` frees one of its entries with all that belongs to it.
    void add(int root, IntConsumer freeEntry) {
        if (root != Allocator.NULL) {
            queue.add(new Table(index, root, freeEntry));
        }
    }

    void add(RefList list) {
        queue.add(_ -> {
            list.clear();
            return true;
        });
    }

    void add(Garbage garbage) {
        queue.add(garbage);
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    /// {@return entries that wait to be freed, what is inside them not counted}
    long pendingEntries() {
        return queue.stream().mapToLong(Garbage::pendingEntries).sum();
    }

    /// {@return how much of what was queued is freed}
    long freed() {
        return freed;
    }

    /// Frees about `entriesMax` entries.
    ///
    /// @return whether all is done
    boolean reclaim(int entriesMax) {
        Garbage garbage = queue.peek();
        if (garbage != null && garbage.free(entriesMax)) {
            queue.remove(garbage);
            freed++;
        }
        return queue.isEmpty();
    }
}
