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

    private ValueKind() {}

    public static boolean isString(int kind) {
        return kind <= STRING_RAW;
    }

    public static boolean isHash(int kind) {
        return kind == HASH_LISTPACK || kind == HASH_TABLE;
    }

    /// {@return the type's name, as TYPE and SCAN know it}
    public static String typeName(int kind) {
        return switch (kind) {
            case STRING, STRING_RAW -> "string";
            case HASH_LISTPACK, HASH_TABLE -> "hash";
            default -> throw new IllegalArgumentException("kind " + kind);
        };
    }
}
