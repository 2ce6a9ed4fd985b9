// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.command.KeySlot;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.DebugAllocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.SlabAllocator;
import dev.dunlin.node.persistence.rdb.LoadBatch;
import dev.dunlin.node.persistence.rdb.LoadBatches;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.rdb.RdbReader;
import dev.dunlin.node.persistence.rdb.RdbSource;
import dev.dunlin.node.persistence.rdb.RdbWriter;
import dev.dunlin.node.value.HashValue;
import dev.dunlin.node.value.ListValue;
import dev.dunlin.node.value.SetValue;
import dev.dunlin.node.value.SortedSetValue;
import dev.dunlin.node.value.StreamCursor;
import dev.dunlin.node.value.StreamGroups;
import dev.dunlin.node.value.StreamId;
import dev.dunlin.node.value.StreamValue;
import dev.dunlin.node.value.Texts;
import dev.dunlin.node.value.Values;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A keyspace that notices damage and leaks, what commands do to it, and what a snapshot yields of it.
final class SnapshotBox implements AutoCloseable {
    static final int DATABASES = 3;

    final Keyspace keyspace;
    final Values values;
    final HashValue hashes;
    final SortedSetValue sortedSets;
    final ByteArrayOutputStream file = new ByteArrayOutputStream();

    /// Whether the reader of snapshots knows of fields that expire.
    boolean fieldTimes = true;

    private final boolean cluster;
    private final long keyScratch;
    private final long fieldScratch;
    private final long valueScratch;
    private @Nullable KeyspaceSnapshot snapshot;
    private boolean released = true;

    SnapshotBox(boolean cluster) {
        this.cluster = cluster;
        keyspace =
                new Keyspace(
                        new DebugAllocator(SlabAllocator.create()),
                        cluster ? 1 : DATABASES,
                        cluster ? KeySlot.COUNT : 1,
                        42);
        values = new Values(keyspace);
        hashes = values.hashes();
        sortedSets = values.sortedSets();
        keyScratch = keyspace.allocateScratch(1000);
        fieldScratch = keyspace.allocateScratch(1000);
        valueScratch = keyspace.allocateScratch(20_000);
    }

    /// A key that was looked up.
    private record Found(Database database, int slot, long address, int bytes, long hash, int ref) {
        boolean missing() {
            return ref == Allocator.NULL;
        }
    }

    private Found look(int db, String key) {
        int bytes = text(key, keyScratch);
        int slot = slot(key);
        long hash = keyspace.hash(keyScratch, bytes);
        Database database = keyspace.database(db);
        return new Found(
                database,
                slot,
                keyScratch,
                bytes,
                hash,
                database.find(slot, keyScratch, bytes, hash));
    }

    int slot(String key) {
        return cluster ? KeySlot.of(keyScratch, text(key, keyScratch)) : 0;
    }

    private static int text(String text, long scratch) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        Memory.copyIn(bytes, 0, scratch, bytes.length);
        return bytes.length;
    }

    // What commands do

    void set(int db, String key, String value) {
        del(db, key);
        Found at = look(db, key);
        int bytes = value.length();
        int ref =
                at.database.insert(
                        at.slot,
                        at.address,
                        at.bytes,
                        at.hash,
                        ValueKind.STRING,
                        bytes,
                        Database.NO_EXPIRY);
        text(value, Entry.value(keyspace.allocator().address(ref)));
    }

    void hset(int db, String key, String field, String value) {
        Found at = look(db, key);
        if (at.missing()) {
            hashes.create(at.database, at.slot, at.address, at.bytes, at.hash, Database.NO_EXPIRY);
        } else if (ValueKind.isHash(Entry.kind(keyspace.allocator().address(at.ref)))) {
            hashes.open(at.database, at.slot, at.ref, at.hash);
        } else {
            return;
        }
        int bytes = text(field, fieldScratch);
        hashes.put(fieldScratch, bytes, valueScratch, text(value, valueScratch));
    }

    void hexpire(int db, String key, String field, long atMs) {
        Found at = look(db, key);
        if (at.missing() || !ValueKind.isHash(Entry.kind(keyspace.allocator().address(at.ref)))) {
            return;
        }
        hashes.open(at.database, at.slot, at.ref, at.hash);
        hashes.expire(field.getBytes(ISO_8859_1), atMs);
    }

    void hdel(int db, String key, String field) {
        Found at = look(db, key);
        if (at.missing() || !ValueKind.isHash(Entry.kind(keyspace.allocator().address(at.ref)))) {
            return;
        }
        hashes.open(at.database, at.slot, at.ref, at.hash);
        hashes.remove(fieldScratch, text(field, fieldScratch));
        if (hashes.count() == 0) {
            at.database.delete(at.slot, hashes.ref(), at.hash);
        }
    }

    void sadd(int db, String key, String member) {
        Found at = look(db, key);
        SetValue sets = values.sets();
        if (at.missing()) {
            sets.create(at.database, at.slot, at.address, at.bytes, at.hash, Database.NO_EXPIRY);
        } else if (ValueKind.isSet(Entry.kind(keyspace.allocator().address(at.ref)))) {
            sets.open(at.database, at.slot, at.ref, at.hash);
        } else {
            return;
        }
        sets.add(values.member().ofText(fieldScratch, text(member, fieldScratch)));
    }

    void srem(int db, String key, String member) {
        Found at = look(db, key);
        if (at.missing() || !ValueKind.isSet(Entry.kind(keyspace.allocator().address(at.ref)))) {
            return;
        }
        SetValue sets = values.sets().open(at.database, at.slot, at.ref, at.hash);
        sets.remove(values.member().ofText(fieldScratch, text(member, fieldScratch)));
        if (sets.count() == 0) {
            at.database.delete(at.slot, sets.ref(), at.hash);
        }
    }

    void spop(int db, String key, int members, Random random) {
        Found at = look(db, key);
        if (at.missing() || !ValueKind.isSet(Entry.kind(keyspace.allocator().address(at.ref)))) {
            return;
        }
        SetValue sets = values.sets().open(at.database, at.slot, at.ref, at.hash);
        if (members < sets.count()) {
            sets.pop(members, random, member -> {});
        }
    }

    /// Changes a list.
    private void withList(int db, String key, boolean create, Consumer<ListValue> change) {
        Found at = look(db, key);
        ListValue list = values.lists();
        if (at.missing()) {
            if (!create) {
                return;
            }
            list.create(at.database, at.slot, at.address, at.bytes, at.hash, Database.NO_EXPIRY);
        } else if (ValueKind.isList(Entry.kind(keyspace.allocator().address(at.ref)))) {
            list.open(at.database, at.slot, at.ref, at.hash);
        } else {
            return;
        }
        change.accept(list);
        if (list.count() == 0) {
            at.database.delete(at.slot, list.ref(), at.hash);
        } else {
            list.shrink();
        }
    }

    private int handOver(ListValue list, String value) {
        int bytes = text(value, valueScratch);
        list.makeRoom(bytes, list.entryBytes(valueScratch, bytes), 1);
        return bytes;
    }

    void push(int db, String key, boolean first, String value) {
        withList(db, key, true, list -> list.push(first, valueScratch, handOver(list, value)));
    }

    void linsert(int db, String key, int index, String value) {
        withList(
                db,
                key,
                false,
                list -> {
                    int bytes = handOver(list, value);
                    if (list.seek(index)) {
                        list.insert(false, valueScratch, bytes);
                    }
                });
    }

    void lset(int db, String key, int index, String value) {
        withList(
                db,
                key,
                false,
                list -> {
                    int bytes = handOver(list, value);
                    if (list.seek(index)) {
                        list.set(valueScratch, bytes);
                    }
                });
    }

    void lrem(int db, String key, boolean first, String value) {
        withList(
                db,
                key,
                false,
                list -> {
                    list.want(valueScratch, text(value, valueScratch));
                    list.remove(first, 3);
                });
    }

    void removeFromEnd(int db, String key, boolean first, int elements) {
        withList(db, key, false, list -> list.removeFromEnd(first, elements));
    }

    void zadd(int db, String key, String member, double score) {
        Found at = look(db, key);
        if (at.missing()) {
            sortedSets.create(
                    at.database, at.slot, at.address, at.bytes, at.hash, Database.NO_EXPIRY);
        } else if (isSortedSet(at)) {
            sortedSets.open(at.database, at.slot, at.ref, at.hash);
        } else {
            return;
        }
        sortedSets.put(fieldScratch, text(member, fieldScratch), score);
    }

    void zrem(int db, String key, String member) {
        Found at = look(db, key);
        if (at.missing() || !isSortedSet(at)) {
            return;
        }
        sortedSets.open(at.database, at.slot, at.ref, at.hash);
        sortedSets.remove(fieldScratch, text(member, fieldScratch));
        if (sortedSets.count() == 0) {
            at.database.delete(at.slot, sortedSets.ref(), at.hash);
        }
    }

    private boolean isSortedSet(Found at) {
        return ValueKind.isSortedSet(Entry.kind(keyspace.allocator().address(at.ref)));
    }

    /// Changes a stream.
    private void withStream(int db, String key, boolean create, Consumer<StreamValue> change) {
        Found at = look(db, key);
        StreamValue stream = values.streams();
        if (at.missing()) {
            if (!create) {
                return;
            }
            stream.create(at.database, at.slot, at.address, at.bytes, at.hash, Database.NO_EXPIRY);
        } else if (ValueKind.isStream(Entry.kind(keyspace.allocator().address(at.ref)))) {
            stream.open(at.database, at.slot, at.ref, at.hash);
        } else {
            return;
        }
        change.accept(stream);
    }

    /// Adds an entry behind the last, and makes the group `g` when it is the first.
    void xadd(int db, String key, String field, String value) {
        withStream(
                db,
                key,
                true,
                stream -> {
                    int fieldBytes = text(field, fieldScratch);
                    int valueBytes = text(value, valueScratch);
                    var texts =
                            new Texts() {
                                @Override
                                public long address(int number) {
                                    return number == 0 ? fieldScratch : valueScratch;
                                }

                                @Override
                                public int bytes(int number) {
                                    return number == 0 ? fieldBytes : valueBytes;
                                }
                            };
                    StreamId id = stream.lastId(new StreamId());
                    id.set(1 + stream.entriesAdded() / 7, id.seq() + 1);
                    stream.append(id, texts, 0, 1);
                    if (stream.groups().count() == 0) {
                        int bytes = text("g", fieldScratch);
                        stream.groups().create(fieldScratch, bytes, new StreamId(), 0);
                    }
                });
    }

    /// Deletes the entry with this number, counted from the first.
    void xdel(int db, String key, int index) {
        withStream(
                db,
                key,
                false,
                stream -> {
                    StreamCursor at = all(stream);
                    boolean there = at.next();
                    for (int i = 0; i < index && there; i++) {
                        there = at.next();
                    }
                    if (there && stream.delete(at.ms(), at.seq())) {
                        stream.findFirstId();
                    }
                });
    }

    void xtrim(int db, String key, int entries) {
        withStream(
                db,
                key,
                false,
                stream -> stream.trimToLength(Math.max(0, stream.length() - entries), true, 0));
    }

    /// Delivers the entry with this number to a consumer, or acknowledges it.
    void deliver(int db, String key, int index, String consumerName) {
        withStream(
                db,
                key,
                false,
                stream -> {
                    StreamGroups groups = stream.groups();
                    int group = groups.find(fieldScratch, text("g", fieldScratch));
                    if (group == StreamGroups.MISSING) {
                        return;
                    }
                    int bytes = text(consumerName, fieldScratch);
                    int consumer = groups.findConsumer(group, fieldScratch, bytes);
                    if (consumer == StreamGroups.MISSING) {
                        consumer = groups.createConsumer(group, fieldScratch, bytes, 7, 8);
                    }
                    int known = groups.findDelivery(group, 1, index);
                    if (known == StreamGroups.MISSING) {
                        groups.deliver(group, consumer, 1, index, 5, 6);
                    } else if (index % 2 == 0) {
                        groups.acknowledge(group, known, 1, index);
                    } else {
                        groups.assign(known, 1, index, consumer);
                        groups.delivered(known, 9, groups.deliveries(known) + 1);
                    }
                    if (index % 30 == 0) {
                        groups.removeConsumer(group, consumer);
                    } else if (index % 50 == 1) {
                        groups.remove(group);
                    }
                });
    }

    private StreamCursor all(StreamValue stream) {
        return stream.cursor()
                .forward(stream.address(), new StreamId().setMin(), new StreamId().setMax());
    }

    private String describe(StreamValue stream) {
        var text = new StringBuilder();
        var id = new StreamId();
        text.append(stream.length()).append(' ').append(stream.lastId(id));
        text.append(' ').append(stream.firstId(id)).append(' ').append(stream.maxDeletedId(id));
        text.append(' ').append(stream.entriesAdded());
        StreamCursor at = all(stream);
        while (at.next()) {
            text.append(' ').append(at.ms()).append('-').append(at.seq());
            for (long i = at.fieldCount(); i > 0; i--) {
                at.nextField();
                text.append(string(at.fieldAddress(), at.fieldBytes())).append('=');
                text.append(string(at.valueAddress(), at.valueBytes()));
            }
        }
        StreamGroups groups = stream.groups();
        for (int group : groups.sorted()) {
            text.append(" group ").append(groups.lastId(group, id));
            text.append(' ').append(groups.entriesRead(group));
            for (int consumer : groups.sortedConsumers(group)) {
                text.append(" consumer ")
                        .append(string(groups.nameAddress(consumer), groups.nameBytes(consumer)));
                text.append(' ').append(groups.seenMs(consumer));
                for (long p = groups.seekConsumer(consumer, 0, 0);
                        p != StreamGroups.NONE;
                        p = groups.next(p)) {
                    int delivery = groups.delivery(p);
                    assertThat(groups.findDelivery(group, groups.ms(p), groups.seq(p)))
                            .isEqualTo(delivery);
                    text.append(' ').append(groups.ms(p)).append('-').append(groups.seq(p));
                    text.append('@').append(groups.deliveredMs(delivery));
                    text.append('x').append(groups.deliveries(delivery));
                }
            }
            text.append(" pending ").append(groups.groupPending(group));
        }
        return text.toString();
    }

    void del(int db, String key) {
        Found at = look(db, key);
        if (!at.missing()) {
            at.database.delete(at.slot, at.ref, at.hash);
        }
    }

    void rename(int db, String key, int toDb, String toKey) {
        if (look(db, key).missing() || (db == toDb && key.equals(toKey))) {
            return;
        }
        del(toDb, toKey);
        int bytes = text(toKey, fieldScratch);
        int toSlot = slot(toKey);
        Found at = look(db, key);
        at.database.move(
                at.slot,
                at.ref,
                at.hash,
                keyspace.database(toDb),
                toSlot,
                fieldScratch,
                bytes,
                keyspace.hash(fieldScratch, bytes));
    }

    /// COPY of a large value.
    void copy(int db, String key, int toDb, String toKey) {
        Found from = look(db, key);
        if (from.missing() || (db == toDb && key.equals(toKey)) || !isLarge(from.ref)) {
            return;
        }
        del(toDb, toKey);
        if (Entry.kind(keyspace.allocator().address(from.ref)) == ValueKind.LIST_QUICKLIST) {
            Found at = look(toDb, toKey);
            int ref =
                    at.database.insert(
                            at.slot,
                            at.address,
                            at.bytes,
                            at.hash,
                            ValueKind.LIST_QUICKLIST,
                            Entry.valueBytes(keyspace.allocator().address(from.ref)),
                            Database.NO_EXPIRY);
            values.lists().open(from.ref).copyTo(ref);
            return;
        }
        if (Entry.kind(keyspace.allocator().address(from.ref)) == ValueKind.STREAM) {
            Found at = look(toDb, toKey);
            int ref =
                    at.database.insert(
                            at.slot,
                            at.address,
                            at.bytes,
                            at.hash,
                            ValueKind.STREAM,
                            Entry.valueBytes(keyspace.allocator().address(from.ref)),
                            Database.NO_EXPIRY);
            values.streams().open(from.ref).copyTo(ref);
            return;
        }
        int kind = Entry.kind(keyspace.allocator().address(from.ref));
        boolean sorted = kind == ValueKind.ZSET_TREE;
        if (sorted) {
            sortedSets.open(from.ref).copyTo(valueScratch);
        } else if (kind == ValueKind.SET_TABLE) {
            Memory.putInt(valueScratch, values.sets().open(from.ref).copyTable());
        } else {
            Memory.putInt(valueScratch, hashes.open(from.ref).copyTable());
        }
        int bytes = sorted ? 2 * Integer.BYTES : Integer.BYTES;
        Found at = look(toDb, toKey);
        int ref =
                at.database.insert(
                        at.slot, at.address, at.bytes, at.hash, kind, bytes, Database.NO_EXPIRY);
        Memory.copy(valueScratch, Entry.value(keyspace.allocator().address(ref)), bytes);
    }

    private boolean isLarge(int ref) {
        int kind = Entry.kind(keyspace.allocator().address(ref));
        return kind == ValueKind.HASH_TABLE
                || kind == ValueKind.SET_TABLE
                || kind == ValueKind.ZSET_TREE
                || kind == ValueKind.LIST_QUICKLIST
                || kind == ValueKind.STREAM;
    }

    void expire(int db, String key, long atMs) {
        Found at = look(db, key);
        if (!at.missing()) {
            at.database.setExpiry(at.slot, at.ref, at.hash, atMs);
        }
    }

    // The snapshot

    KeyspaceSnapshot begin(long heldBytesMax) {
        file.reset();
        released = false;
        snapshot =
                KeyspaceSnapshot.begin(
                        keyspace,
                        new SnapshotForm(
                                null,
                                true,
                                fieldTimes,
                                false,
                                RdbWriter.Trailer.CHECKSUM,
                                List.of()),
                        0,
                        () -> released = true,
                        heldBytesMax);
        return snapshot;
    }

    KeyspaceSnapshot begin() {
        return begin(Long.MAX_VALUE);
    }

    boolean released() {
        return released;
    }

    /// Takes a slice, and checks that it did not take too much work.
    void next() {
        KeyspaceSnapshot at = running();
        String failure = at.failure();
        long before = at.visits();
        ByteBuf slice = at.next(64 * 1024);
        assertThat(at.failure()).isEqualTo(failure);
        assertThat(at.visits() - before).isLessThanOrEqualTo(VISITS_OF_A_SLICE_MAX);
        if (slice != null) {
            file.writeBytes(bytes(slice));
        }
    }

    static final long VISITS_OF_A_SLICE_MAX =
            KeyspaceSnapshot.VISITS_PER_SLICE + 3 * KeyspaceSnapshot.SMALL_ELEMENTS_MAX;

    private static byte[] bytes(ByteBuf slice) {
        byte[] bytes = new byte[slice.readableBytes()];
        slice.readBytes(bytes);
        slice.release();
        return bytes;
    }

    KeyspaceSnapshot running() {
        if (snapshot == null) {
            throw new IllegalStateException("none was begun");
        }
        return snapshot;
    }

    /// Takes all slices that are left.
    void finish() {
        KeyspaceSnapshot at = running();
        while (!at.ended()) {
            assertThat(at.failure()).isNull();
            next();
        }
        at.close();
        assertThat(at.heldBytes()).isZero();
        assertThat(released).isTrue();
    }

    /// {@return what a node that loads the file has}
    List<String> loaded() throws IOException {
        try (var target = new SnapshotBox(cluster)) {
            target.fieldTimes = fieldTimes;
            var batches =
                    new LoadBatches(
                            new RdbReader(
                                    RdbSource.of(new ByteArrayInputStream(file.toByteArray())),
                                    RdbLimits.DEFAULT),
                            1 << 20,
                            1000);
            var loader = new KeyspaceLoader(target.keyspace, target.values);
            LoadBatch batch;
            do {
                batch = batches.next();
                assertThat(loader.apply(batch)).isNull();
            } while (!batch.last());
            return target.content();
        }
    }

    /// {@return every key with its expiry and value, sorted; a key that is there twice comes twice}
    List<String> content() {
        List<String> lines = new ArrayList<>();
        var reader = hashes;
        for (int db = 0; db < keyspace.databases(); db++) {
            String prefix = db + " ";
            keyspace.database(db).forEach(ref -> lines.add(prefix + describe(reader, ref)));
        }
        Collections.sort(lines);
        return lines;
    }

    private String describe(HashValue reader, int ref) {
        long entry = keyspace.allocator().address(ref);
        String key = string(Entry.key(entry), Entry.keyBytes(entry));
        String head = key + " " + (Entry.expires(entry) ? Entry.expireAtMs(entry) : -1) + " ";
        if (ValueKind.isSet(Entry.kind(entry))) {
            var members = new TreeSet<String>();
            SetValue set = values.sets().open(ref);
            set.forEach(member -> members.add(string(member.address(), member.bytes())));
            assertThat(members).hasSize(set.count());
            return head + members;
        }
        if (ValueKind.isList(Entry.kind(entry))) {
            List<String> elements = new ArrayList<>();
            ListValue list = values.lists().open(ref);
            for (boolean there = list.seek(0); there; there = list.next()) {
                list.show();
                elements.add(string(list.elementAddress(), list.elementBytes()));
            }
            return head + elements;
        }
        if (ValueKind.isSortedSet(Entry.kind(entry))) {
            List<String> elements = new ArrayList<>();
            sortedSets.open(ref);
            sortedSets.forEach(element ->
                    elements.add(
                            string(element.memberAddress(), element.memberBytes())
                                    + " "
                                    + element.score()));
            assertThat(elements).hasSize(sortedSets.count());
            return head + elements;
        }
        if (ValueKind.isStream(Entry.kind(entry))) {
            return head + describe(values.streams().open(ref));
        }
        if (!ValueKind.isHash(Entry.kind(entry))) {
            return head + string(Entry.value(entry), Entry.valueBytes(entry));
        }
        var pairs = new TreeMap<String, String>();
        reader.open(ref);
        reader.forEach(pair -> {
            String field = string(pair.fieldAddress(), pair.fieldBytes());
            String value = string(pair.valueAddress(), pair.valueBytes());
            boolean timed = fieldTimes && pair.timeMs() != HashValue.NO_TIME;
            String old = pairs.put(field, timed ? value + " until " + pair.timeMs() : value);
            assertThat(old).isNull();
        });
        return head + pairs;
    }

    private static String string(long address, int bytes) {
        byte[] text = new byte[bytes];
        Memory.copyOut(address, text, 0, bytes);
        return new String(text, ISO_8859_1);
    }

    @Override
    public void close() {
        keyspace.close();
        if (snapshot != null && !snapshot.ended()) {
            snapshot.close();
        }
    }
}
