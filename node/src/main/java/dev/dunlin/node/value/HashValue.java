// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;
import java.io.IOException;
import java.util.function.IntConsumer;
import java.util.random.RandomGenerator;

/// A hash in the keyspace, whichever way it is laid out.
///
/// ```
/// small   entry | ... | key | listpack: field, value, field, value ...           in the order of insertion
/// large   entry | ... | key | u32 root -> table of entries: field -> value       in no order
/// ```
///
/// A flyweight: `open` one hash, use it, open the next; nothing is allocated on the heap. A hash that outgrows the limits of the small
/// form becomes large, and stays so. Every change goes through the [Database], so that a running snapshot sees the old state first.
///
/// After [#find], [#random] and inside of a visitor the hash shows one pair: its field and value as ranges of native memory, valid until
/// something is changed or another pair is shown.
///
/// Thread: owned by the node's loop.
public final class HashValue {
    /// What [#createFrom] answers when a field comes twice.
    public static final int DUPLICATE_FIELD = Allocator.NULL;

    private static final int DIGITS_BYTES = 24;

    /// Gets the pairs of a hash one after the other.
    @FunctionalInterface
    public interface PairVisitor {
        /// @param pair the hash, which shows the pair
        void visit(HashValue pair);
    }

    /// The pairs of a hash to be made, from a file or another node.
    public interface Pairs {
        /// Steps to the next pair; false behind the last.
        boolean next() throws IOException;

        byte[] field();

        byte[] value();
    }

    private final HashIndex index;
    private final Allocator allocator;
    private final ElementTables tables;
    private final ListpackElement fieldElement = new ListpackElement();
    private final ListpackElement valueElement = new ListpackElement();

    /// Where integers of a listpack are written out as text.
    private final long fieldDigits;

    private final long valueDigits;
    private final IntConsumer entryVisitor = this::visitEntry;

    private long packedPairsMax = 128;
    private long packedBytesMax = 64;

    private Database database;
    private int slot;
    private long keyHash;
    private int ref;

    private long fieldAddress;
    private int fieldBytes;
    private long valueAddress;
    private int valueBytes;
    private PairVisitor visitor = pair -> {};

    public HashValue(Keyspace keyspace) {
        this.index = keyspace.index();
        this.allocator = keyspace.allocator();
        this.tables = new ElementTables(keyspace);
        this.database = keyspace.database(0);
        this.fieldDigits = keyspace.allocateScratch(2 * DIGITS_BYTES);
        this.valueDigits = fieldDigits + DIGITS_BYTES;
    }

    /// Sets up to what size a hash stays small.
    ///
    /// @param pairs fields at most (`hash-max-listpack-entries`)
    /// @param bytes of the longest field or value (`hash-max-listpack-value`)
    public void limits(long pairs, long bytes) {
        packedPairsMax = pairs;
        packedBytesMax = bytes;
    }

    /// Looks at the hash that this entry is; it is not going to be changed.
    public HashValue open(int entryRef) {
        ref = entryRef;
        return this;
    }

    /// Looks at the hash that this entry is, to change it.
    public HashValue open(Database inDatabase, int inSlot, int entryRef, long hashOfKey) {
        database = inDatabase;
        slot = inSlot;
        ref = entryRef;
        keyHash = hashOfKey;
        return this;
    }

    /// Adds a hash without fields under a key that is not there; whoever calls this puts a field in.
    public HashValue create(
            Database inDatabase,
            int inSlot,
            long key,
            int keyBytes,
            long hashOfKey,
            long expireAtMs) {
        int entryRef =
                inDatabase.insert(
                        inSlot,
                        key,
                        keyBytes,
                        hashOfKey,
                        ValueKind.HASH_LISTPACK,
                        Listpack.EMPTY_BYTES,
                        expireAtMs);
        Listpack.writeEmpty(Entry.value(allocator.address(entryRef)));
        return open(inDatabase, inSlot, entryRef, hashOfKey);
    }

    /// Adds a hash with these pairs under a key that is not there.
    ///
    /// @return the entry, or [#DUPLICATE_FIELD] when a field came twice: then nothing was added
    /// @throws IOException what `pairs` throws; then nothing was added either
    public int createFrom(
            Database inDatabase,
            int inSlot,
            long key,
            int keyBytes,
            long hashOfKey,
            long expireAtMs,
            Pairs pairs)
            throws IOException {
        create(inDatabase, inSlot, key, keyBytes, hashOfKey, expireAtMs);
        boolean done = false;
        try {
            while (pairs.next()) {
                if (!put(pairs.field(), pairs.value())) {
                    return DUPLICATE_FIELD;
                }
            }
            done = true;
            return ref;
        } finally {
            if (!done) {
                inDatabase.delete(inSlot, ref, hashOfKey);
            }
        }
    }

    /// Adds a hash that is a whole listpack already, checked and with no field twice, under a key that is not there.
    ///
    /// @return the entry
    public int createFromListpack(
            Database inDatabase,
            int inSlot,
            long key,
            int keyBytes,
            long hashOfKey,
            long expireAtMs,
            byte[] listpack) {
        int entryRef =
                inDatabase.insert(
                        inSlot,
                        key,
                        keyBytes,
                        hashOfKey,
                        ValueKind.HASH_LISTPACK,
                        listpack.length,
                        expireAtMs);
        Memory.copyIn(listpack, 0, Entry.value(allocator.address(entryRef)), listpack.length);
        open(inDatabase, inSlot, entryRef, hashOfKey);
        if (count() > packedPairsMax || longestPackedText() > packedBytesMax) {
            convertToTable();
        }
        return ref;
    }

    /// {@return the root of a copy of the open hash's table, fields and values included; only for a large one}
    public int copyTable() {
        return tables.copy(root());
    }

    /// {@return the entry, which changes may have moved}
    public int ref() {
        return ref;
    }

    /// {@return whether it is one listpack}
    public boolean isPacked() {
        return Entry.kind(allocator.address(ref)) == ValueKind.HASH_LISTPACK;
    }

    /// {@return the address of the listpack; only for a small one}
    public long listpack() {
        return Entry.value(allocator.address(ref));
    }

    /// {@return how many fields there are}
    public int count() {
        return isPacked() ? Listpack.count(listpack()) / 2 : index.size(root());
    }

    // The pair that is shown

    public long fieldAddress() {
        return fieldAddress;
    }

    public int fieldBytes() {
        return fieldBytes;
    }

    public long valueAddress() {
        return valueAddress;
    }

    public int valueBytes() {
        return valueBytes;
    }

    // Reading

    /// Looks for a field and shows it.
    ///
    /// @return whether it is there
    public boolean find(long field, int bytes) {
        if (isPacked()) {
            long listpack = listpack();
            int at = Listpack.findField(listpack, fieldElement.ofMemory(field, bytes));
            if (at == Listpack.NOT_FOUND) {
                return false;
            }
            fieldAddress = field;
            fieldBytes = bytes;
            showValue(listpack, Listpack.next(listpack, at));
            return true;
        }
        int pair = index.find(root(), field, bytes, index.hash(field, bytes));
        if (pair == Allocator.NULL) {
            return false;
        }
        showEntry(pair);
        return true;
    }

    /// Shows all pairs, one after the other; the visitor must not change the hash.
    public void forEach(PairVisitor to) {
        if (isPacked()) {
            long listpack = listpack();
            int at = Listpack.first(listpack);
            while (!Listpack.isEnd(listpack, at)) {
                at = showPair(listpack, at);
                to.visit(this);
            }
            return;
        }
        visitor = to;
        index.forEach(root(), entryVisitor);
    }

    /// Shows a part of the pairs, as [HashIndex#scan]; a small hash as a whole.
    ///
    /// @param cursor 0 to begin
    /// @return where to go on, 0 at the end
    public long scan(long cursor, PairVisitor to) {
        if (isPacked()) {
            forEach(to);
            return 0;
        }
        visitor = to;
        return index.scan(root(), cursor, entryVisitor);
    }

    /// Shows a pair at random.
    public void random(RandomGenerator random) {
        if (isPacked()) {
            long listpack = listpack();
            showPair(listpack, Listpack.at(listpack, 2L * random.nextInt(count())));
        } else {
            showEntry(index.random(root(), random));
        }
    }

    /// Shows `wanted` different pairs at random; of a small hash in their order.
    ///
    /// @param wanted less than [#count]
    public void forEachRandom(int wanted, RandomGenerator random, PairVisitor to) {
        if (!isPacked()) {
            visitor = to;
            tables.forEachRandom(root(), wanted, random, entryVisitor);
            return;
        }
        var sample = new RandomSample(count(), wanted, random);
        forEach(pair -> {
            if (sample.takesNext()) {
                to.visit(pair);
            }
        });
    }

    // Changing; the hash must have been opened for it

    /// Sets a field.
    ///
    /// @return whether it is new
    public boolean put(long field, int bytes, long value, int ofBytes) {
        fieldElement.ofMemory(field, bytes);
        valueElement.ofMemory(value, ofBytes);
        return put();
    }

    /// Sets a field to the text of an integer.
    ///
    /// @return whether it is new
    public boolean putInteger(long field, int bytes, long value) {
        fieldElement.ofMemory(field, bytes);
        valueElement.ofInteger(value);
        return put();
    }

    /// Sets a field.
    ///
    /// @return whether it is new
    public boolean put(long field, int bytes, byte[] value) {
        fieldElement.ofMemory(field, bytes);
        valueElement.ofBytes(value);
        return put();
    }

    /// Sets a field.
    ///
    /// @return whether it is new
    public boolean put(byte[] field, byte[] value) {
        fieldElement.ofBytes(field);
        valueElement.ofBytes(value);
        return put();
    }

    /// Removes a field. A hash without fields must be deleted by the caller.
    ///
    /// @return whether it was there
    public boolean remove(long field, int bytes) {
        if (isPacked()) {
            int at = Listpack.findField(listpack(), fieldElement.ofMemory(field, bytes));
            if (at == Listpack.NOT_FOUND) {
                return false;
            }
            database.beforeChange(ref);
            Listpack.delete(listpack(), at, 2);
            ref = database.resizeValue(slot, ref, keyHash, Listpack.bytes(listpack()));
            return true;
        }
        int root = root();
        long hash = index.hash(field, bytes);
        int pair = index.find(root, field, bytes, hash);
        if (pair == Allocator.NULL) {
            return false;
        }
        database.beforeChange(ref);
        database.beforeElementChange(root, pair);
        index.remove(root, pair, hash);
        allocator.free(pair);
        return true;
    }

    private boolean put() {
        if (!isPacked()) {
            database.beforeChange(ref);
            return putInTable();
        }
        if (fieldElement.textBytes() > packedBytesMax
                || valueElement.textBytes() > packedBytesMax) {
            convertToTable();
            return putInTable();
        }
        long listpack = listpack();
        int at = Listpack.findField(listpack, fieldElement);
        boolean created = at == Listpack.NOT_FOUND;
        long bytes =
                created
                        ? Listpack.bytesAfterInsert(listpack, fieldElement)
                                + valueElement.entryBytes()
                        : Listpack.bytesAfterReplace(
                                listpack, Listpack.next(listpack, at), valueElement);
        if (count() + (created ? 1 : 0) > packedPairsMax || bytes > Listpack.BYTES_MAX) {
            convertToTable();
            return putInTable();
        }
        if (created) {
            ref = database.resizeValue(slot, ref, keyHash, (int) bytes);
            Listpack.append(listpack(), fieldElement);
            Listpack.append(listpack(), valueElement);
        } else {
            replacePacked(at, (int) bytes);
        }
        return created;
    }

    private void replacePacked(int field, int bytes) {
        boolean grows = bytes > Listpack.bytes(listpack());
        if (grows) {
            ref = database.resizeValue(slot, ref, keyHash, bytes);
        } else {
            database.beforeChange(ref);
        }
        long listpack = listpack();
        Listpack.replace(listpack, Listpack.next(listpack, field), valueElement);
        if (!grows) {
            ref = database.resizeValue(slot, ref, keyHash, bytes);
        }
    }

    private boolean putInTable() {
        int root = root();
        long field = fieldElement.address();
        if (field != 0) {
            long hash = index.hash(field, fieldElement.textBytes());
            int old = index.find(root, field, fieldElement.textBytes(), hash);
            if (old != Allocator.NULL && fits(old)) {
                database.beforeElementChange(root, old);
                long entry = allocator.address(old);
                Entry.valueBytes(entry, valueElement.textBytes());
                valueElement.copyText(Entry.value(entry));
                return false;
            }
            return place(root, old, newPair(), hash);
        }
        // Only native memory can be looked up, so the pair is made first.
        int made = newPair();
        long entry = allocator.address(made);
        long hash = index.hash(Entry.key(entry), Entry.keyBytes(entry));
        int old = index.find(root, Entry.key(entry), Entry.keyBytes(entry), hash);
        return place(root, old, made, hash);
    }

    private boolean fits(int pair) {
        long entry = allocator.address(pair);
        int bytes = valueElement.textBytes();
        return Entry.sameForm(entry, bytes)
                && allocator.capacity(pair)
                        == allocator.capacityFor(Entry.bytes(Entry.keyBytes(entry), bytes, false));
    }

    private boolean place(int root, int old, int pair, long hash) {
        if (old == Allocator.NULL) {
            index.insert(root, pair, hash);
            return true;
        }
        database.beforeElementChange(root, old);
        index.replace(root, old, hash, pair);
        allocator.free(old);
        return false;
    }

    private int newPair() {
        int pair = tables.allocate(fieldElement.textBytes(), valueElement.textBytes());
        long entry = allocator.address(pair);
        fieldElement.copyText(Entry.key(entry));
        valueElement.copyText(Entry.value(entry));
        return pair;
    }

    private void convertToTable() {
        database.beforeChange(ref);
        int root = index.create();
        forEach(pair -> tables.add(root, fieldAddress, fieldBytes, valueAddress, valueBytes));
        ref = tables.become(database, slot, ref, keyHash, ValueKind.HASH_TABLE, root);
    }

    private int longestPackedText() {
        long listpack = listpack();
        int longest = 0;
        for (int at = Listpack.first(listpack);
                !Listpack.isEnd(listpack, at);
                at = Listpack.next(listpack, at)) {
            longest = Math.max(longest, Listpack.textBytes(listpack, at));
        }
        return longest;
    }

    private int root() {
        return tables.root(ref);
    }

    private void visitEntry(int pair) {
        showEntry(pair);
        visitor.visit(this);
    }

    private void showEntry(int pair) {
        long entry = allocator.address(pair);
        fieldAddress = Entry.key(entry);
        fieldBytes = Entry.keyBytes(entry);
        valueAddress = fieldAddress + fieldBytes;
        valueBytes = Entry.valueBytes(entry);
    }

    /// {@return the field behind the pair that is shown now}
    private int showPair(long listpack, int field) {
        if (Listpack.isInteger(listpack, field)) {
            fieldAddress = fieldDigits;
            fieldBytes = writeDigits(fieldDigits, Listpack.integer(listpack, field));
        } else {
            fieldAddress = Listpack.stringAddress(listpack, field);
            fieldBytes = Listpack.stringBytes(listpack, field);
        }
        int value = Listpack.next(listpack, field);
        showValue(listpack, value);
        return Listpack.next(listpack, value);
    }

    private void showValue(long listpack, int value) {
        if (Listpack.isInteger(listpack, value)) {
            valueAddress = valueDigits;
            valueBytes = writeDigits(valueDigits, Listpack.integer(listpack, value));
        } else {
            valueAddress = Listpack.stringAddress(listpack, value);
            valueBytes = Listpack.stringBytes(listpack, value);
        }
    }

    private static int writeDigits(long target, long number) {
        return (int) (dev.dunlin.node.resp.Decimal.write(target, number) - target);
    }
}
