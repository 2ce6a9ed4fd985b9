// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

/// One record of an RDB file, in the order of the file. The last is [End].
public sealed interface RdbRecord {
    /// A fact about the file, such as `redis-ver` or `repl-offset`; one char per byte. Unknown names are to be ignored.
    record Aux(String name, String value) implements RdbRecord {}

    /// The keys that follow belong to this database.
    record SelectDb(int db) implements RdbRecord {}

    /// How many keys, and how many of them with an expiry, the database has. A hint that may be wrong.
    record ResizeDb(long keys, long keysWithExpiry) implements RdbRecord {}

    /// The source text of a function library, starting with its `#!` line.
    // The array is handed over: nobody else keeps it.
    @SuppressWarnings("ArrayRecordComponent")
    record Function(byte[] source) implements RdbRecord {}

    /// Data of a module outside the keyspace; read over, since only that module could understand it.
    record ModuleAux(String module) implements RdbRecord {}

    /// A key with its value.
    ///
    /// @param expireAtMs Unix time in milliseconds, at least 1; [#NEVER] without expiry
    /// @param idleSeconds seconds since the last access, or [#UNKNOWN]
    /// @param frequency access counter 0 to 255, or [#UNKNOWN]
    // The array is handed over: nobody else keeps it.
    @SuppressWarnings("ArrayRecordComponent")
    record Entry(
            int db, byte[] key, long expireAtMs, long idleSeconds, int frequency, RdbValue value)
            implements RdbRecord {
        /// Expiry of a key that has none.
        public static final long NEVER = 0;

        /// What was not recorded.
        public static final int UNKNOWN = -1;
    }

    /// The end of the file; whatever the source holds behind it belongs to somebody else.
    ///
    /// @param emptyKeysSkipped keys that had a collection without elements, and so do not exist
    record End(long emptyKeysSkipped) implements RdbRecord {}
}
