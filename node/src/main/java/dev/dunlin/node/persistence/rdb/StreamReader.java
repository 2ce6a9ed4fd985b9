// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import dev.dunlin.node.value.StreamPart;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Reads a stream part by part, and holds it to the rules that Redis's own loader has; nodes are looked at entry by entry as well.
///
/// Thread: one reader.
final class StreamReader {
    private static final int ID_BYTES = 16;

    /// What a field that counts says when nothing is known.
    private static final long UNKNOWN = -1;

    private enum Phase {
        BEGIN,
        NODES,
        FACTS,
        GROUPS,
        PENDING,
        CONSUMERS,
        OWNED,
        END
    }

    private final RdbDecoder decoder;
    private final RdbType type;
    private Phase phase = Phase.BEGIN;
    private long nodesLeft;
    private long groupsLeft;
    private long pendingLeft;
    private long consumersLeft;
    private long ownedLeft;

    private boolean hasNode;
    private long lastNodeMs;
    private long lastNodeSeq;
    private long entries;

    private byte[] group = {};
    private byte[] consumer = {};
    private final Set<ByteBuffer> groups = new HashSet<>();
    private final Set<ByteBuffer> consumers = new HashSet<>();

    /// Pending deliveries of the group that no consumer has claimed yet.
    private final Set<ByteBuffer> unowned = new HashSet<>();

    StreamReader(RdbDecoder decoder, RdbType type) {
        this.decoder = decoder;
        this.type = type;
    }

    RdbType type() {
        return type;
    }

    /// {@return the next part, or null behind the last}
    @Nullable StreamPart next() throws IOException {
        StreamPart part = null;
        while (part == null && phase != Phase.END) {
            part = step();
        }
        return part;
    }

    /// {@return a part, or null when this step only led to another phase}
    private @Nullable StreamPart step() throws IOException {
        switch (phase) {
            case BEGIN -> {
                nodesLeft = decoder.readCount("stream nodes", 2);
                phase = Phase.NODES;
            }
            case NODES -> {
                if (nodesLeft > 0) {
                    nodesLeft--;
                    return node();
                }
                phase = Phase.FACTS;
            }
            case FACTS -> {
                StreamPart facts = facts();
                groupsLeft = decoder.readCount("consumer groups", 1);
                phase = Phase.GROUPS;
                return facts;
            }
            case GROUPS -> {
                if (groupsLeft > 0) {
                    groupsLeft--;
                    phase = Phase.PENDING;
                    return group();
                }
                phase = Phase.END;
            }
            case PENDING -> {
                if (pendingLeft > 0) {
                    return pending();
                }
                consumersLeft = decoder.readCount("consumers", 1);
                consumers.clear();
                phase = Phase.CONSUMERS;
            }
            case CONSUMERS -> {
                if (consumersLeft > 0) {
                    consumersLeft--;
                    phase = Phase.OWNED;
                    return consumer();
                }
                if (!unowned.isEmpty()) {
                    throw decoder.corrupt("stream: a pending entry without a consumer");
                }
                phase = Phase.GROUPS;
            }
            case OWNED -> {
                if (ownedLeft > 0) {
                    return owned();
                }
                phase = Phase.CONSUMERS;
            }
            case END -> {}
        }
        return null;
    }

    private StreamPart node() throws IOException {
        byte[] id = decoder.readString();
        if (id.length != ID_BYTES) {
            throw decoder.corrupt("stream: a node id of " + id.length + " bytes");
        }
        long ms = ms(id);
        long seq = seq(id);
        if (hasNode && lastNodeMs == ms && lastNodeSeq == seq) {
            throw decoder.corrupt("stream: a node twice");
        }
        if (hasNode && !isBefore(lastNodeMs, lastNodeSeq, ms, seq)) {
            throw decoder.corrupt("stream: a node that does not come behind the one before");
        }
        hasNode = true;
        lastNodeMs = ms;
        lastNodeSeq = seq;
        byte[] listpack = decoder.readString();
        entries += new StreamNodeCheck(decoder).liveEntries(listpack);
        return new StreamPart.Node(ms, seq, listpack);
    }

    private static boolean isBefore(long leftMs, long leftSeq, long ms, long seq) {
        int order = Long.compareUnsigned(leftMs, ms);
        return order < 0 || (order == 0 && Long.compareUnsigned(leftSeq, seq) < 0);
    }

    private StreamPart facts() throws IOException {
        long length = decoder.readNumber();
        if (length != 0 && !hasNode) {
            throw decoder.corrupt("stream: entries without nodes");
        }
        if (length != entries) {
            throw decoder.corrupt(
                    "stream: " + length + " entries stated, " + entries + " in its nodes");
        }
        long lastMs = decoder.readNumber();
        long lastSeq = decoder.readNumber();
        if (type == RdbType.STREAM) {
            return new StreamPart.Facts(length, lastMs, lastSeq, false, 0, 0, 0, 0, length);
        }
        return new StreamPart.Facts(
                length,
                lastMs,
                lastSeq,
                true,
                decoder.readNumber(),
                decoder.readNumber(),
                decoder.readNumber(),
                decoder.readNumber(),
                decoder.readNumber());
    }

    private StreamPart group() throws IOException {
        group = decoder.readString();
        addOnce(groups, group, "stream: a consumer group twice");
        long lastMs = decoder.readNumber();
        long lastSeq = decoder.readNumber();
        boolean complete = type != RdbType.STREAM;
        long entriesRead = complete ? decoder.readNumber() : UNKNOWN;
        pendingLeft = decoder.readCount("pending entries", ID_BYTES);
        unowned.clear();
        return new StreamPart.Group(group, lastMs, lastSeq, complete, entriesRead);
    }

    private StreamPart pending() throws IOException {
        int count = (int) Math.min(StreamPart.IDS_MAX, pendingLeft);
        pendingLeft -= count;
        long[] ids = new long[2 * count];
        long[] deliveredMs = new long[count];
        long[] deliveries = new long[count];
        for (int i = 0; i < count; i++) {
            byte[] id = decoder.input().readBytes(ID_BYTES);
            addOnce(unowned, id, "stream: a pending entry twice in its group");
            ids[2 * i] = ms(id);
            ids[2 * i + 1] = seq(id);
            deliveredMs[i] = decoder.input().readLong();
            deliveries[i] = decoder.readNumber();
        }
        return new StreamPart.Pending(group, ids, deliveredMs, deliveries);
    }

    private StreamPart consumer() throws IOException {
        consumer = decoder.readString();
        addOnce(consumers, consumer, "stream: a consumer twice");
        long seenMs = decoder.input().readLong();
        long activeMs = type == RdbType.STREAM_3 ? decoder.input().readLong() : seenMs;
        ownedLeft = decoder.readCount("pending entries", ID_BYTES);
        return new StreamPart.Consumer(group, consumer, seenMs, activeMs);
    }

    private StreamPart owned() throws IOException {
        int count = (int) Math.min(StreamPart.IDS_MAX, ownedLeft);
        ownedLeft -= count;
        long[] ids = new long[2 * count];
        for (int i = 0; i < count; i++) {
            byte[] id = decoder.input().readBytes(ID_BYTES);
            // Each belongs to one consumer: taking it out finds the second claim as well as the
            // unknown one.
            if (!unowned.remove(ByteBuffer.wrap(id))) {
                throw decoder.corrupt(
                        "stream: a consumer's pending entry that its group does not have");
            }
            ids[2 * i] = ms(id);
            ids[2 * i + 1] = seq(id);
        }
        return new StreamPart.Owned(group, consumer, ids);
    }

    private static long ms(byte[] id) {
        return ByteBuffer.wrap(id).getLong();
    }

    private static long seq(byte[] id) {
        return ByteBuffer.wrap(id).getLong(Long.BYTES);
    }

    private void addOnce(Set<ByteBuffer> seen, byte[] name, String otherwise)
            throws RdbFormatException {
        if (!seen.add(ByteBuffer.wrap(Arrays.copyOf(name, name.length)))) {
            throw decoder.corrupt(otherwise);
        }
    }
}
