// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.NodeChain;
import dev.dunlin.node.offheap.RefList;
import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One numbered database: its entries by slot, and the list of those that expire.
///
/// In cluster mode every slot has a table of its own, so that a slot can be counted, scanned, moved and dropped without looking at others;
/// otherwise there is one table (slot 0). Mechanism only: nothing here knows of clients, logs or the time of day.
///
/// An entry is named by its reference. Giving an entry a value of another length, or an expiry, may move it: the methods that can do so
/// return the reference that is valid from then on.
///
/// Every change to an entry's value goes through [#resizeValue] or [#beforeChange], and every change to an element of a value that is a
/// table through [#beforeElementChange] as well, so that a running snapshot sees the old one first.
///
/// Thread: owned by the node's loop.
public final class Database {
    /// Says that an entry does not expire.
    public static final long NO_EXPIRY = -1;

    /// Slots that [#sample] looks into at most.
    private static final int SAMPLED_SLOTS_MAX = 16;

    private final int number;
    private final Keyspace keyspace;
    private final HashIndex index;
    private final Allocator allocator;

    /// Root of each slot's table, or [Allocator#NULL] while the slot has never had a key.
    private int[] roots;

    private RefList expiring;
    private TimedHashes timed;
    private int size;

    /// Made when somebody samples.
    private @Nullable SlotPicker slotPicker;

    Database(int number, Keyspace keyspace, int slots) {
        this.number = number;
        this.keyspace = keyspace;
        this.index = keyspace.index();
        this.allocator = index.allocator();
        this.roots = new int[slots];
        this.expiring = new RefList(allocator);
        this.timed = new TimedHashes(allocator);
    }

    public int number() {
        return number;
    }

    /// {@return how many keys there are, expired ones that were not noticed yet included}
    public int size() {
        return size;
    }

    /// {@return how many keys have an expiry}
    public int expiringCount() {
        return expiring.size();
    }

    /// {@return how many keys the slot has}
    public int slotSize(int slot) {
        return roots[slot] == Allocator.NULL ? 0 : index.size(roots[slot]);
    }

    public int slots() {
        return roots.length;
    }

    /// {@return where a key of this hash will be looked for first, 0 if nowhere; see [HashIndex#bucket]}
    long bucket(int slot, long hash) {
        return roots[slot] == Allocator.NULL ? 0 : index.bucket(roots[slot], hash);
    }

    /// {@return the entry with this key, or [Allocator#NULL]; expired or not}
    public int find(int slot, long key, int keyBytes, long hash) {
        int root = roots[slot];
        return root == Allocator.NULL ? Allocator.NULL : index.find(root, key, keyBytes, hash);
    }

    /// Notes what is known from elsewhere of how a key was accessed there; see [AccessStamp#restored].
    public void restoredAccess(
            int slot, long key, int keyBytes, long hash, long idleSeconds, int counter) {
        int ref = idleSeconds < 0 && counter < 0 ? Allocator.NULL : find(slot, key, keyBytes, hash);
        if (ref != Allocator.NULL) {
            Entry.access(allocator.address(ref), keyspace.access().restored(idleSeconds, counter));
        }
    }

    /// Adds an entry whose key is known not to be there, with a value of `valueBytes` bytes for the caller to fill.
    ///
    /// @param expireAtMs Unix time, or [#NO_EXPIRY]
    public int insert(
            int slot,
            long key,
            int keyBytes,
            long hash,
            int kind,
            int valueBytes,
            long expireAtMs) {
        boolean expires = expireAtMs != NO_EXPIRY;
        int ref = allocator.allocate(Entry.bytes(keyBytes, valueBytes, expires));
        long entry = allocator.address(ref);
        Entry.initialize(entry, kind, keyBytes, valueBytes, expires, keyspace.access().fresh());
        if (keyspace.currentMark()) {
            Entry.mark(entry, true);
        }
        Memory.copy(key, Entry.key(entry), keyBytes);
        if (expires) {
            Entry.expireAtMs(entry, expireAtMs);
            Entry.expiryPosition(entry, expiring.add(ref));
        }
        int root = roots[slot];
        if (root == Allocator.NULL) {
            root = index.create();
            roots[slot] = root;
        }
        index.insert(root, ref, hash);
        size++;
        return ref;
    }

    /// Makes the table ready for so many keys, where there is one table for all of them.
    public void expect(long keys) {
        if (roots.length == 1) {
            if (roots[0] == Allocator.NULL) {
                roots[0] = index.create();
            }
            index.expect(roots[0], keys);
        }
    }

    /// Makes room for a value of `valueBytes` bytes; what both lengths share of the old value is kept.
    ///
    /// @return the entry from now on
    public int resizeValue(int slot, int ref, long hash, int valueBytes) {
        beforeChange(ref);
        long entry = allocator.address(ref);
        int oldBytes = Entry.valueBytes(entry);
        if (oldBytes == valueBytes) {
            return ref;
        }
        boolean expires = Entry.expires(entry);
        int keyBytes = Entry.keyBytes(entry);
        long bytes = Entry.bytes(keyBytes, valueBytes, expires);
        if (Entry.sameForm(entry, valueBytes)
                && allocator.capacity(ref) == allocator.capacityFor(bytes)) {
            Entry.valueBytes(entry, valueBytes);
            return ref;
        }
        int moved = allocator.allocate(bytes);
        long target = allocator.address(moved);
        Entry.initialize(
                target, Entry.kind(entry), keyBytes, valueBytes, expires, Entry.access(entry));
        Entry.mark(target, Entry.mark(entry));
        Memory.copy(
                Entry.key(entry),
                Entry.key(target),
                (long) keyBytes + Math.min(oldBytes, valueBytes));
        if (expires) {
            copyExpiry(entry, target, moved);
        }
        index.replace(roots[slot], ref, hash, moved);
        allocator.free(ref);
        if (TimedHash.is(Entry.kind(target))) {
            timed.moved(moved);
        }
        return moved;
    }

    /// Sets or, with [#NO_EXPIRY], removes the entry's expiry.
    ///
    /// @return the entry from now on
    public int setExpiry(int slot, int ref, long hash, long expireAtMs) {
        long entry = allocator.address(ref);
        boolean expires = expireAtMs != NO_EXPIRY;
        if (expires == Entry.expires(entry)) {
            if (expires) {
                beforeChange(ref);
                Entry.expireAtMs(entry, expireAtMs);
            }
            return ref;
        }
        beforeChange(ref);
        int keyBytes = Entry.keyBytes(entry);
        int valueBytes = Entry.valueBytes(entry);
        int moved = allocator.allocate(Entry.bytes(keyBytes, valueBytes, expires));
        long target = allocator.address(moved);
        Entry.initialize(
                target, Entry.kind(entry), keyBytes, valueBytes, expires, Entry.access(entry));
        Entry.mark(target, Entry.mark(entry));
        Memory.copy(Entry.key(entry), Entry.key(target), (long) keyBytes + valueBytes);
        if (expires) {
            Entry.expireAtMs(target, expireAtMs);
            Entry.expiryPosition(target, expiring.add(moved));
        } else {
            removeFromExpiring(entry);
        }
        index.replace(roots[slot], ref, hash, moved);
        allocator.free(ref);
        if (TimedHash.is(Entry.kind(target))) {
            timed.moved(moved);
        }
        return moved;
    }

    /// Gives an entry another key, here or in another database of the keyspace, which must not be there yet. Value, expiry and access
    /// statistics go along; what the value refers to is not copied.
    ///
    /// @return the entry from now on
    public int move(
            int slot,
            int ref,
            long hash,
            Database target,
            int targetSlot,
            long key,
            int keyBytes,
            long targetHash) {
        beforeChange(ref);
        long entry = allocator.address(ref);
        int moved =
                target.insert(
                        targetSlot,
                        key,
                        keyBytes,
                        targetHash,
                        Entry.kind(entry),
                        Entry.valueBytes(entry),
                        Entry.expires(entry) ? Entry.expireAtMs(entry) : NO_EXPIRY);
        long movedEntry = allocator.address(moved);
        Entry.access(movedEntry, Entry.access(entry));
        Memory.copy(Entry.value(entry), Entry.value(movedEntry), Entry.valueBytes(entry));
        index.remove(roots[slot], ref, hash);
        size--;
        if (Entry.expires(entry)) {
            removeFromExpiring(entry);
        }
        if (TimedHash.is(Entry.kind(entry))) {
            timed.remove(ref);
            target.timed.add(moved, TimedHash.dueMs(entry));
        }
        allocator.free(ref);
        return moved;
    }

    /// Removes an entry and frees it; a large collection's own table is freed later, in slices.
    public void delete(int slot, int ref, long hash) {
        beforeChange(ref);
        index.remove(roots[slot], ref, hash);
        size--;
        if (Entry.expires(allocator.address(ref))) {
            removeFromExpiring(allocator.address(ref));
        }
        if (TimedHash.is(Entry.kind(allocator.address(ref)))) {
            timed.remove(ref);
        }
        freeEntry(ref);
    }

    // Hashes whose fields may expire

    /// Takes a hash that has just become one whose fields may expire, or a copy of one.
    ///
    /// @param dueMs when its first field does, or [TimedHash#NEVER]
    public void addTimed(int ref, long dueMs) {
        timed.add(ref, dueMs);
    }

    /// Notes when the first field of a hash expires now, or [TimedHash#NEVER].
    public void fieldsDue(int ref, long dueMs) {
        timed.due(ref, dueMs);
    }

    /// {@return how many hashes there are whose fields may expire}
    public int timedCount() {
        return timed.count();
    }

    /// {@return the hash in which a field expires before all others, or [Allocator#NULL]; it may be one of a slot that was dropped}
    public int firstTimed() {
        return timed.first();
    }

    /// Does not look any more for expired fields in a hash, because it is on its way to be freed.
    public void forgetTimed(int ref) {
        timed.remove(ref);
    }

    /// Tells a running snapshot that the entry is about to change or go.
    public void beforeChange(int ref) {
        keyspace.beforeChange(number, ref);
    }

    /// Tells a running snapshot that an element of a value that is a table is about to change or go; [#beforeChange] comes first.
    public void beforeElementChange(int root, int element) {
        keyspace.beforeElementChange(root, element);
    }

    /// Removes all keys of a slot at once; their memory is freed later, in slices.
    public void dropSlot(int slot) {
        int root = roots[slot];
        if (root == Allocator.NULL) {
            return;
        }
        roots[slot] = Allocator.NULL;
        size -= index.size(root);
        RefList list = expiring;
        TimedHashes hashes = timed;
        keyspace.dropSlot(
                number,
                slot,
                root,
                ref -> {
                    if (Entry.expires(allocator.address(ref)) && list == expiring) {
                        removeFromExpiring(allocator.address(ref));
                    }
                    if (TimedHash.is(Entry.kind(allocator.address(ref))) && hashes == timed) {
                        hashes.remove(ref);
                    }
                    freeEntry(ref);
                });
    }

    /// Removes all keys at once; their memory is freed later, in slices.
    public void clear() {
        for (int slot = 0; slot < roots.length; slot++) {
            if (roots[slot] != Allocator.NULL) {
                keyspace.dropSlot(number, slot, roots[slot], this::freeEntry);
            }
        }
        keyspace.reclaimer().add(expiring);
        Arrays.fill(roots, Allocator.NULL);
        expiring = new RefList(allocator);
        keyspace.dispose(timed);
        timed = new TimedHashes(allocator);
        size = 0;
    }

    /// Exchanges all content with another database of the same keyspace.
    void swapWith(Database other) {
        int[] otherRoots = other.roots;
        RefList otherExpiring = other.expiring;
        int otherSize = other.size;
        other.roots = roots;
        other.expiring = expiring;
        other.size = size;
        roots = otherRoots;
        expiring = otherExpiring;
        size = otherSize;
        TimedHashes otherTimed = other.timed;
        other.timed = timed;
        timed = otherTimed;
    }

    /// Visits a part of a slot; see [HashIndex#scan].
    public long scan(int slot, long cursor, IntConsumer visitor) {
        return roots[slot] == Allocator.NULL ? 0 : index.scan(roots[slot], cursor, visitor);
    }

    /// Visits all entries; the visitor must not change the database.
    public void forEach(IntConsumer visitor) {
        for (int root : roots) {
            if (root != Allocator.NULL) {
                index.forEach(root, visitor);
            }
        }
    }

    /// Visits all entries of a slot; the visitor must not change the database.
    public void forEach(int slot, IntConsumer visitor) {
        if (roots[slot] != Allocator.NULL) {
            index.forEach(roots[slot], visitor);
        }
    }

    /// {@return an entry at random, or [Allocator#NULL] when there is none}
    public int random(RandomGenerator random) {
        if (size == 0) {
            return Allocator.NULL;
        }
        int slot = random.nextInt(roots.length);
        while (slotSize(slot) == 0) {
            slot = slot + 1 == roots.length ? 0 : slot + 1;
        }
        return index.random(roots[slot], random);
    }

    /// Puts up to `wanted` entries into `into` that are as good as drawn at random; see [HashIndex#sample].
    ///
    /// @return how many; 0 does not mean that there are none
    public int sample(RandomGenerator random, int[] into, int wanted) {
        if (size == 0) {
            return 0;
        }
        if (roots.length == 1) {
            return index.sample(roots[0], random, into, 0, wanted);
        }
        SlotPicker picker = slotPicker;
        if (picker == null) {
            picker = new SlotPicker();
            slotPicker = picker;
        }
        int filled = 0;
        for (int tries = 0; tries < SAMPLED_SLOTS_MAX && filled < wanted; tries++) {
            int slot = picker.pick(this, random);
            if (slotSize(slot) > 0) {
                filled = index.sample(roots[slot], random, into, filled, wanted);
            }
        }
        return filled;
    }

    /// {@return whether this very entry is there, under a key of this hash}
    public boolean holds(int slot, int ref, long hash) {
        return roots[slot] != Allocator.NULL && index.contains(roots[slot], ref, hash);
    }

    /// {@return one of the entries that expire, by a number below [#expiringCount]}
    public int expiringAt(int position) {
        return expiring.get(position);
    }

    // Defragmenting

    /// Moves an entry to another place, as it is; the caller tells its table.
    ///
    /// @return the entry from now on
    int moveEntry(int ref) {
        int moved = allocator.move(ref);
        long entry = allocator.address(moved);
        if (Entry.expires(entry)) {
            expiring.set(Entry.expiryPosition(entry), moved);
        }
        if (TimedHash.is(Entry.kind(entry))) {
            timed.moved(moved);
        }
        return moved;
    }

    /// Moves what leaves of a part of a slot's table; see [HashIndex#relocate].
    long relocate(int slot, long cursor, IntUnaryOperator mover) {
        if (cursor == 0 && allocator.isLeaving(roots[slot])) {
            roots[slot] = allocator.move(roots[slot]);
        }
        return index.relocate(roots[slot], cursor, mover);
    }

    /// Moves what leaves of the list of expiring entries; see [RefList#relocate].
    int relocateExpiring(int from, int count) {
        return expiring.relocate(from, count);
    }

    /// Moves what leaves of the heap of hashes whose fields expire.
    int relocateTimed(int from, int count) {
        return timed.relocate(from, count);
    }

    private void copyExpiry(long from, long to, int toRef) {
        int position = Entry.expiryPosition(from);
        Entry.expireAtMs(to, Entry.expireAtMs(from));
        Entry.expiryPosition(to, position);
        expiring.set(position, toRef);
    }

    private void removeFromExpiring(long entry) {
        int position = Entry.expiryPosition(entry);
        int moved = expiring.remove(position);
        if (moved != Allocator.NULL) {
            Entry.expiryPosition(allocator.address(moved), position);
        }
    }

    private void freeEntry(int ref) {
        long entry = allocator.address(ref);
        long value = Entry.value(entry);
        switch (Entry.kind(entry)) {
            case ValueKind.HASH_TABLE, ValueKind.SET_TABLE ->
                    keyspace.dropTable(Memory.getInt(value));
            case ValueKind.ZSET_TREE -> {
                keyspace.dropTable(Memory.getInt(value));
                keyspace.dropScores(Memory.getInt(value + Integer.BYTES));
            }
            case ValueKind.LIST_QUICKLIST ->
                    keyspace.dropChain(NodeChain.first(value), NodeChain.nodes(value));
            case ValueKind.STREAM -> keyspace.dropStream(value);
            case ValueKind.HASH_TABLE_TIMED -> {
                keyspace.dropTable(Memory.getInt(value));
                keyspace.dropHeap(TimedHash.heap(entry));
            }
            default -> {}
        }
        allocator.free(ref);
    }
}
