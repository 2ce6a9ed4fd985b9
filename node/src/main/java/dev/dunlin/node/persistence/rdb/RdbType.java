// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The types of value that RDB versions 1 to 12 know; a type fixes both what a value is and how it is laid out.
public enum RdbType {
    STRING(0),
    LIST(1),
    SET(2),
    /// Scores as text.
    SORTED_SET(3),
    HASH(4),
    /// Scores as eight bytes.
    SORTED_SET_2(5),
    MODULE(7),
    HASH_ZIPMAP(9),
    LIST_ZIPLIST(10),
    SET_INTSET(11),
    SORTED_SET_ZIPLIST(12),
    HASH_ZIPLIST(13),
    LIST_QUICKLIST(14),
    STREAM(15),
    HASH_LISTPACK(16),
    SORTED_SET_LISTPACK(17),
    LIST_QUICKLIST_2(18),
    STREAM_2(19),
    SET_LISTPACK(20),
    STREAM_3(21),
    /// A hash whose fields may expire, as release candidates of Redis 7.4 wrote it.
    HASH_METADATA_PRE_GA(22),
    HASH_LISTPACK_TIMED_PRE_GA(23),
    /// A hash whose fields may expire, each with its time. Of version 12: written only to whoever says that it reads it.
    HASH_METADATA(24),
    HASH_LISTPACK_TIMED(25);

    private static final @Nullable RdbType[] BY_CODE = byCode();

    private final int code;

    RdbType(int code) {
        this.code = code;
    }

    /// {@return the byte that stands for this type in a file}
    public int code() {
        return code;
    }

    /// {@return the type of a byte, or null when no type has it}
    static @Nullable RdbType ofCode(int code) {
        return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
    }

    private static @Nullable RdbType[] byCode() {
        RdbType[] all = values();
        var types =
                new @Nullable
                        RdbType[Arrays.stream(all).mapToInt(RdbType::code).max().orElse(0) + 1];
        for (RdbType type : all) {
            types[type.code] = type;
        }
        return types;
    }
}
