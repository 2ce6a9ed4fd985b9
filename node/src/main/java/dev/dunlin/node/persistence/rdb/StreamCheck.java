// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/// Reads over a stream and holds it to the rules that Redis's own loader has.
final class StreamCheck {
    private static final int ID_BYTES = 16;

    private final RdbDecoder decoder;
    private final RdbType type;

    StreamCheck(RdbDecoder decoder, RdbType type) {
        this.decoder = decoder;
        this.type = type;
    }

    void run() throws IOException {
        long nodes = decoder.readCount("stream nodes", 2);
        Set<ByteBuffer> nodeIds = new HashSet<>();
        for (long i = 0; i < nodes; i++) {
            byte[] id = decoder.readString();
            if (id.length != ID_BYTES) {
                throw decoder.corrupt("stream: a node id of " + id.length + " bytes");
            }
            addOnce(nodeIds, id, "stream: a node twice");
            ListpackElements elements = ListpackElements.of(decoder.readString(), decoder);
            if (elements.count() == 0) {
                throw decoder.corrupt("stream: an empty node");
            }
        }
        long length = decoder.readNumber();
        if (length != 0 && nodes == 0) {
            throw decoder.corrupt("stream: entries without nodes");
        }
        readId();
        if (type != RdbType.STREAM) {
            readId();
            readId();
            decoder.readNumber();
        }
        long groups = decoder.readCount("consumer groups", 1);
        Set<ByteBuffer> names = new HashSet<>();
        for (long i = 0; i < groups; i++) {
            addOnce(names, decoder.readString(), "stream: a consumer group twice");
            readGroup();
        }
    }

    private void readGroup() throws IOException {
        readId();
        if (type != RdbType.STREAM) {
            decoder.readNumber();
        }
        long entries = decoder.readCount("pending entries", ID_BYTES);
        Set<ByteBuffer> pending = new HashSet<>();
        for (long i = 0; i < entries; i++) {
            addOnce(
                    pending,
                    decoder.input().readBytes(ID_BYTES),
                    "stream: a pending entry twice in its group");
            decoder.input().readLong();
            decoder.readNumber();
        }
        long consumers = decoder.readCount("consumers", 1);
        Set<ByteBuffer> names = new HashSet<>();
        for (long i = 0; i < consumers; i++) {
            addOnce(names, decoder.readString(), "stream: a consumer twice");
            readConsumer(pending);
        }
        if (!pending.isEmpty()) {
            throw decoder.corrupt("stream: a pending entry without a consumer");
        }
    }

    private void readConsumer(Set<ByteBuffer> pending) throws IOException {
        decoder.input().readLong();
        if (type == RdbType.STREAM_3) {
            decoder.input().readLong();
        }
        long entries = decoder.readCount("pending entries", ID_BYTES);
        for (long i = 0; i < entries; i++) {
            // Each belongs to one consumer: taking it out finds the second claim as well as the
            // unknown one.
            if (!pending.remove(ByteBuffer.wrap(decoder.input().readBytes(ID_BYTES)))) {
                throw decoder.corrupt(
                        "stream: a consumer's pending entry that its group does not have");
            }
        }
    }

    private void readId() throws IOException {
        decoder.readNumber();
        decoder.readNumber();
    }

    private void addOnce(Set<ByteBuffer> seen, byte[] name, String otherwise)
            throws RdbFormatException {
        if (!seen.add(ByteBuffer.wrap(name))) {
            throw decoder.corrupt(otherwise);
        }
    }
}
