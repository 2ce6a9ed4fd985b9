// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.TimedHash;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;
import java.io.IOException;
import java.util.function.Consumer;
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
/// form becomes large, and stays so. A hash in which a field was given a time to expire at is laid out as [TimedHash] says; what has to do
/// with that is in [FieldTimes]. Every change goes through the [Database], so that a running snapshot sees the old state first.
///
/// After [#find], [#random] and inside of a visitor the hash shows one pair: its field and value as ranges of native memory, valid until
/// something is changed or another pair is shown. Fields that have expired are not shown, if it was said what time it is ([#seenAt]).
///
/// Thread: owned by the node's loop.
public final class HashValue extends OpenValue<HashValue> {
    /// What [#createFrom] answers when a field comes twice.
    public static final int DUPLICATE_FIELD = Allocator.NULL;

    /// The time of a field that does not expire.
    public static final long NO_TIME = 0;

    private static final int DIGITS_BYTES = 24;
    private static final long SEES_ALL = Long.MIN_VALUE;

    /// Draws of a field that comes to be hidden before it is looked for in another way.
    private static final int RANDOM_TRIES = 100;

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
    private final ElementTables tables;
    private final FieldTimes times;
    private final ListpackElement fieldElement = new ListpackElement();
    private final ListpackElement valueElement = new ListpackElement();

    /// Where integers of a listpack are written out as text.
    private final long fieldDigits;

    private final long valueDigits;
    private final IntConsumer entryVisitor = this::visitEntry;

    private long packedPairsMax = 128;
    private long packedBytesMax = 64;

    private long fieldAddress;
    private int fieldBytes;
    private long valueAddress;
    private int valueBytes;
    private long timeMs;

    /// The place of the pair that is shown: of its field in the listpack, or the element.
    private int place;

    /// Fields that expire before this are hidden.
    private long seenAtMs = SEES_ALL;

    private PairVisitor visitor = pair -> {};

    public HashValue(Keyspace keyspace) {
        super(keyspace);
        this.index = keyspace.index();
        this.tables = new ElementTables(keyspace);
        this.times = new FieldTimes(keyspace, tables);
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

    @Override
    HashValue self() {
        return this;
    }

    @Override
    int emptyKind() {
        return ValueKind.HASH_LISTPACK;
    }

    @Override
    void opened() {
        seenAtMs = SEES_ALL;
    }

    /// Hides the fields whose time has passed; until the next hash is opened.
    ///
    /// @param nowMs Unix time
    public HashValue seenAt(long nowMs) {
        seenAtMs = nowMs;
        return this;
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

    /// {@return the root of a copy of the open hash's table, fields and values included; only for a large one}
    public int copyTable() {
        return tables.copy(root());
    }

    /// {@return a heap of those elements of the table `root` that expire}
    public int newHeap(int root) {
        return times.heapOf(root);
    }

    /// {@return whether it is one listpack}
    public boolean isPacked() {
        int kind = kind();
        return kind == ValueKind.HASH_LISTPACK || kind == ValueKind.HASH_LISTPACK_TIMED;
    }

    /// {@return whether a field was given a time to expire at, some time}
    public boolean isTimed() {
        return TimedHash.is(kind());
    }

    /// {@return the address of the listpack; only for a small one}
    public long listpack() {
        return value() + headerBytes();
    }

    /// {@return how many fields there are, hidden ones included}
    public int count() {
        return isPacked() ? Listpack.count(listpack()) / group() : index.size(root());
    }

    /// {@return how many fields are shown; goes through them when some are not}
    public int shownCount() {
        if (!hidesSome()) {
            return count();
        }
        var shown = new int[1];
        forEach(pair -> shown[0]++);
        return shown[0];
    }

    private boolean hidesSome() {
        return isTimed() && TimedHash.dueMs(allocator.address(ref)) < seenAtMs;
    }

    private boolean isHidden(long time) {
        return time != NO_TIME && time < seenAtMs;
    }

    /// {@return elements of the listpack that belong together}
    private int group() {
        return isTimed() ? FieldTimes.GROUP : 2;
    }

    private int headerBytes() {
        return isTimed() ? TimedHash.SMALL_HEADER_BYTES : 0;
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

    /// {@return when the field expires, Unix time in milliseconds, or [#NO_TIME]}
    public long timeMs() {
        return timeMs;
    }

    // Reading

    /// Looks for a field and shows it.
    ///
    /// @return whether it is there
    public boolean find(long field, int bytes) {
        if (isPacked()) {
            long listpack = listpack();
            int at = Listpack.findField(listpack, fieldElement.ofMemory(field, bytes), group() - 1);
            if (at == Listpack.NOT_FOUND) {
                return false;
            }
            fieldAddress = field;
            fieldBytes = bytes;
            int value = Listpack.next(listpack, at);
            showValue(listpack, value);
            timeMs =
                    isTimed()
                            ? Listpack.integer(listpack, Listpack.next(listpack, value))
                            : NO_TIME;
            return !isHidden(timeMs);
        }
        int pair = index.find(root(), field, bytes, index.hash(field, bytes));
        if (pair == Allocator.NULL) {
            return false;
        }
        showEntry(pair);
        return !isHidden(timeMs);
    }

    /// Shows all pairs, one after the other; the visitor must not change the hash.
    public void forEach(PairVisitor to) {
        if (isPacked()) {
            long listpack = listpack();
            boolean timed = isTimed();
            int at = Listpack.first(listpack);
            while (!Listpack.isEnd(listpack, at)) {
                at = showPair(listpack, at, timed);
                if (!isHidden(timeMs)) {
                    to.visit(this);
                }
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
    ///
    /// @return false when all that there are have expired
    public boolean random(RandomGenerator random) {
        for (int i = 0; i < RANDOM_TRIES; i++) {
            if (isPacked()) {
                long listpack = listpack();
                int at = Listpack.at(listpack, (long) group() * random.nextInt(count()));
                showPair(listpack, at, isTimed());
            } else {
                showEntry(index.random(root(), random));
            }
            if (!isHidden(timeMs)) {
                return true;
            }
        }
        int shown = shownCount();
        if (shown == 0) {
            return false;
        }
        var sample = new RandomSample(shown, 1, random);
        var drawn = new int[1];
        forEach(pair -> {
            if (sample.takesNext()) {
                drawn[0] = place;
            }
        });
        if (isPacked()) {
            showPair(listpack(), drawn[0], isTimed());
        } else {
            showEntry(drawn[0]);
        }
        return true;
    }

    /// Shows `wanted` different pairs at random; of a small hash in their order.
    ///
    /// @param wanted less than [#shownCount]
    public void forEachRandom(int wanted, RandomGenerator random, PairVisitor to) {
        if (!isPacked() && !hidesSome()) {
            visitor = to;
            tables.forEachRandom(root(), wanted, random, entryVisitor);
            return;
        }
        var sample = new RandomSample(shownCount(), wanted, random);
        forEach(pair -> {
            if (sample.takesNext()) {
                to.visit(pair);
            }
        });
    }

    // Changing; the hash must have been opened for it

    /// Sets a field, which does not expire from now on.
    ///
    /// @return whether it is new
    public boolean put(long field, int bytes, long value, int ofBytes) {
        fieldElement.ofMemory(field, bytes);
        valueElement.ofMemory(value, ofBytes);
        return put(false);
    }

    /// Sets a field, which expires when it would have.
    ///
    /// @return whether it is new
    public boolean putKeepingTime(long field, int bytes, long value, int ofBytes) {
        fieldElement.ofMemory(field, bytes);
        valueElement.ofMemory(value, ofBytes);
        return put(true);
    }

    /// Sets a field to the text of an integer; it expires when it would have.
    ///
    /// @return whether it is new
    public boolean putInteger(long field, int bytes, long value) {
        fieldElement.ofMemory(field, bytes);
        valueElement.ofInteger(value);
        return put(true);
    }

    /// Sets a field, which expires when it would have.
    ///
    /// @return whether it is new
    public boolean putKeepingTime(long field, int bytes, byte[] value) {
        fieldElement.ofMemory(field, bytes);
        valueElement.ofBytes(value);
        return put(true);
    }

    /// Sets a field, which does not expire from now on.
    ///
    /// @return whether it is new
    public boolean put(byte[] field, byte[] value) {
        fieldElement.ofBytes(field);
        valueElement.ofBytes(value);
        return put(false);
    }

    /// Says when a field that is there expires.
    ///
    /// @param atMs Unix time, or [#NO_TIME]
    public void expire(long field, int bytes, long atMs) {
        if (!isTimed()) {
            if (atMs == NO_TIME) {
                return;
            }
            beginTimes();
        }
        if (isPacked()) {
            long listpack = listpack();
            int at = Listpack.findField(listpack, fieldElement.ofMemory(field, bytes), 2);
            int time = Listpack.next(listpack, Listpack.next(listpack, at));
            long grown = Listpack.bytesAfterReplace(listpack, time, valueElement.ofInteger(atMs));
            if (grown <= Listpack.BYTES_MAX) {
                replacePacked(time, valueElement);
                fileDue();
                return;
            }
            convertToTable();
        }
        database.beforeChange(ref);
        expireInTable(field, bytes, atMs);
        fileDue();
    }

    /// As the other, for a field in an array, which may be one that is not there.
    public void expire(byte[] field, long atMs) {
        int copy = allocator.allocate(Math.max(1, field.length));
        try {
            Memory.copyIn(field, 0, allocator.address(copy), field.length);
            if (find(allocator.address(copy), field.length)) {
                expire(allocator.address(copy), field.length, atMs);
            }
        } finally {
            allocator.free(copy);
        }
    }

    /// Removes a field. A hash without fields must be deleted by the caller.
    ///
    /// @return whether it was there
    public boolean remove(long field, int bytes) {
        if (isPacked()) {
            int group = group();
            int at = Listpack.findField(listpack(), fieldElement.ofMemory(field, bytes), group - 1);
            if (at == Listpack.NOT_FOUND || isHidden(timeAt(at))) {
                return false;
            }
            database.beforeChange(ref);
            Listpack.delete(listpack(), at, group);
            resizePacked(Listpack.bytes(listpack()));
            fileDue();
            return true;
        }
        int root = root();
        long hash = index.hash(field, bytes);
        int pair = index.find(root, field, bytes, hash);
        if (pair == Allocator.NULL || isHidden(timeOf(pair))) {
            return false;
        }
        database.beforeChange(ref);
        removeFromTable(root, pair, hash);
        fileDue();
        return true;
    }

    /// Removes fields whose time has passed: of a small hash all, of a large one up to `fieldsMax`. A hash without fields must be deleted
    /// by the caller.
    ///
    /// @param gone gets the name of each
    /// @return how many
    public int removeExpired(long nowMs, int fieldsMax, Consumer<byte[]> gone) {
        if (!isTimed() || TimedHash.dueMs(allocator.address(ref)) >= nowMs) {
            return 0;
        }
        database.beforeChange(ref);
        int before = count();
        if (isPacked()) {
            removePackedExpired(nowMs, gone);
        } else {
            int root = root();
            int heap = heap();
            for (int i = 0; i < fieldsMax; i++) {
                int pair = times.first(heap);
                if (pair == Allocator.NULL || timeOf(pair) >= nowMs) {
                    break;
                }
                showEntry(pair);
                gone.accept(shownField());
                removeFromTable(root, pair, index.hash(fieldAddress, fieldBytes));
            }
        }
        fileDue();
        return before - count();
    }

    private void removePackedExpired(long nowMs, Consumer<byte[]> gone) {
        long listpack = listpack();
        var step = new int[1];
        var kept = new boolean[1];
        Listpack.retain(
                listpack,
                at -> {
                    if (step[0]++ % FieldTimes.GROUP == 0) {
                        showPair(listpack, at, true);
                        kept[0] = timeMs == NO_TIME || timeMs >= nowMs;
                        if (!kept[0]) {
                            gone.accept(shownField());
                        }
                    }
                    return kept[0];
                });
        resizePacked(Listpack.bytes(listpack()));
    }

    private byte[] shownField() {
        byte[] field = new byte[fieldBytes];
        Memory.copyOut(fieldAddress, field, 0, fieldBytes);
        return field;
    }

    private boolean put(boolean keepTime) {
        if (!isPacked()) {
            database.beforeChange(ref);
            return putInTable(keepTime);
        }
        if (fieldElement.textBytes() > packedBytesMax
                || valueElement.textBytes() > packedBytesMax) {
            convertToTable();
            return putInTable(keepTime);
        }
        boolean timed = isTimed();
        long listpack = listpack();
        int at = Listpack.findField(listpack, fieldElement, group() - 1);
        boolean created = at == Listpack.NOT_FOUND;
        long bytes =
                created
                        ? Listpack.bytesAfterInsert(listpack, fieldElement)
                                + valueElement.entryBytes()
                                + (timed ? times.none().entryBytes() : 0)
                        : Listpack.bytesAfterReplace(
                                listpack, Listpack.next(listpack, at), valueElement);
        if (count() + (created ? 1 : 0) > packedPairsMax || bytes > Listpack.BYTES_MAX) {
            convertToTable();
            return putInTable(keepTime);
        }
        if (created) {
            resizePacked((int) bytes);
            Listpack.append(listpack(), fieldElement);
            Listpack.append(listpack(), valueElement);
            if (timed) {
                Listpack.append(listpack(), times.none());
            }
            return true;
        }
        replacePacked(Listpack.next(listpack, at), valueElement);
        return timed && endPackedTime(at, keepTime);
    }

    /// Takes the time from a field that was set, if it had one and does not keep it.
    ///
    /// @return whether its time had passed, so that it counts as new
    private boolean endPackedTime(int field, boolean keepTime) {
        long old = timeAt(field);
        boolean hidden = isHidden(old);
        if (old != NO_TIME && (hidden || !keepTime)) {
            long listpack = listpack();
            int time = Listpack.next(listpack, Listpack.next(listpack, field));
            replacePacked(time, times.none());
            fileDue();
        }
        return hidden;
    }

    private void replacePacked(int at, ListpackElement element) {
        long listpack = listpack();
        int bytes = (int) Listpack.bytesAfterReplace(listpack, at, element);
        boolean grows = bytes > Listpack.bytes(listpack);
        if (grows) {
            resizePacked(bytes);
        } else {
            database.beforeChange(ref);
        }
        Listpack.replace(listpack(), at, element);
        if (!grows) {
            resizePacked(bytes);
        }
    }

    private void resizePacked(int bytes) {
        ref = database.resizeValue(slot, ref, keyHash, headerBytes() + bytes);
    }

    private boolean putInTable(boolean keepTime) {
        int root = root();
        long field = fieldElement.address();
        if (field != 0) {
            long hash = index.hash(field, fieldElement.textBytes());
            int old = index.find(root, field, fieldElement.textBytes(), hash);
            long time = keptTime(old, keepTime);
            if (old != Allocator.NULL && timeOf(old) == time && fits(old)) {
                database.beforeElementChange(root, old);
                long entry = allocator.address(old);
                Entry.valueBytes(entry, valueElement.textBytes());
                valueElement.copyText(Entry.value(entry));
                return false;
            }
            return place(root, old, newPair(time), hash);
        }
        // Only native memory can be looked up, so the pair is made first.
        int made = newPair(NO_TIME);
        long entry = allocator.address(made);
        long hash = index.hash(Entry.key(entry), Entry.keyBytes(entry));
        int old = index.find(root, Entry.key(entry), Entry.keyBytes(entry), hash);
        return place(root, old, made, hash);
    }

    private long keptTime(int old, boolean keepTime) {
        if (!keepTime || old == Allocator.NULL) {
            return NO_TIME;
        }
        long time = timeOf(old);
        return isHidden(time) ? NO_TIME : time;
    }

    private boolean fits(int pair) {
        long entry = allocator.address(pair);
        int bytes = valueElement.textBytes();
        return Entry.sameForm(entry, bytes)
                && allocator.capacity(pair)
                        == allocator.capacityFor(
                                Entry.bytes(Entry.keyBytes(entry), bytes, Entry.expires(entry)));
    }

    private boolean place(int root, int old, int pair, long hash) {
        if (old == Allocator.NULL) {
            index.insert(root, pair, hash);
            return true;
        }
        boolean hidden = isHidden(timeOf(old));
        replaceInTable(root, old, pair, hash);
        return hidden;
    }

    private void replaceInTable(int root, int old, int pair, long hash) {
        database.beforeElementChange(root, old);
        index.replace(root, old, hash, pair);
        if (isTimed()) {
            times.replace(heap(), old, pair);
            fileDue();
        }
        allocator.free(old);
    }

    private void removeFromTable(int root, int pair, long hash) {
        database.beforeElementChange(root, pair);
        index.remove(root, pair, hash);
        if (isTimed()) {
            times.remove(heap(), pair);
        }
        allocator.free(pair);
    }

    private void expireInTable(long field, int bytes, long atMs) {
        int root = root();
        long hash = index.hash(field, bytes);
        int pair = index.find(root, field, bytes, hash);
        long old = timeOf(pair);
        if (old == atMs) {
            return;
        }
        if (old != NO_TIME && atMs != NO_TIME) {
            database.beforeElementChange(root, pair);
            times.change(heap(), pair, atMs);
        } else {
            replaceInTable(root, pair, times.copy(pair, atMs), hash);
        }
    }

    private int newPair(long time) {
        int pair =
                tables.allocate(
                        fieldElement.textBytes(), valueElement.textBytes(), time != NO_TIME);
        long entry = allocator.address(pair);
        fieldElement.copyText(Entry.key(entry));
        valueElement.copyText(Entry.value(entry));
        if (time != NO_TIME) {
            Entry.expireAtMs(entry, time);
        }
        return pair;
    }

    private void convertToTable() {
        database.beforeChange(ref);
        int root = index.create();
        long seen = seenAtMs;
        // What has expired is removed by nobody but those who log it.
        seenAtMs = SEES_ALL;
        forEach(pair ->
                tables.add(root, fieldAddress, fieldBytes, valueAddress, valueBytes, timeMs));
        seenAtMs = seen;
        ref =
                isTimed()
                        ? times.becomeLarge(database, slot, ref, keyHash, root)
                        : tables.become(database, slot, ref, keyHash, ValueKind.HASH_TABLE, root);
    }

    private void beginTimes() {
        database.beforeChange(ref);
        if (isPacked() && times.smallBytes(listpack()) > Listpack.BYTES_MAX) {
            convertToTable();
        }
        ref =
                isPacked()
                        ? times.beginSmall(database, slot, ref, keyHash)
                        : times.beginLarge(database, slot, ref, keyHash);
    }

    private void fileDue() {
        if (isTimed()) {
            database.fieldsDue(ref, times.dueMs(allocator.address(ref)));
        }
    }

    private int heap() {
        return TimedHash.heap(allocator.address(ref));
    }

    private long timeAt(int field) {
        if (!isTimed()) {
            return NO_TIME;
        }
        long listpack = listpack();
        return Listpack.integer(listpack, Listpack.next(listpack, Listpack.next(listpack, field)));
    }

    private long timeOf(int pair) {
        long entry = allocator.address(pair);
        return Entry.expires(entry) ? Entry.expireAtMs(entry) : NO_TIME;
    }

    private int root() {
        return tables.root(ref);
    }

    private void visitEntry(int pair) {
        showEntry(pair);
        if (!isHidden(timeMs)) {
            visitor.visit(this);
        }
    }

    private void showEntry(int pair) {
        long entry = allocator.address(pair);
        fieldAddress = Entry.key(entry);
        fieldBytes = Entry.keyBytes(entry);
        valueAddress = fieldAddress + fieldBytes;
        valueBytes = Entry.valueBytes(entry);
        timeMs = Entry.expires(entry) ? Entry.expireAtMs(entry) : NO_TIME;
        place = pair;
    }

    /// {@return the field behind the pair that is shown now}
    private int showPair(long listpack, int field, boolean timed) {
        place = field;
        if (Listpack.isInteger(listpack, field)) {
            fieldAddress = fieldDigits;
            fieldBytes = writeDigits(fieldDigits, Listpack.integer(listpack, field));
        } else {
            fieldAddress = Listpack.stringAddress(listpack, field);
            fieldBytes = Listpack.stringBytes(listpack, field);
        }
        int value = Listpack.next(listpack, field);
        showValue(listpack, value);
        int next = Listpack.next(listpack, value);
        if (!timed) {
            timeMs = NO_TIME;
            return next;
        }
        timeMs = Listpack.integer(listpack, next);
        return Listpack.next(listpack, next);
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
