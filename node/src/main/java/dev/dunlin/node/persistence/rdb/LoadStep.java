// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.util.List;

/// One thing to do on the way to having loaded a file: plain data, made on the reading thread, carried out by the loop.
///
/// The arrays are handed over with the step: whoever takes it owns them.
public sealed interface LoadStep {
    /// Whose value it is.
    ///
    /// @param expireAtMs Unix time in milliseconds, or [RdbRecord.Entry#NEVER]
    /// @param idleSeconds seconds since the last access, or [RdbRecord.Entry#UNKNOWN]
    /// @param frequency access counter 0 to 255, or [RdbRecord.Entry#UNKNOWN]
    @SuppressWarnings("ArrayRecordComponent") // See the interface.
    record Key(int db, byte[] name, long expireAtMs, long idleSeconds, int frequency) {}

    /// A fact about the file.
    record Fact(String name, String value) implements LoadStep {}

    /// The source text of a function library.
    @SuppressWarnings("ArrayRecordComponent") // See the interface.
    record Function(byte[] source) implements LoadStep {}

    /// Data of a module outside the keyspace was read over: it is lost to this node.
    record ModuleDataSkipped(String module) implements LoadStep {}

    /// How many keys a database is about to get.
    record SizeHint(int db, long keys, long keysWithExpiry) implements LoadStep {}

    /// A key with a string.
    @SuppressWarnings("ArrayRecordComponent") // See the interface.
    record PutString(Key key, byte[] value) implements LoadStep {}

    /// A key with a small hash, all in a listpack that passed every check and has no field twice.
    @SuppressWarnings("ArrayRecordComponent") // See the interface.
    record PutPackedHash(Key key, byte[] listpack) implements LoadStep {}

    /// Pairs of a hash; a long one comes in several steps that follow each other.
    ///
    /// @param pairs how many pairs the hash has altogether
    /// @param fieldsAndValues field, value, field, value...
    record PutPairs(Key key, long pairs, List<byte[]> fieldsAndValues, boolean first, boolean last)
            implements LoadStep {}

    /// A key whose value is sound, but of a type that this node does not have.
    record Unsupported(Key key, RdbType type) implements LoadStep {}
}
