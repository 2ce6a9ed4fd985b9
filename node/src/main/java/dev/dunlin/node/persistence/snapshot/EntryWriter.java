// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.keyspace.AccessStamp;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.TimedHash;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.NodeChain;
import dev.dunlin.node.persistence.rdb.RdbEncoder;
import dev.dunlin.node.persistence.rdb.RdbRecord;
import dev.dunlin.node.persistence.rdb.RdbType;
import dev.dunlin.node.persistence.rdb.RdbWriter;
import dev.dunlin.node.value.HashValue;
import dev.dunlin.node.value.ListValue;
import dev.dunlin.node.value.Listpack;
import io.netty.buffer.ByteBuf;

/// Turns entries of the keyspace into RDB records and DUMP values, straight from native memory.
///
/// A value that is a table or a chain can be written in pieces: [#head], then [#element] or [#node] as often as the head says.
///
/// Thread: owned by the node's loop.
public final class EntryWriter {
    /// What the file says of a node of a list.
    private static final int CONTAINER_PLAIN = 1;

    private static final int CONTAINER_PACKED = 2;

    private final Keyspace keyspace;
    private final StreamWriter streams;
    private final boolean fieldTimes;

    /// Writes what everything since Redis 7.0 reads.
    public EntryWriter(Keyspace keyspace) {
        this(keyspace, false);
    }

    /// @param fieldTimes whether the reader knows of fields that expire; if not, they are written as fields that do not
    EntryWriter(Keyspace keyspace, boolean fieldTimes) {
        this.keyspace = keyspace;
        this.fieldTimes = fieldTimes;
        this.streams = new StreamWriter(keyspace);
    }

    /// {@return the table that is the entry's value, or [Allocator#NULL] when its value is something else}
    static int table(long entry) {
        return switch (Entry.kind(entry)) {
            case ValueKind.HASH_TABLE,
                    ValueKind.HASH_TABLE_TIMED,
                    ValueKind.SET_TABLE,
                    ValueKind.ZSET_TREE ->
                    Memory.getInt(Entry.value(entry));
            default -> Allocator.NULL;
        };
    }

    /// {@return whether the entry's value is a chain: its header is the value then}
    static boolean isChain(long entry) {
        int kind = Entry.kind(entry);
        return kind == ValueKind.LIST_QUICKLIST || kind == ValueKind.STREAM;
    }

    /// {@return whether something comes behind the nodes of an entry whose value is a chain}
    static boolean hasTail(long entry) {
        return Entry.kind(entry) == ValueKind.STREAM;
    }

    /// Writes key, expiry and value of an entry.
    void write(RdbEncoder values, ByteBuf out, int ref) {
        long entry = keyspace.allocator().address(ref);
        key(values, out, entry);
        value(values, out, entry);
    }

    /// Writes type and value of an entry, as DUMP payloads begin.
    public void writeValue(RdbEncoder values, ByteBuf out, int ref) {
        long entry = keyspace.allocator().address(ref);
        out.writeByte(typeOf(entry).code());
        value(values, out, entry);
    }

    /// Writes what comes before the parts of an entry whose value is a table or a chain: key, expiry, and how many there are now.
    void head(RdbEncoder values, ByteBuf out, long entry) {
        key(values, out, entry);
        firstTime(out, entry);
        values.length(out, parts(entry));
    }

    /// {@return what the times of an entry's fields are written relative to, or [TimedHash#NEVER] when they are not written}
    long firstTimeMs(long entry) {
        return writesTimes(entry) ? TimedHash.dueMs(entry) : TimedHash.NEVER;
    }

    private boolean writesTimes(long entry) {
        return fieldTimes
                && TimedHash.is(Entry.kind(entry))
                && TimedHash.dueMs(entry) != TimedHash.NEVER;
    }

    private void firstTime(ByteBuf out, long entry) {
        if (writesTimes(entry)) {
            out.writeLongLE(TimedHash.dueMs(entry));
        }
    }

    /// {@return how many elements the table has, or nodes the chain}
    private int parts(long entry) {
        return isChain(entry)
                ? NodeChain.nodes(Entry.value(entry))
                : keyspace.index().size(table(entry));
    }

    /// Writes an element of a value that is a table.
    ///
    /// @param kind of the entry whose value it is
    /// @param firstMs what [#firstTimeMs] said of the entry
    void element(RdbEncoder values, ByteBuf out, int kind, long firstMs, int ref) {
        long element = keyspace.allocator().address(ref);
        switch (kind) {
            case ValueKind.HASH_TABLE, ValueKind.HASH_TABLE_TIMED -> {
                if (firstMs != TimedHash.NEVER) {
                    values.length(
                            out,
                            Entry.expires(element) ? Entry.expireAtMs(element) - firstMs + 1 : 0);
                }
                values.string(out, Entry.key(element), Entry.keyBytes(element));
                values.string(out, Entry.value(element), Entry.valueBytes(element));
            }
            case ValueKind.SET_TABLE ->
                    values.string(out, Entry.key(element), Entry.keyBytes(element));
            case ValueKind.ZSET_TREE -> {
                values.string(out, Entry.key(element), Entry.keyBytes(element));
                out.writeLongLE(Memory.getLong(Entry.value(element)));
            }
            default -> throw new IllegalStateException("kind " + kind);
        }
    }

    /// Writes a node of a value that is a chain.
    ///
    /// @param kind of the entry whose value it is
    void node(RdbEncoder values, ByteBuf out, int kind, int node) {
        NodeChain chains = keyspace.chains();
        switch (kind) {
            case ValueKind.LIST_QUICKLIST ->
                    listNode(
                            values,
                            out,
                            ListValue.isPlain(chains, node),
                            chains.content(node),
                            chains.bytes(node));
            case ValueKind.STREAM -> streams.node(values, out, node);
            default -> throw new IllegalStateException("kind " + kind);
        }
    }

    /// Writes what comes behind the nodes, when there is something ([#hasTail]).
    void tail(RdbEncoder values, ByteBuf out, long entry) {
        streams.tail(values, out, Entry.value(entry));
    }

    private static void listNode(
            RdbEncoder values, ByteBuf out, boolean plain, long content, int bytes) {
        values.length(out, plain ? CONTAINER_PLAIN : CONTAINER_PACKED);
        values.string(out, content, bytes);
    }

    private RdbType typeOf(long entry) {
        return switch (Entry.kind(entry)) {
            case ValueKind.STRING, ValueKind.STRING_RAW -> RdbType.STRING;
            case ValueKind.HASH_LISTPACK -> RdbType.HASH_LISTPACK;
            case ValueKind.HASH_TABLE -> RdbType.HASH;
            case ValueKind.HASH_LISTPACK_TIMED, ValueKind.HASH_TABLE_TIMED ->
                    writesTimes(entry) ? RdbType.HASH_METADATA : RdbType.HASH;
            case ValueKind.SET_INTSET -> RdbType.SET_INTSET;
            // The type for listpacks came with version 11 of the format, which Redis 7.0 does not
            // read.
            case ValueKind.SET_LISTPACK, ValueKind.SET_TABLE -> RdbType.SET;
            case ValueKind.STREAM -> RdbType.STREAM_2;
            case ValueKind.LIST_LISTPACK, ValueKind.LIST_QUICKLIST -> RdbType.LIST_QUICKLIST_2;
            case ValueKind.ZSET_LISTPACK -> RdbType.SORTED_SET_LISTPACK;
            case ValueKind.ZSET_TREE -> RdbType.SORTED_SET_2;
            default -> throw new IllegalStateException("kind " + Entry.kind(entry));
        };
    }

    private void key(RdbEncoder values, ByteBuf out, long entry) {
        AccessStamp access = keyspace.access();
        switch (access.recorded()) {
            case IDLE_TIME ->
                    RdbWriter.idleSeconds(values, out, access.idleSeconds(Entry.access(entry)));
            case FREQUENCY -> RdbWriter.frequency(out, access.frequency(Entry.access(entry)));
            case NOTHING -> {}
        }
        long expireAtMs = Entry.expires(entry) ? Entry.expireAtMs(entry) : RdbRecord.Entry.NEVER;
        RdbWriter.beginEntry(
                values, out, typeOf(entry), Entry.key(entry), Entry.keyBytes(entry), expireAtMs);
    }

    private void value(RdbEncoder values, ByteBuf out, long entry) {
        if (Entry.kind(entry) == ValueKind.SET_LISTPACK) {
            members(values, out, Entry.value(entry));
            return;
        }
        int kind = Entry.kind(entry);
        if (isChain(entry)) {
            values.length(out, parts(entry));
            for (int node = NodeChain.first(Entry.value(entry));
                    node != Allocator.NULL;
                    node = keyspace.chains().next(node)) {
                node(values, out, kind, node);
            }
            if (hasTail(entry)) {
                tail(values, out, entry);
            }
            return;
        }
        firstTime(out, entry);
        long firstMs = firstTimeMs(entry);
        if (kind == ValueKind.HASH_LISTPACK_TIMED) {
            timedPairs(values, out, firstMs, Entry.value(entry) + TimedHash.SMALL_HEADER_BYTES);
            return;
        }
        int table = table(entry);
        if (table != Allocator.NULL) {
            values.length(out, parts(entry));
            keyspace.index()
                    .forEach(table, element -> element(values, out, kind, firstMs, element));
            return;
        }
        if (kind == ValueKind.LIST_LISTPACK) {
            // A list of one node.
            values.length(out, 1);
            listNode(values, out, false, Entry.value(entry), Entry.valueBytes(entry));
            return;
        }
        values.string(out, Entry.value(entry), Entry.valueBytes(entry));
    }

    private static void timedPairs(RdbEncoder values, ByteBuf out, long firstMs, long listpack) {
        values.length(out, Listpack.count(listpack) / 3);
        int field = Listpack.first(listpack);
        while (!Listpack.isEnd(listpack, field)) {
            int value = Listpack.next(listpack, field);
            int time = Listpack.next(listpack, value);
            if (firstMs != TimedHash.NEVER) {
                long timeMs = Listpack.integer(listpack, time);
                values.length(out, timeMs == HashValue.NO_TIME ? 0 : timeMs - firstMs + 1);
            }
            text(values, out, listpack, field);
            text(values, out, listpack, value);
            field = Listpack.next(listpack, time);
        }
    }

    private static void members(RdbEncoder values, ByteBuf out, long listpack) {
        values.length(out, Listpack.count(listpack));
        for (int at = Listpack.first(listpack);
                !Listpack.isEnd(listpack, at);
                at = Listpack.next(listpack, at)) {
            text(values, out, listpack, at);
        }
    }

    private static void text(RdbEncoder values, ByteBuf out, long listpack, int at) {
        if (Listpack.isInteger(listpack, at)) {
            values.string(out, Listpack.integer(listpack, at));
        } else {
            values.string(
                    out, Listpack.stringAddress(listpack, at), Listpack.stringBytes(listpack, at));
        }
    }
}
