// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;

/// The value of a hash whose fields may expire, each at a time of its own, as it lies in its entry.
///
/// ```
///         0             8          12
/// small   | i64 due     | position | listpack: field, value, time, field, value, time ...
///
///         0             4          8             16         20
/// large   | u32 table   | u32 heap | i64 due     | position |
///
/// time: Unix time in milliseconds, 0 for a field that does not expire
/// due: when the first field expires, or NEVER; position: where [TimedHashes] keeps the entry, NOWHERE when it does not
/// ```
///
/// The heap is an [dev.dunlin.node.offheap.ExpiryHeap] of those elements of the table that expire. A hash becomes one of these with the
/// first time that a field is given, and stays one.
///
/// Thread: stateless; entries belong to the node's loop.
public final class TimedHash {
    /// Bytes of a small one before its listpack.
    public static final int SMALL_HEADER_BYTES = 12;

    /// Bytes of a large one.
    public static final int LARGE_BYTES = 20;

    /// No field expires.
    public static final long NEVER = Long.MAX_VALUE;

    static final int NOWHERE = -1;

    private static final int LARGE_DUE_OFFSET = 8;

    private TimedHash() {}

    public static boolean is(int kind) {
        return kind == ValueKind.HASH_LISTPACK_TIMED || kind == ValueKind.HASH_TABLE_TIMED;
    }

    /// {@return when the first field expires, or [#NEVER]}
    public static long dueMs(long entry) {
        return Memory.getLong(due(entry));
    }

    /// {@return the heap of a large one}
    public static int heap(long entry) {
        return Memory.getInt(Entry.value(entry) + 4);
    }

    public static void heap(long entry, int heap) {
        Memory.putInt(Entry.value(entry) + 4, heap);
    }

    static void dueMs(long entry, long timeMs) {
        Memory.putLong(due(entry), timeMs);
    }

    static int position(long entry) {
        return Memory.getInt(due(entry) + 8);
    }

    static void position(long entry, int position) {
        Memory.putInt(due(entry) + 8, position);
    }

    /// Makes a small one, whose value has been given [#LARGE_BYTES], a large one.
    public static void becomeLarge(long entry, int table, int heap) {
        long dueMs = dueMs(entry);
        int position = position(entry);
        Entry.kind(entry, ValueKind.HASH_TABLE_TIMED);
        Memory.putInt(Entry.value(entry), table);
        heap(entry, heap);
        dueMs(entry, dueMs);
        position(entry, position);
    }

    private static long due(long entry) {
        return Entry.value(entry)
                + (Entry.kind(entry) == ValueKind.HASH_TABLE_TIMED ? LARGE_DUE_OFFSET : 0);
    }
}
