// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.offheap.Memory;

/// How the entries of a stream lie in one of its nodes.
///
/// ```
/// 0           8             16
/// | ms, u64   | seq, u64    | listpack ...                    big-endian: what an RDB file has as well
///
/// listpack:   live | deleted | n | field 1 ... field n | 0                                    the master entry
///             flags | ms delta | seq delta | value 1 ... value n | n + 3                      an entry with the master's fields
///             flags | ms delta | seq delta | m | field 1 | value 1 ... value m | 2 m + 4      an entry with fields of its own
/// ```
///
/// The id is that of the first entry there ever was; those of the entries are differences to it. The last number of an entry says how many
/// elements to go back to its flags. This is Redis's layout, byte for byte.
///
/// Thread: stateless; nodes belong to the node's loop.
public final class StreamNode {
    /// Bytes before the listpack.
    public static final int ID_BYTES = 16;

    static final int DELETED_FLAG = 1;
    static final int SAME_FIELDS_FLAG = 2;

    /// Elements of an entry besides its fields and values.
    static final int PLAIN_ELEMENTS = 3;

    private StreamNode() {}

    static long ms(long content) {
        return Long.reverseBytes(Memory.getLong(content));
    }

    static long seq(long content) {
        return Long.reverseBytes(Memory.getLong(content + Long.BYTES));
    }

    static void id(long content, long ms, long seq) {
        Memory.putLong(content, Long.reverseBytes(ms));
        Memory.putLong(content + Long.BYTES, Long.reverseBytes(seq));
    }

    /// {@return where the listpack is}
    public static long listpack(long content) {
        return content + ID_BYTES;
    }

    /// {@return entries that are not deleted}
    static long live(long listpack) {
        return Listpack.integer(listpack, Listpack.first(listpack));
    }

    static long deleted(long listpack) {
        return Listpack.integer(listpack, deletedAt(listpack));
    }

    static int deletedAt(long listpack) {
        return Listpack.next(listpack, Listpack.first(listpack));
    }

    /// {@return the element that says how many fields the master entry has; its fields follow}
    static int fieldCountAt(long listpack) {
        return Listpack.next(listpack, deletedAt(listpack));
    }

    /// {@return the flags of the first entry}
    static int firstEntry(long listpack) {
        int at = fieldCountAt(listpack);
        long fields = Listpack.integer(listpack, at);
        for (long i = 0; i < fields + 2; i++) {
            at = Listpack.next(listpack, at);
        }
        return at;
    }

    /// {@return the flags of the entry that ends before `end`, or [Listpack#NOT_FOUND] when there is none}
    static int entryBefore(long listpack, int end) {
        int at = Listpack.previous(listpack, end);
        long elements = Listpack.integer(listpack, at);
        if (elements == 0) {
            return Listpack.NOT_FOUND;
        }
        for (long i = 0; i < elements; i++) {
            at = Listpack.previous(listpack, at);
        }
        return at;
    }
}
