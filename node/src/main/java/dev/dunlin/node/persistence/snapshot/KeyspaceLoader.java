// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.command.KeySlot;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.persistence.rdb.LoadBatch;
import dev.dunlin.node.persistence.rdb.LoadStep;
import dev.dunlin.node.persistence.rdb.RdbRecord;
import dev.dunlin.node.persistence.rdb.RdbType;
import dev.dunlin.node.persistence.rdb.StringRun;
import dev.dunlin.node.replication.ReplicationId;
import dev.dunlin.node.replication.SnapshotCut;
import dev.dunlin.node.value.HashValue;
import dev.dunlin.node.value.OpenValue;
import dev.dunlin.node.value.SetValue;
import dev.dunlin.node.value.SortedSetValue;
import dev.dunlin.node.value.StreamPart;
import dev.dunlin.node.value.Values;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Puts what an RDB file holds into the keyspace, batch by batch.
///
/// Thread: owned by the node's loop.
public final class KeyspaceLoader {
    /// Keys are loaded whether or not their time has passed: a primary will say when they go, or has said it already.
    public static final long KEEP_EXPIRED = Long.MIN_VALUE;

    /// What to do about a key that is there already.
    public enum Duplicates {
        /// The file is not a sound one.
        REFUSE,
        /// It is replaced.
        REPLACE
    }

    /// Decides about keys with strings.
    interface NewKeys {
        /// {@return whether the key is to be put in; it is not there then}
        boolean mayCome(
                Database database, int slot, long key, int keyBytes, long hash, long expireAtMs);
    }

    private final Keyspace keyspace;
    private final Values values;
    private final long expiredBeforeMs;
    private final Duplicates duplicates;
    private final StringRunLoader strings;
    private boolean duplicate;
    private @Nullable ReplicationId historyId;
    private long historyOffset = -1;
    private int streamDatabase;
    private long usedMemoryThen;
    private long keys;
    private long keysExpired;

    public KeyspaceLoader(Keyspace keyspace, Values values) {
        this(keyspace, values, KEEP_EXPIRED);
    }

    /// @param expiredBeforeMs keys whose time was before this Unix time in milliseconds are left out
    public KeyspaceLoader(Keyspace keyspace, Values values, long expiredBeforeMs) {
        this(keyspace, values, expiredBeforeMs, Duplicates.REFUSE);
    }

    public KeyspaceLoader(
            Keyspace keyspace, Values values, long expiredBeforeMs, Duplicates duplicates) {
        this.keyspace = keyspace;
        this.values = values;
        this.expiredBeforeMs = expiredBeforeMs;
        this.duplicates = duplicates;
        this.strings = new StringRunLoader(keyspace, this::mayCome);
    }

    /// {@return keys put in so far}
    public long keys() {
        return keys;
    }

    /// {@return keys that were left out because their time had passed}
    public long keysExpired() {
        return keysExpired;
    }

    /// {@return what the file says of the memory that its writer used, in bytes; 0 when it does not}
    public long usedMemoryThen() {
        return usedMemoryThen;
    }

    /// {@return the history and the position in it that the data stands for, when the file says so}
    public Optional<SnapshotCut> cut() {
        ReplicationId id = historyId;
        return id == null || historyOffset < 0
                ? Optional.empty()
                : Optional.of(new SnapshotCut(id, historyOffset, streamDatabase));
    }

    /// {@return `repl-stream-db` of the file, 0 when it has none}
    public int streamDatabase() {
        return streamDatabase;
    }

    /// Carries out the steps of a batch.
    ///
    /// @return what this node cannot hold, or null when all is in place
    public @Nullable String apply(LoadBatch batch) {
        for (LoadStep step : batch.steps()) {
            LoadStep.Key key = step.keyOrNull();
            if (key != null && isExpired(key.expireAtMs())) {
                keysExpired += step.isFirst() ? 1 : 0;
                continue;
            }
            String problem = apply(step);
            if (duplicate) {
                return "a key, or an element of it, comes twice";
            }
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private boolean mayCome(
            Database database, int slot, long key, int keyBytes, long hash, long expireAtMs) {
        if (isExpired(expireAtMs)) {
            keysExpired++;
            return false;
        }
        return makesWay(database, slot, key, keyBytes, hash);
    }

    /// Where the data has a history, replicas may go on with it: they hear of every key that goes, so those are deleted later.
    private boolean isExpired(long expireAtMs) {
        return expireAtMs != RdbRecord.Entry.NEVER
                && expireAtMs < expiredBeforeMs
                && historyId == null;
    }

    private @Nullable String apply(LoadStep step) {
        switch (step) {
            case LoadStep.Fact(String name, String value) -> note(name, value);
            case LoadStep.Function(byte[] source) -> {
                if (duplicates == Duplicates.REPLACE) {
                    keyspace.libraries().put(source);
                } else if (!keyspace.libraries().add(source)) {
                    return "a function library comes twice";
                }
            }
            case LoadStep.SizeHint(int db, long expected, long _) ->
                    keyspace.database(db).expect(expected);
            case LoadStep.ModuleDataSkipped _ -> {}
            case LoadStep.PutStrings(StringRun run) -> strings.load(run);
            case LoadStep.PutString(LoadStep.Key key, byte[] value) ->
                    put(key, ValueKind.STRING, value);
            case LoadStep.PutPacked(LoadStep.Key key, RdbType type, byte[] blob)
                    when type == RdbType.SET_INTSET ->
                    putIntset(key, blob);
            case LoadStep.PutPacked(LoadStep.Key key, RdbType type, byte[] blob) ->
                    put(key, packedKind(type), blob);
            case LoadStep.PutElements elements -> put(elements);
            case LoadStep.PutStream(LoadStep.Key key, StreamPart part, boolean first) ->
                    put(
                            key,
                            first,
                            values.streams(),
                            stream -> values.streamBuilder().add(stream, part));
            case LoadStep.Unsupported(LoadStep.Key _, var type) -> {
                return "a value of type " + type + " is not supported yet";
            }
        }
        return null;
    }

    private void note(String name, String value) {
        switch (name) {
            case "repl-stream-db" -> {
                long number = number(value);
                streamDatabase = number > 0 && number < keyspace.databases() ? (int) number : 0;
            }
            case "repl-id" -> historyId = ReplicationId.parse(value).orElse(null);
            case "repl-offset" -> historyOffset = number(value);
            case "used-mem" -> usedMemoryThen = Math.max(0, number(value));
            default -> {}
        }
    }

    /// {@return the number, or -1}
    private static long number(String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }

    private void put(LoadStep.Key key, int kind, byte[] value) {
        withKey(
                key,
                true,
                (database, slot, address, bytes, hash) -> {
                    int ref =
                            database.insert(
                                    slot, address, bytes, hash, kind, value.length, expiry(key));
                    long entry = keyspace.allocator().address(ref);
                    Memory.copyIn(value, 0, Entry.value(entry), value.length);
                });
    }

    private void putIntset(LoadStep.Key key, byte[] intset) {
        withKey(
                key,
                true,
                (database, slot, address, bytes, hash) ->
                        values.setDrafts()
                                .draftOf(intset)
                                .attach(database, slot, address, bytes, hash, expiry(key)));
    }

    /// {@return what an entry is whose value is a blob of this type as it stands}
    private static int packedKind(RdbType type) {
        return switch (type) {
            case HASH_LISTPACK -> ValueKind.HASH_LISTPACK;
            default -> throw new IllegalStateException("type " + type);
        };
    }

    private void put(LoadStep.PutElements step) {
        LoadStep.Key key = step.key();
        List<byte[]> elements = step.elements();
        boolean first = step.first();
        switch (step.type()) {
            case HASH, HASH_ZIPMAP, HASH_ZIPLIST, HASH_LISTPACK ->
                    put(key, first, values.hashes(), hash -> addPairs(hash, elements));
            case HASH_METADATA,
                    HASH_METADATA_PRE_GA,
                    HASH_LISTPACK_TIMED,
                    HASH_LISTPACK_TIMED_PRE_GA ->
                    put(key, first, values.hashes(), hash -> addTimedPairs(hash, elements));
            case SET, SET_INTSET, SET_LISTPACK ->
                    put(key, first, values.sets(), set -> addMembers(set, elements));
            case LIST, LIST_ZIPLIST, LIST_QUICKLIST, LIST_QUICKLIST_2 ->
                    put(key, first, values.lists(), list -> list.pushAll(elements));
            case SORTED_SET, SORTED_SET_2, SORTED_SET_ZIPLIST, SORTED_SET_LISTPACK ->
                    put(key, first, values.sortedSets(), set -> addScored(set, elements));
            default -> throw new IllegalStateException("type " + step.type());
        }
    }

    /// Puts a part of a collection in.
    ///
    /// @param first whether the key is not there yet
    private <V extends OpenValue<V>> void put(
            LoadStep.Key key, boolean first, V value, Consumer<V> fill) {
        withKey(
                key,
                first,
                (database, slot, address, bytes, hash) ->
                        fill.accept(
                                first
                                        ? value.create(
                                                database, slot, address, bytes, hash, expiry(key))
                                        : value.open(
                                                database,
                                                slot,
                                                database.find(slot, address, bytes, hash),
                                                hash)));
    }

    private void addMembers(SetValue set, List<byte[]> elements) {
        for (byte[] member : elements) {
            duplicate |= !set.add(member);
        }
    }

    private void addPairs(HashValue hash, List<byte[]> pairs) {
        for (int i = 0; i < pairs.size(); i += 2) {
            duplicate |= !hash.put(pairs.get(i), pairs.get(i + 1));
        }
    }

    private void addScored(SortedSetValue set, List<byte[]> elements) {
        int longest = 0;
        for (int i = 0; i < elements.size(); i += 2) {
            longest = Math.max(longest, elements.get(i).length);
        }
        set.expect(elements.size() / 2, longest);
        for (int i = 0; i < elements.size(); i += 2) {
            double score =
                    ByteBuffer.wrap(elements.get(i + 1)).order(ByteOrder.LITTLE_ENDIAN).getDouble();
            duplicate |= !set.put(elements.get(i), score);
        }
    }

    /// What has expired is taken all the same: who may remove it does so, and says so in the log.
    private void addTimedPairs(HashValue hash, List<byte[]> elements) {
        for (int i = 0; i < elements.size(); i += 3) {
            duplicate |= !hash.put(elements.get(i), elements.get(i + 1));
            long timeMs =
                    ByteBuffer.wrap(elements.get(i + 2)).order(ByteOrder.LITTLE_ENDIAN).getLong();
            if (timeMs != HashValue.NO_TIME) {
                hash.expire(elements.get(i), timeMs);
            }
        }
    }

    private static long expiry(LoadStep.Key key) {
        return key.expireAtMs() == RdbRecord.Entry.NEVER ? Database.NO_EXPIRY : key.expireAtMs();
    }

    private interface KeyUse {
        void use(Database database, int slot, long address, int bytes, long hash);
    }

    /// {@return whether a new key may come to this place}
    private boolean makesWay(Database database, int slot, long address, int bytes, long hash) {
        int old = database.find(slot, address, bytes, hash);
        if (old == Allocator.NULL) {
            keys++;
            return true;
        }
        if (duplicates == Duplicates.REPLACE) {
            database.delete(slot, old, hash);
            return true;
        }
        duplicate = true;
        return false;
    }

    /// @param first whether the key is to be a new one
    private void withKey(LoadStep.Key key, boolean first, KeyUse use) {
        Allocator allocator = keyspace.allocator();
        byte[] name = key.name();
        int scratch = allocator.allocate(Math.max(1, name.length));
        try {
            long address = allocator.address(scratch);
            Memory.copyIn(name, 0, address, name.length);
            Database database = keyspace.database(key.db());
            int slot = database.slots() == 1 ? 0 : KeySlot.of(address, name.length);
            long hash = keyspace.hash(address, name.length);
            if (!first || makesWay(database, slot, address, name.length, hash)) {
                use.use(database, slot, address, name.length, hash);
                database.restoredAccess(
                        slot, address, name.length, hash, key.idleSeconds(), key.frequency());
            }
        } finally {
            allocator.free(scratch);
        }
    }
}
