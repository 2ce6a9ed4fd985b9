// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.TimedHash;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.ExpiryHeap;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;

/// The times at which fields of hashes expire: where they are kept, and the heap that knows the first.
///
/// A small hash has a third element for each pair; whoever wants the first time looks at all of them, as whoever wants a field does. A
/// large one has the time in the element, which has the form of an [Entry], and its [ExpiryHeap] knows the first in constant time, so that
/// expired fields are found without going through the others.
///
/// Thread: owned by the node's loop.
final class FieldTimes {
    /// Elements that belong together in the listpack of a small hash: field, value, time.
    static final int GROUP = 3;

    private final HashIndex index;
    private final Allocator allocator;
    private final ExpiryHeap heaps;
    private final ElementTables tables;
    private final ListpackElement none = new ListpackElement().ofInteger(HashValue.NO_TIME);

    FieldTimes(Keyspace keyspace, ElementTables tables) {
        this.index = keyspace.index();
        this.allocator = keyspace.allocator();
        this.heaps = keyspace.fieldHeaps();
        this.tables = tables;
    }

    /// {@return what stands in a listpack for a field that does not expire}
    ListpackElement none() {
        return none;
    }

    /// {@return bytes of a small hash's value once its fields may expire}
    long smallBytes(long listpack) {
        long pairs = Listpack.count(listpack) / 2;
        return TimedHash.SMALL_HEADER_BYTES + Listpack.bytes(listpack) + pairs * none.entryBytes();
    }

    /// Gives a small hash a place for the times of its fields.
    ///
    /// @return the entry from now on
    int beginSmall(Database database, int slot, int ref, long keyHash) {
        long listpack = Entry.value(allocator.address(ref));
        int bytes = Listpack.bytes(listpack);
        int timedBytes = (int) smallBytes(listpack);
        int copy = allocator.allocate(bytes);
        Memory.copy(listpack, allocator.address(copy), bytes);
        int timed = database.resizeValue(slot, ref, keyHash, timedBytes);
        long entry = allocator.address(timed);
        Listpack.weave(
                allocator.address(copy),
                2,
                none,
                Entry.value(entry) + TimedHash.SMALL_HEADER_BYTES);
        allocator.free(copy);
        Entry.kind(entry, ValueKind.HASH_LISTPACK_TIMED);
        database.addTimed(timed, TimedHash.NEVER);
        return timed;
    }

    /// Gives a large hash a heap.
    ///
    /// @return the entry from now on
    int beginLarge(Database database, int slot, int ref, long keyHash) {
        int timed = database.resizeValue(slot, ref, keyHash, TimedHash.LARGE_BYTES);
        long entry = allocator.address(timed);
        Entry.kind(entry, ValueKind.HASH_TABLE_TIMED);
        TimedHash.heap(entry, heaps.create());
        database.addTimed(timed, TimedHash.NEVER);
        return timed;
    }

    /// Makes a table with a heap the value of a small hash whose fields may expire.
    ///
    /// @return the entry from now on
    int becomeLarge(Database database, int slot, int ref, long keyHash, int root) {
        int large = database.resizeValue(slot, ref, keyHash, TimedHash.LARGE_BYTES);
        TimedHash.becomeLarge(allocator.address(large), root, heapOf(root));
        return large;
    }

    /// {@return a heap of those elements of a table that expire}
    int heapOf(int root) {
        int heap = heaps.create();
        index.forEach(
                root,
                element -> {
                    if (Entry.expires(allocator.address(element))) {
                        heaps.add(heap, element);
                    }
                });
        return heap;
    }

    /// Puts an element in the place of another of the same field, whose memory is the caller's to free.
    void replace(int heap, int old, int element) {
        boolean expired = Entry.expires(allocator.address(old));
        boolean expires = Entry.expires(allocator.address(element));
        if (expired && expires) {
            int position = Entry.expiryPosition(allocator.address(old));
            heaps.replace(heap, position, element);
            heaps.changed(heap, position);
        } else if (expired) {
            heaps.remove(heap, Entry.expiryPosition(allocator.address(old)));
        } else if (expires) {
            heaps.add(heap, element);
        }
    }

    /// The element is about to be freed.
    void remove(int heap, int element) {
        long entry = allocator.address(element);
        if (Entry.expires(entry)) {
            heaps.remove(heap, Entry.expiryPosition(entry));
        }
    }

    /// Gives an element that expires another time.
    void change(int heap, int element, long timeMs) {
        long entry = allocator.address(element);
        Entry.expireAtMs(entry, timeMs);
        heaps.changed(heap, Entry.expiryPosition(entry));
    }

    /// {@return the element that expires first, or [Allocator#NULL]}
    int first(int heap) {
        return heaps.first(heap);
    }

    /// {@return a copy of an element with a time, or without one}
    int copy(int element, long timeMs) {
        long entry = allocator.address(element);
        int keyBytes = Entry.keyBytes(entry);
        int valueBytes = Entry.valueBytes(entry);
        boolean expires = timeMs != HashValue.NO_TIME;
        int copy = tables.allocate(keyBytes, valueBytes, expires);
        long target = allocator.address(copy);
        Memory.copy(Entry.key(entry), Entry.key(target), (long) keyBytes + valueBytes);
        if (expires) {
            Entry.expireAtMs(target, timeMs);
        }
        return copy;
    }

    /// {@return when the first field of a hash expires, or [TimedHash#NEVER]}
    long dueMs(long entry) {
        if (Entry.kind(entry) == ValueKind.HASH_TABLE_TIMED) {
            int first = heaps.first(TimedHash.heap(entry));
            return first == Allocator.NULL
                    ? TimedHash.NEVER
                    : Entry.expireAtMs(allocator.address(first));
        }
        long listpack = Entry.value(entry) + TimedHash.SMALL_HEADER_BYTES;
        long due = TimedHash.NEVER;
        int at = Listpack.first(listpack);
        while (!Listpack.isEnd(listpack, at)) {
            int time = Listpack.next(listpack, Listpack.next(listpack, at));
            long timeMs = Listpack.integer(listpack, time);
            if (timeMs != HashValue.NO_TIME) {
                due = Math.min(due, timeMs);
            }
            at = Listpack.next(listpack, time);
        }
        return due;
    }
}
