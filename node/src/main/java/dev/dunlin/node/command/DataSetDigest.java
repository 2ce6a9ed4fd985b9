// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.DoubleText;
import dev.dunlin.node.value.HashValue;
import dev.dunlin.node.value.ListValue;
import dev.dunlin.node.value.StreamCursor;
import dev.dunlin.node.value.StreamId;
import dev.dunlin.node.value.StreamValue;
import dev.dunlin.node.value.Values;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A fingerprint of data that does not depend on the order in which it is kept, so that two servers can be compared: DEBUG DIGEST.
///
/// What has an order is hashed in that order; what has none is combined with exclusive or. Redis defines it, so both give the same
/// fingerprint for the same data.
///
/// Thread: owned by the node's loop; one object per question.
final class DataSetDigest {
    private static final int BYTES = 20;
    private static final int TYPE_STRING = 0;
    private static final int TYPE_SET = 2;
    private static final int TYPE_LIST = 1;
    private static final int TYPE_SORTED_SET = 3;
    private static final int TYPE_HASH = 4;
    private static final int TYPE_STREAM = 6;
    private static final byte[] EXPIRES = "!!expire!!".getBytes(US_ASCII);
    private static final byte[] FIELD_EXPIRES = "!!hexpire!!".getBytes(US_ASCII);

    private final Keyspace keyspace;
    private final Values values;
    private final MessageDigest sha1;

    DataSetDigest(Keyspace keyspace, Values values) {
        this.keyspace = keyspace;
        this.values = values;
        try {
            this.sha1 = MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /// {@return the fingerprint of all keys of all databases, in hexadecimal}
    String all() {
        byte[] all = new byte[BYTES];
        for (int i = 0; i < keyspace.databases(); i++) {
            Database database = keyspace.database(i);
            if (database.size() > 0) {
                mix(all, number(i));
                database.forEach(ref -> xor(all, ofKey(ref)));
            }
        }
        return HexFormat.of().formatHex(all);
    }

    private byte[] ofKey(int ref) {
        long entry = keyspace.allocator().address(ref);
        byte[] digest = new byte[BYTES];
        mix(digest, CommandContext.copy(Entry.key(entry), Entry.keyBytes(entry)));
        addValue(digest, ref);
        return digest;
    }

    /// {@return the fingerprint of one value and its being to expire, in hexadecimal}
    String ofValue(int ref) {
        byte[] digest = new byte[BYTES];
        if (ref != CommandContext.MISSING) {
            addValue(digest, ref);
        }
        return HexFormat.of().formatHex(digest);
    }

    private void addValue(byte[] digest, int ref) {
        long entry = keyspace.allocator().address(ref);
        if (ValueKind.isString(Entry.kind(entry))) {
            mix(digest, number(TYPE_STRING));
            mix(digest, CommandContext.copy(Entry.value(entry), Entry.valueBytes(entry)));
        } else if (ValueKind.isHash(Entry.kind(entry))) {
            mix(digest, number(TYPE_HASH));
            values.hashes()
                    .open(ref)
                    .forEach(entryPair -> {
                        byte[] pair = new byte[BYTES];
                        mix(
                                pair,
                                CommandContext.copy(
                                        entryPair.fieldAddress(), entryPair.fieldBytes()));
                        mix(
                                pair,
                                CommandContext.copy(
                                        entryPair.valueAddress(), entryPair.valueBytes()));
                        if (entryPair.timeMs() != HashValue.NO_TIME) {
                            xor(pair, FIELD_EXPIRES);
                        }
                        xor(digest, pair);
                    });
        } else if (ValueKind.isSet(Entry.kind(entry))) {
            mix(digest, number(TYPE_SET));
            values.sets()
                    .open(ref)
                    .forEach(member ->
                            xor(digest, CommandContext.copy(member.address(), member.bytes())));
        } else if (ValueKind.isList(Entry.kind(entry))) {
            mix(digest, number(TYPE_LIST));
            ListValue list = values.lists().open(ref);
            for (boolean there = list.seek(0); there; there = list.next()) {
                list.show();
                mix(digest, CommandContext.copy(list.elementAddress(), list.elementBytes()));
            }
        } else if (ValueKind.isSortedSet(Entry.kind(entry))) {
            mix(digest, number(TYPE_SORTED_SET));
            values.sortedSets()
                    .open(ref)
                    .forEach(element -> {
                        byte[] pair = new byte[BYTES];
                        mix(
                                pair,
                                CommandContext.copy(
                                        element.memberAddress(), element.memberBytes()));
                        mix(pair, DoubleText.of(element.score()));
                        xor(digest, pair);
                    });
        } else if (ValueKind.isStream(Entry.kind(entry))) {
            mix(digest, number(TYPE_STREAM));
            addEntries(digest, values.streams().open(ref));
        } else {
            throw new IllegalStateException("kind " + Entry.kind(entry));
        }
        if (Entry.expires(entry)) {
            xor(digest, EXPIRES);
        }
    }

    private void addEntries(byte[] digest, StreamValue stream) {
        StreamCursor entries =
                stream.cursor()
                        .forward(
                                stream.address(), new StreamId().setMin(), new StreamId().setMax());
        while (entries.next()) {
            String id =
                    Long.toUnsignedString(entries.ms())
                            + "."
                            + Long.toUnsignedString(entries.seq());
            mix(digest, id.getBytes(US_ASCII));
            for (long i = entries.fieldCount(); i > 0; i--) {
                entries.nextField();
                mix(digest, CommandContext.copy(entries.fieldAddress(), entries.fieldBytes()));
                mix(digest, CommandContext.copy(entries.valueAddress(), entries.valueBytes()));
            }
        }
    }

    /// Combines with the hash of `bytes`; the order of calls does not matter.
    private void xor(byte[] digest, byte[] bytes) {
        byte[] hash = sha1.digest(bytes);
        for (int i = 0; i < BYTES; i++) {
            digest[i] ^= hash[i];
        }
    }

    /// As [#xor], but the order of calls matters.
    private void mix(byte[] digest, byte[] bytes) {
        xor(digest, bytes);
        System.arraycopy(sha1.digest(digest), 0, digest, 0, BYTES);
    }

    private static byte[] number(int value) {
        return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
    }
}
