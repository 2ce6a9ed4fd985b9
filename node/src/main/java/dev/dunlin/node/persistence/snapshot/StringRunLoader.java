// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.command.KeySlot;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.KeysAhead;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.persistence.rdb.RdbRecord;
import dev.dunlin.node.persistence.rdb.StringRun;

/// Puts runs of short strings into the keyspace, in groups: first the table's buckets of a whole group are loaded ([KeysAhead]), then its keys
/// are put in.
///
/// Thread: owned by the node's loop.
final class StringRunLoader {
    private static final int GROUP = 64;

    private final Keyspace keyspace;
    private final KeyspaceLoader.NewKeys keys;
    private final long[] hashes = new long[GROUP];
    private final int[] slots = new int[GROUP];
    private final KeysAhead ahead;

    /// @param keys decides about each key
    StringRunLoader(Keyspace keyspace, KeyspaceLoader.NewKeys keys) {
        this.keyspace = keyspace;
        this.keys = keys;
        this.ahead = new KeysAhead(keyspace, GROUP);
    }

    void load(StringRun run) {
        Allocator allocator = keyspace.allocator();
        int scratch = allocator.allocate(Math.max(1, run.bytes()));
        try {
            long at = allocator.address(scratch);
            Memory.copyIn(run.packed(), 0, at, run.bytes());
            Database database = keyspace.database(run.db());
            for (int left = run.count(); left > 0; left -= GROUP) {
                int group = Math.min(left, GROUP);
                lookAhead(database, at, group);
                at = put(database, at, group);
            }
        } finally {
            allocator.free(scratch);
        }
    }

    private void lookAhead(Database database, long from, int count) {
        boolean slotted = database.slots() > 1;
        long at = from;
        for (int i = 0; i < count; i++) {
            int keyBytes = Memory.getInt(at + StringRun.KEY_BYTES);
            long key = at + StringRun.HEADER_BYTES;
            hashes[i] = keyspace.hash(key, keyBytes);
            slots[i] = slotted ? KeySlot.of(key, keyBytes) : 0;
            ahead.add(database, slots[i], hashes[i]);
            at = key + keyBytes + Memory.getInt(at + StringRun.VALUE_BYTES);
        }
        ahead.loadBuckets();
    }

    /// {@return where the next group is}
    private long put(Database database, long from, int count) {
        long at = from;
        for (int i = 0; i < count; i++) {
            int keyBytes = Memory.getInt(at + StringRun.KEY_BYTES);
            int valueBytes = Memory.getInt(at + StringRun.VALUE_BYTES);
            long expireAtMs = Memory.getLong(at + StringRun.EXPIRE_AT_MS);
            long key = at + StringRun.HEADER_BYTES;
            if (keys.mayCome(database, slots[i], key, keyBytes, hashes[i], expireAtMs)) {
                int ref =
                        database.insert(
                                slots[i],
                                key,
                                keyBytes,
                                hashes[i],
                                ValueKind.STRING,
                                valueBytes,
                                expireAtMs == RdbRecord.Entry.NEVER
                                        ? Database.NO_EXPIRY
                                        : expireAtMs);
                Memory.copy(
                        key + keyBytes, Entry.value(keyspace.allocator().address(ref)), valueBytes);
            }
            at = key + keyBytes + valueBytes;
        }
        return at;
    }
}
