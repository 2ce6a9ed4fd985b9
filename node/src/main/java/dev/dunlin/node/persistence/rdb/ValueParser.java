// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.io.IOException;

/// Starts a value of any type: checks what can be checked at once, and leaves the rest to the cursor.
final class ValueParser {
    private final RdbDecoder decoder;

    ValueParser(RdbDecoder decoder) {
        this.decoder = decoder;
    }

    /// {@return the value of this type that comes next}
    RdbValue parse(RdbType type) throws IOException {
        return switch (type) {
            case STRING -> new RdbValue.StringBytes(decoder.readString());
            case HASH -> new RdbValue.HashPairs(type, strings(2), null);
            case HASH_ZIPMAP -> packedHash(type, ZipmapElements.of(decoder.readString(), decoder));
            case HASH_ZIPLIST ->
                    packedHash(type, ZiplistElements.of(decoder.readString(), decoder));
            case HASH_LISTPACK ->
                    packedHash(type, ListpackElements.of(decoder.readString(), decoder));
            case LIST -> new RdbValue.ListElements(type, strings(1));
            case LIST_ZIPLIST ->
                    new RdbValue.ListElements(
                            type, ZiplistElements.of(decoder.readString(), decoder));
            case LIST_QUICKLIST ->
                    new RdbValue.ListElements(
                            type,
                            new QuicklistElements(
                                    decoder, decoder.readCount("list nodes", 1), false));
            case LIST_QUICKLIST_2 ->
                    new RdbValue.ListElements(
                            type,
                            new QuicklistElements(
                                    decoder, decoder.readCount("list nodes", 2), true));
            case SET -> new RdbValue.SetMembers(type, strings(1), null);
            case SET_INTSET -> {
                byte[] blob = decoder.readString();
                yield new RdbValue.SetMembers(type, IntsetElements.of(blob, decoder), blob);
            }
            case SET_LISTPACK ->
                    new RdbValue.SetMembers(
                            type, ListpackElements.of(decoder.readString(), decoder), null);
            case SORTED_SET ->
                    new RdbValue.ScoredMembers(
                            type,
                            new StringElements(decoder, decoder.readCount("members", 2)),
                            decoder);
            case SORTED_SET_2 ->
                    new RdbValue.ScoredMembers(
                            type,
                            new StringElements(decoder, decoder.readCount("members", 9)),
                            decoder);
            case SORTED_SET_ZIPLIST ->
                    new RdbValue.ScoredMembers(
                            type,
                            pairs(ZiplistElements.of(decoder.readString(), decoder)),
                            decoder);
            case SORTED_SET_LISTPACK ->
                    new RdbValue.ScoredMembers(
                            type,
                            pairs(ListpackElements.of(decoder.readString(), decoder)),
                            decoder);
            case HASH_METADATA,
                    HASH_METADATA_PRE_GA,
                    HASH_LISTPACK_TIMED,
                    HASH_LISTPACK_TIMED_PRE_GA ->
                    new RdbValue.TimedHashPairs(type, decoder);
            case STREAM, STREAM_2, STREAM_3 ->
                    new RdbValue.StreamParts(new StreamReader(decoder, type));
            case MODULE -> opaque(type);
        };
    }

    /// {@return whether the value is known to be a collection without elements, which no key can have}
    static boolean isEmpty(RdbValue value) {
        return switch (value) {
            case RdbValue.HashPairs hash -> hash.count() == 0;
            case RdbValue.TimedHashPairs hash -> hash.count() == 0;
            case RdbValue.ListElements list -> list.isKnownEmpty();
            case RdbValue.SetMembers set -> set.count() == 0;
            case RdbValue.ScoredMembers sortedSet -> sortedSet.count() == 0;
            case RdbValue.StringBytes _, RdbValue.StreamParts _, RdbValue.Opaque _ -> false;
        };
    }

    /// Strings in groups, `group` to each counted thing.
    private StringElements strings(int group) throws IOException {
        return new StringElements(decoder, group * decoder.readCount("elements", group));
    }

    private RdbValue packedHash(RdbType type, PackedElements elements) throws IOException {
        PackedElements pairs = pairs(elements);
        boolean checked = DuplicateFields.isWorthLooking(pairs.count());
        if (checked && DuplicateFields.any(pairs)) {
            throw decoder.corrupt("a hash with a field twice");
        }
        boolean adoptable = checked && type == RdbType.HASH_LISTPACK;
        return new RdbValue.HashPairs(type, pairs, adoptable ? pairs.blob() : null);
    }

    private PackedElements pairs(PackedElements elements) throws RdbFormatException {
        if (elements.count() % 2 != 0) {
            throw decoder.corrupt("an odd number of elements where pairs are expected");
        }
        return elements;
    }

    private RdbValue opaque(RdbType type) throws IOException {
        long offset = decoder.input().offset();
        ModuleData.skipValue(decoder);
        return new RdbValue.Opaque(type, offset, decoder.input().offset() - offset);
    }
}
