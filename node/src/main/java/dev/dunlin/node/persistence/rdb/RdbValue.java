// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import dev.dunlin.node.value.HashValue;
import dev.dunlin.node.value.SortedSetValue;
import dev.dunlin.node.value.StreamPart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The value of a key.
///
/// Collections are cursors: their elements are read as they are asked for, so that one of any size takes no more memory than
/// an element. They belong to their reader and end with its next step, which reads (and so checks) what was left.
///
/// Whether an element comes twice is for the taker to see, for whom it costs nothing. The exceptions are a packed hash
/// and an intset ([Collection#blob]), which may be taken as a whole.
public sealed interface RdbValue {
    /// {@return what the value is, and how it was laid out}
    RdbType type();

    /// Reads over what is left of the value.
    void drain() throws IOException;

    /// A value that has elements.
    sealed interface Collection extends RdbValue {
        /// Steps to the next element; false behind the last.
        boolean next() throws IOException;

        /// Adds the current element: of a hash field and value, of a sorted set member and score (8 bytes, IEEE 754, little-endian),
        /// else the element alone. The arrays belong to the taker.
        void addTo(List<byte[]> elements);

        /// {@return the whole collection as one blob that passed every check and has no element twice; null when it did not come as
        /// one that can be taken as it is}
        default byte @Nullable [] blob() {
            return null;
        }
    }

    /// A string.
    // The array is handed over: nobody else keeps it.
    @SuppressWarnings("ArrayRecordComponent")
    record StringBytes(byte[] bytes) implements RdbValue {
        @Override
        public RdbType type() {
            return RdbType.STRING;
        }

        @Override
        public void drain() {}
    }

    /// The fields of a hash with their values.
    final class HashPairs implements Collection, HashValue.Pairs {
        private static final byte[] NO_BYTES = {};

        private final RdbType type;
        private final Elements elements;
        private final byte @Nullable [] listpack;
        private byte[] field = NO_BYTES;

        HashPairs(RdbType type, Elements elements, byte @Nullable [] listpack) {
            this.type = type;
            this.elements = elements;
            this.listpack = listpack;
        }

        @Override
        public RdbType type() {
            return type;
        }

        /// {@return how many pairs there are altogether}
        public long count() {
            return elements.count() / 2;
        }

        /// Steps to the next pair; false behind the last.
        @Override
        public boolean next() throws IOException {
            if (!elements.next()) {
                return false;
            }
            field = elements.element();
            return elements.next();
        }

        /// {@return the field of the current pair; the array belongs to the caller}
        @Override
        public byte[] field() {
            return field;
        }

        /// {@return the value of the current pair; the array belongs to the caller}
        @Override
        public byte[] value() {
            return elements.element();
        }

        @Override
        public void addTo(List<byte[]> elements) {
            elements.add(field);
            elements.add(value());
        }

        /// {@return all pairs as one listpack that passed every check, with no field twice; null when they did not come as
        /// one, or as one too long to look for doubles in}
        @Override
        public byte @Nullable [] blob() {
            return listpack;
        }

        @Override
        public void drain() throws IOException {
            elements.drain();
        }
    }

    /// The fields of a hash with their values, and with the times at which they expire, in any of the four forms that Redis 7.4 and its
    /// release candidates have written.
    ///
    /// ```
    /// table      i64 first time | count | time - first time + 1, 0 for none | field | value | time ...
    /// the older  count | time, 0 for none | field | value | time ...
    /// listpack   i64 first time | listpack of field, value, time, 0 for none
    /// the older  the listpack alone
    /// ```
    final class TimedHashPairs implements Collection {
        private static final byte[] NO_BYTES = {};

        private final RdbType type;
        private final RdbDecoder decoder;

        /// What times are relative to, so that 1 stands for it.
        private final long firstMs;

        /// Null for a table.
        private final @Nullable PackedElements packed;

        private final long count;
        private long left;
        private byte[] field = NO_BYTES;
        private byte[] value = NO_BYTES;
        private long timeMs;

        TimedHashPairs(RdbType type, RdbDecoder decoder) throws IOException {
            this.type = type;
            this.decoder = decoder;
            boolean stated = type == RdbType.HASH_METADATA || type == RdbType.HASH_LISTPACK_TIMED;
            long first = stated ? decoder.input().readLong() : 1;
            if (first < 0) {
                throw decoder.corrupt("a field that expired before 1970");
            }
            if (type == RdbType.HASH_METADATA || type == RdbType.HASH_METADATA_PRE_GA) {
                this.firstMs = first;
                this.packed = null;
                this.count = decoder.readCount("fields", 3);
            } else {
                // In a listpack times are absolute: what the first is, is only said in advance.
                this.firstMs = 1;
                this.packed = ListpackElements.of(decoder.readString(), decoder);
                if (packed.count() % 3 != 0) {
                    throw decoder.corrupt("elements where fields, values and times are expected");
                }
                this.count = packed.count() / 3;
                if (DuplicateFields.isWorthLooking(count) && hasDuplicates(packed)) {
                    throw decoder.corrupt("a hash with a field twice");
                }
            }
            this.left = count;
        }

        private static boolean hasDuplicates(PackedElements listpack) {
            Set<ByteBuffer> seen = new HashSet<>();
            int start = listpack.cursor;
            boolean twice = false;
            while (listpack.next()) {
                twice |= !seen.add(ByteBuffer.wrap(listpack.element()));
                listpack.next();
                listpack.next();
            }
            listpack.cursor = start;
            return twice;
        }

        @Override
        public RdbType type() {
            return type;
        }

        public long count() {
            return count;
        }

        @Override
        public boolean next() throws IOException {
            if (left == 0) {
                return false;
            }
            left--;
            if (packed == null) {
                setTime(decoder.readNumber());
                field = decoder.readString();
                value = decoder.readString();
            } else {
                packed.next();
                field = packed.element();
                packed.next();
                value = packed.element();
                packed.next();
                setTime(packed.isInteger() ? packed.integer() : -1);
            }
            return true;
        }

        private void setTime(long after) throws RdbFormatException {
            if (after < 0 || after > Long.MAX_VALUE - firstMs) {
                throw decoder.corrupt("a field that expires at no time that there is");
            }
            timeMs = after == 0 ? 0 : Math.max(1, firstMs + after - 1);
        }

        /// {@return the field of the current pair; the array belongs to the caller}
        public byte[] field() {
            return field;
        }

        /// {@return the value of the current pair; the array belongs to the caller}
        public byte[] value() {
            return value;
        }

        /// {@return when the field expires, Unix time in milliseconds, or 0}
        public long timeMs() {
            return timeMs;
        }

        /// Besides field and value the time, 8 bytes, little-endian.
        @Override
        public void addTo(List<byte[]> to) {
            to.add(field);
            to.add(value);
            to.add(
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(timeMs)
                            .array());
        }

        @Override
        public void drain() throws IOException {
            while (next()) {
                // Reading is checking.
            }
        }
    }

    /// The elements of a list, first to last. A file of an odd writer may have none.
    final class ListElements implements Collection {
        private final RdbType type;
        private final Elements elements;

        ListElements(RdbType type, Elements elements) {
            this.type = type;
            this.elements = elements;
        }

        @Override
        public RdbType type() {
            return type;
        }

        boolean isKnownEmpty() {
            return elements.count() == 0;
        }

        @Override
        public boolean next() throws IOException {
            return elements.next();
        }

        @Override
        public void addTo(List<byte[]> to) {
            to.add(element());
        }

        /// {@return the current element; the array belongs to the caller}
        public byte[] element() {
            return elements.element();
        }

        @Override
        public void drain() throws IOException {
            elements.drain();
        }
    }

    /// The members of a set.
    final class SetMembers implements Collection {
        private final RdbType type;
        private final Elements elements;

        private final byte @Nullable [] intset;

        SetMembers(RdbType type, Elements elements, byte @Nullable [] intset) {
            this.type = type;
            this.elements = elements;
            this.intset = intset;
        }

        @Override
        public RdbType type() {
            return type;
        }

        /// {@return how many members there are altogether}
        public long count() {
            return elements.count();
        }

        @Override
        public boolean next() throws IOException {
            return elements.next();
        }

        @Override
        public void addTo(List<byte[]> to) {
            to.add(member());
        }

        /// {@return the current member; the array belongs to the caller}
        public byte[] member() {
            return elements.element();
        }

        /// {@return all members as one intset; null when they did not come as one}
        @Override
        public byte @Nullable [] blob() {
            return intset;
        }

        @Override
        public void drain() throws IOException {
            elements.drain();
        }
    }

    /// The members of a sorted set with their scores, in the order of the file, which is any.
    final class ScoredMembers implements Collection, SortedSetValue.Elements {
        private static final byte[] NO_BYTES = {};

        private final RdbType type;
        private final Elements elements;
        private final RdbDecoder decoder;
        private byte[] member = NO_BYTES;
        private double score;

        ScoredMembers(RdbType type, Elements elements, RdbDecoder decoder) {
            this.type = type;
            this.elements = elements;
            this.decoder = decoder;
        }

        @Override
        public RdbType type() {
            return type;
        }

        /// {@return how many members there are altogether}
        @Override
        public long count() {
            return isPacked() ? elements.count() / 2 : elements.count();
        }

        @Override
        public void addTo(List<byte[]> to) {
            to.add(member);
            to.add(
                    ByteBuffer.allocate(Double.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putDouble(score)
                            .array());
        }

        @Override
        public boolean next() throws IOException {
            if (!elements.next()) {
                return false;
            }
            member = elements.element();
            score = readScore();
            if (Double.isNaN(score)) {
                throw decoder.corrupt("a score that is not a number");
            }
            return true;
        }

        /// {@return the current member; the array belongs to the caller}
        @Override
        public byte[] member() {
            return member;
        }

        /// {@return the score of the current member, never NaN}
        @Override
        public double score() {
            return score;
        }

        @Override
        public void drain() throws IOException {
            while (next()) {
                // Reading is checking.
            }
        }

        private boolean isPacked() {
            return type == RdbType.SORTED_SET_LISTPACK || type == RdbType.SORTED_SET_ZIPLIST;
        }

        private double readScore() throws IOException {
            if (isPacked()) {
                elements.next();
                return decoder.parseScore(elements.element());
            }
            return type == RdbType.SORTED_SET_2 ? decoder.readDouble() : decoder.readTextDouble();
        }
    }

    /// A stream, piece by piece.
    final class StreamParts implements RdbValue {
        private final StreamReader reader;

        StreamParts(StreamReader reader) {
            this.reader = reader;
        }

        @Override
        public RdbType type() {
            return reader.type();
        }

        /// {@return the next part, checked, or null behind the last}
        public @Nullable StreamPart next() throws IOException {
            return reader.next();
        }

        @Override
        public void drain() throws IOException {
            while (next() != null) {
                // Reading is checking.
            }
        }
    }

    /// A value that was checked and read over, because nothing here can hold it: that of a module.
    ///
    /// @param offset where its first byte behind the key was in the source
    /// @param bytes how many bytes it takes there
    record Opaque(RdbType type, long offset, long bytes) implements RdbValue {
        @Override
        public void drain() {}
    }
}
