// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import dev.dunlin.node.value.StreamPart;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    /// {@return the key that the step is about, or null when it is about none}
    default @Nullable Key keyOrNull() {
        return switch (this) {
            case PutString(Key key, byte[] _) -> key;
            case PutPacked(Key key, RdbType _, byte[] _) -> key;
            case PutElements(Key key, RdbType _, List<byte[]> _, boolean _) -> key;
            case PutStream(Key key, StreamPart _, boolean _) -> key;
            case Unsupported(Key key, RdbType _) -> key;
            case Fact _, Function _, ModuleDataSkipped _, SizeHint _, PutStrings _ -> null;
        };
    }

    /// {@return whether it is the first step about its key}
    default boolean isFirst() {
        return switch (this) {
            case PutElements(Key _, RdbType _, List<byte[]> _, boolean first) -> first;
            case PutStream(Key _, StreamPart _, boolean first) -> first;
            case PutString _, PutPacked _, Unsupported _ -> true;
            case Fact _, Function _, ModuleDataSkipped _, SizeHint _, PutStrings _ -> false;
        };
    }

    /// A fact about the file.
    record Fact(String name, String value) implements LoadStep {}

    /// The source text of a function library.
    @SuppressWarnings("ArrayRecordComponent") // See the interface.
    record Function(byte[] source) implements LoadStep {}

    /// Data of a module outside the keyspace was read over: it is lost to this node.
    record ModuleDataSkipped(String module) implements LoadStep {}

    /// How many keys a database is about to get.
    record SizeHint(int db, long keys, long keysWithExpiry) implements LoadStep {}

    /// Keys with short strings.
    record PutStrings(StringRun run) implements LoadStep {}

    /// A key with a string.
    @SuppressWarnings("ArrayRecordComponent") // See the interface.
    record PutString(Key key, byte[] value) implements LoadStep {}

    /// A key with a small collection, all in a blob that passed every check and has no element twice.
    ///
    /// @param type says what the blob is
    @SuppressWarnings("ArrayRecordComponent") // See the interface.
    record PutPacked(Key key, RdbType type, byte[] blob) implements LoadStep {}

    /// Elements of a collection; a long one comes in several steps that follow each other.
    ///
    /// @param type says what the collection is
    /// @param elements as [RdbValue.Collection#addTo] gives them
    /// @param first whether the key is not there yet
    record PutElements(Key key, RdbType type, List<byte[]> elements, boolean first)
            implements LoadStep {}

    /// A part of a stream; they come one after the other.
    ///
    /// @param first whether the key is not there yet
    record PutStream(Key key, StreamPart part, boolean first) implements LoadStep {}

    /// A key whose value is sound, but of a type that this node does not have.
    record Unsupported(Key key, RdbType type) implements LoadStep {}
}
