// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/// The tables inside of large values: what those of hashes and of sets have in common.
///
/// ```
/// entry of the keyspace | ... | key | u32 root -> table of elements
/// element               | header | field or member | value, empty in a set
/// ```
///
/// An element has the form of an [Entry] and a snapshot mark of its own. It is born with the mark, as entries are: a running snapshot need
/// not write it.
///
/// Thread: owned by the node's loop.
final class ElementTables {
    /// Bytes of a value that is a table.
    static final int ROOT_BYTES = Integer.BYTES;

    /// Elements that can be walked past in the time that drawing one takes.
    private static final int DRAW_COST = 100;

    private final Keyspace keyspace;
    private final HashIndex index;
    private final Allocator allocator;

    ElementTables(Keyspace keyspace) {
        this.keyspace = keyspace;
        this.index = keyspace.index();
        this.allocator = keyspace.allocator();
    }

    /// {@return the table that is the value of an entry}
    int root(int ref) {
        return Memory.getInt(Entry.value(allocator.address(ref)));
    }

    /// Makes a table the value of an entry, whose old value was its bytes.
    ///
    /// @return the entry from now on
    int become(Database database, int slot, int ref, long hashOfKey, int kind, int root) {
        int resized = database.resizeValue(slot, ref, hashOfKey, ROOT_BYTES);
        set(resized, kind, root);
        return resized;
    }

    /// Writes a table into an entry that has room for a root.
    void set(int ref, int kind, int root) {
        long entry = allocator.address(ref);
        Entry.kind(entry, kind);
        Memory.putInt(Entry.value(entry), root);
    }

    /// {@return a new element for the caller to fill in, in no table yet}
    int allocate(int keyBytes, int valueBytes) {
        return allocate(keyBytes, valueBytes, false);
    }

    /// {@return a new element for the caller to fill in, its time included when it `expires`, in no table yet}
    int allocate(int keyBytes, int valueBytes, boolean expires) {
        int element = allocator.allocate(Entry.bytes(keyBytes, valueBytes, expires));
        long entry = allocator.address(element);
        Entry.initialize(entry, ValueKind.STRING, keyBytes, valueBytes, expires, 0);
        Entry.mark(entry, keyspace.currentMark());
        return element;
    }

    /// Adds an element whose field or member is known not to be there.
    ///
    /// @param timeMs when it expires, or [HashValue#NO_TIME]
    void add(int root, long key, int keyBytes, long value, int valueBytes, long timeMs) {
        boolean expires = timeMs != HashValue.NO_TIME;
        int element = allocate(keyBytes, valueBytes, expires);
        long entry = allocator.address(element);
        if (expires) {
            Entry.expireAtMs(entry, timeMs);
        }
        Memory.copy(key, Entry.key(entry), keyBytes);
        Memory.copy(value, Entry.value(entry), valueBytes);
        index.insert(root, element, index.hash(key, keyBytes));
    }

    /// Adds an element without a value whose member is known not to be there.
    void add(int root, SetMember member) {
        int element = allocate(member.bytes(), 0);
        Memory.copy(member.address(), Entry.key(allocator.address(element)), member.bytes());
        index.insert(root, element, member.hash());
    }

    /// {@return the root of a copy of a table, elements included}
    int copy(int root) {
        int copy = index.create();
        index.forEach(
                root,
                element -> {
                    long entry = allocator.address(element);
                    long bytes = Entry.bytes(entry);
                    int copied = allocator.allocate(bytes);
                    long target = allocator.address(copied);
                    Memory.copy(entry, target, bytes);
                    Entry.mark(target, keyspace.currentMark());
                    index.insert(
                            copy, copied, index.hash(Entry.key(target), Entry.keyBytes(target)));
                });
        return copy;
    }

    /// Visits `wanted` different elements at random; the visitor must not change the table.
    ///
    /// @param wanted not more than there are
    void forEachRandom(int root, int wanted, RandomGenerator random, IntConsumer to) {
        int size = index.size(root);
        if (wanted < size / DRAW_COST) {
            Set<Integer> seen = new HashSet<>();
            while (seen.size() < wanted) {
                int element = index.random(root, random);
                if (seen.add(element)) {
                    to.accept(element);
                }
            }
            return;
        }
        var sample = new RandomSample(size, wanted, random);
        index.forEach(
                root,
                element -> {
                    if (sample.takesNext()) {
                        to.accept(element);
                    }
                });
    }
}
