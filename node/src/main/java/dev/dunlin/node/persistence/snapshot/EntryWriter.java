// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.persistence.rdb.RdbEncoder;
import dev.dunlin.node.persistence.rdb.RdbRecord;
import dev.dunlin.node.persistence.rdb.RdbType;
import dev.dunlin.node.persistence.rdb.RdbWriter;
import io.netty.buffer.ByteBuf;

/// Turns entries of the keyspace into RDB records and DUMP values, straight from native memory.
///
/// Thread: owned by the node's loop.
public final class EntryWriter {
    private final Keyspace keyspace;

    public EntryWriter(Keyspace keyspace) {
        this.keyspace = keyspace;
    }

    /// Writes key, expiry and value of an entry.
    public void write(RdbWriter writer, int ref) {
        long entry = keyspace.allocator().address(ref);
        long key = Entry.key(entry);
        int keyBytes = Entry.keyBytes(entry);
        long expireAtMs = Entry.expires(entry) ? Entry.expireAtMs(entry) : RdbRecord.Entry.NEVER;
        writer.beginEntry(typeOf(entry), key, keyBytes, expireAtMs);
        value(writer.values(), writer.out(), entry);
    }

    /// Writes type and value of an entry, as DUMP payloads begin.
    public void writeValue(RdbEncoder values, ByteBuf out, int ref) {
        long entry = keyspace.allocator().address(ref);
        out.writeByte(typeOf(entry).code());
        value(values, out, entry);
    }

    private static RdbType typeOf(long entry) {
        return switch (Entry.kind(entry)) {
            case ValueKind.STRING, ValueKind.STRING_RAW -> RdbType.STRING;
            case ValueKind.HASH_LISTPACK -> RdbType.HASH_LISTPACK;
            case ValueKind.HASH_TABLE -> RdbType.HASH;
            default -> throw new IllegalStateException("kind " + Entry.kind(entry));
        };
    }

    private void value(RdbEncoder values, ByteBuf out, long entry) {
        long value = Entry.value(entry);
        if (Entry.kind(entry) != ValueKind.HASH_TABLE) {
            values.string(out, value, Entry.valueBytes(entry));
            return;
        }
        int table = Memory.getInt(value);
        values.length(out, keyspace.index().size(table));
        keyspace.index()
                .forEach(
                        table,
                        pair -> {
                            long address = keyspace.allocator().address(pair);
                            values.string(out, Entry.key(address), Entry.keyBytes(address));
                            values.string(out, Entry.value(address), Entry.valueBytes(address));
                        });
    }
}
