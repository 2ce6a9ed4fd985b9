// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

/// Type and encoding of a value, as the four bits that an entry has for them.
///
/// Plain ints and not an enum, because every command on the hot path compares them.
public final class ValueKind {
    /// A string; whether it counts as `int`, `embstr` or `raw` follows from its bytes.
    public static final int STRING = 0;

    /// A string that was changed in place; always reported as `raw`.
    public static final int STRING_RAW = 1;

    /// A hash whose fields and values are one listpack, the entry's value.
    public static final int HASH_LISTPACK = 2;

    /// A hash with a table of its own: the entry's value is the reference of its root.
    public static final int HASH_TABLE = 3;

    /// A list whose elements are one listpack, the entry's value.
    public static final int LIST_LISTPACK = 4;

    /// A list in a chain of listpacks.
    public static final int LIST_QUICKLIST = 5;

    /// A set of integers, the entry's value.
    public static final int SET_INTSET = 6;

    /// A set whose members are one listpack, the entry's value.
    public static final int SET_LISTPACK = 7;

    /// A set with a table of its own.
    public static final int SET_TABLE = 8;

    /// A sorted set whose members and scores are one listpack, the entry's value.
    public static final int ZSET_LISTPACK = 9;

    /// A sorted set with a table and an ordered tree of its own.
    public static final int ZSET_TREE = 10;

    /// A stream.
    public static final int STREAM = 11;

    /// As [#HASH_LISTPACK], and fields may expire: [TimedHash].
    public static final int HASH_LISTPACK_TIMED = 12;

    /// As [#HASH_TABLE], and fields may expire: [TimedHash].
    public static final int HASH_TABLE_TIMED = 13;

    private static final String[] TYPE_NAMES = {
        "string", "string", "hash", "hash", "list", "list", "set", "set", "set", "zset", "zset",
        "stream", "hash", "hash"
    };

    private ValueKind() {}

    public static boolean isString(int kind) {
        return kind <= STRING_RAW;
    }

    public static boolean isHash(int kind) {
        return kind == HASH_LISTPACK || kind == HASH_TABLE || TimedHash.is(kind);
    }

    public static boolean isList(int kind) {
        return kind == LIST_LISTPACK || kind == LIST_QUICKLIST;
    }

    public static boolean isSet(int kind) {
        return kind >= SET_INTSET && kind <= SET_TABLE;
    }

    public static boolean isSortedSet(int kind) {
        return kind == ZSET_LISTPACK || kind == ZSET_TREE;
    }

    public static boolean isStream(int kind) {
        return kind == STREAM;
    }

    /// {@return the type's name, as TYPE and SCAN know it}
    public static String typeName(int kind) {
        return TYPE_NAMES[kind];
    }
}
