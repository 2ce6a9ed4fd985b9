// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.ExpiryHeap;

/// The hashes of a database in which fields may expire, the one where that happens first on top.
///
/// Thread: owned by the node's loop.
final class TimedHashes implements Garbage {
    private final Allocator allocator;
    private final ExpiryHeap heaps;
    private int heap = Allocator.NULL;

    TimedHashes(Allocator allocator) {
        this.allocator = allocator;
        this.heaps =
                new ExpiryHeap(
                        allocator,
                        new ExpiryHeap.Items() {
                            @Override
                            public long timeMs(int ref) {
                                return TimedHash.dueMs(allocator.address(ref));
                            }

                            @Override
                            public void position(int ref, int position) {
                                TimedHash.position(allocator.address(ref), position);
                            }
                        });
    }

    int count() {
        return heap == Allocator.NULL ? 0 : heaps.size(heap);
    }

    /// {@return the hash in which a field expires first, or [Allocator#NULL]}
    int first() {
        return heap == Allocator.NULL ? Allocator.NULL : heaps.first(heap);
    }

    void add(int ref, long dueMs) {
        if (heap == Allocator.NULL) {
            heap = heaps.create();
        }
        TimedHash.dueMs(allocator.address(ref), dueMs);
        heaps.add(heap, ref);
    }

    void due(int ref, long dueMs) {
        long entry = allocator.address(ref);
        if (TimedHash.dueMs(entry) != dueMs) {
            TimedHash.dueMs(entry, dueMs);
            heaps.changed(heap, TimedHash.position(entry));
        }
    }

    /// The entry has another reference now.
    void moved(int ref) {
        int position = TimedHash.position(allocator.address(ref));
        if (position != TimedHash.NOWHERE) {
            heaps.replace(heap, position, ref);
        }
    }

    void remove(int ref) {
        long entry = allocator.address(ref);
        int position = TimedHash.position(entry);
        if (position != TimedHash.NOWHERE) {
            heaps.remove(heap, position);
            TimedHash.position(entry, TimedHash.NOWHERE);
        }
    }

    int relocate(int from, int count) {
        return heap == Allocator.NULL ? 0 : heaps.relocate(heap, from, count);
    }

    @Override
    public boolean free(int entriesMax) {
        return heap == Allocator.NULL || heaps.free(heap, entriesMax);
    }
}
