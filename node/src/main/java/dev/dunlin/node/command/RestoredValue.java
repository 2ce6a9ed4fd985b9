// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.persistence.rdb.RdbValue;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.HashValue;
import dev.dunlin.node.value.ListValue;
import dev.dunlin.node.value.SetValue;
import dev.dunlin.node.value.SortedSetValue;
import dev.dunlin.node.value.StreamPart;
import dev.dunlin.node.value.StreamValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/// Puts the value of a DUMP payload under the key that RESTORE names, its first argument, which is not there.
///
/// Thread: the node's loop.
final class RestoredValue {
    private final CommandContext ctx;
    private final Database database;
    private final int slot;
    private final long key;
    private final int keyBytes;
    private final long hash;
    private final long expireAtMs;

    private RestoredValue(CommandContext ctx, Args args, long expireAtMs) {
        this.ctx = ctx;
        this.database = ctx.database();
        this.slot = args.slot(1);
        this.key = args.address(1);
        this.keyBytes = args.bytes(1);
        this.hash = args.hash(1);
        this.expireAtMs = expireAtMs;
    }

    /// @throws CommandException when an element comes twice, or this node does not have the type; then nothing is there
    static void store(CommandContext ctx, Args args, RdbValue value, long expireAtMs) {
        boolean stored;
        try {
            stored = new RestoredValue(ctx, args, expireAtMs).store(value);
        } catch (IOException e) {
            throw new UncheckedIOException("memory cannot fail", e);
        }
        if (!stored) {
            throw new CommandException(RespError.BAD_DATA_FORMAT);
        }
    }

    private boolean store(RdbValue value) throws IOException {
        return switch (value) {
            case RdbValue.StringBytes(byte[] bytes) -> string(bytes);
            case RdbValue.HashPairs pairs ->
                    ctx.values()
                                    .hashes()
                                    .createFrom(
                                            database, slot, key, keyBytes, hash, expireAtMs, pairs)
                            != HashValue.DUPLICATE_FIELD;
            case RdbValue.TimedHashPairs pairs -> timedHash(pairs);
            case RdbValue.ListElements elements -> list(elements);
            case RdbValue.SetMembers members -> set(members);
            case RdbValue.ScoredMembers members ->
                    ctx.values()
                                    .sortedSets()
                                    .createFrom(
                                            database,
                                            slot,
                                            key,
                                            keyBytes,
                                            hash,
                                            expireAtMs,
                                            members)
                            != SortedSetValue.DUPLICATE_MEMBER;
            case RdbValue.StreamParts parts -> stream(parts);
            // A sound value of a type that this node does not have.
            case RdbValue.Opaque _ -> false;
        };
    }

    private boolean string(byte[] bytes) {
        int ref =
                database.insert(
                        slot, key, keyBytes, hash, ValueKind.STRING, bytes.length, expireAtMs);
        Memory.copyIn(bytes, 0, Entry.value(ctx.entry(ref)), bytes.length);
        return true;
    }

    private boolean timedHash(RdbValue.TimedHashPairs pairs) throws IOException {
        HashValue made =
                ctx.values().hashes().create(database, slot, key, keyBytes, hash, expireAtMs);
        while (pairs.next()) {
            if (!made.put(pairs.field(), pairs.value())) {
                database.delete(slot, made.ref(), hash);
                return false;
            }
            if (pairs.timeMs() != HashValue.NO_TIME) {
                made.expire(pairs.field(), pairs.timeMs());
            }
        }
        return true;
    }

    private boolean list(RdbValue.ListElements elements) throws IOException {
        ListValue made =
                ctx.values().lists().create(database, slot, key, keyBytes, hash, expireAtMs);
        while (elements.next()) {
            made.pushAll(List.of(elements.element()));
        }
        return true;
    }

    private boolean set(RdbValue.SetMembers members) throws IOException {
        SetValue draft = ctx.values().setDrafts();
        byte[] intset = members.blob();
        if (intset != null) {
            draft.draftOf(intset);
        } else {
            draft.draft(ValueKind.SET_INTSET);
            while (members.next()) {
                if (!draft.add(members.member())) {
                    draft.discard();
                    return false;
                }
            }
        }
        draft.attach(database, slot, key, keyBytes, hash, expireAtMs);
        return true;
    }

    private boolean stream(RdbValue.StreamParts parts) throws IOException {
        StreamValue made =
                ctx.values().streams().create(database, slot, key, keyBytes, hash, expireAtMs);
        for (StreamPart part = parts.next(); part != null; part = parts.next()) {
            ctx.values().streamBuilder().add(made, part);
        }
        return true;
    }
}
