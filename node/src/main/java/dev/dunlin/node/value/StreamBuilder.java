// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Memory;

/// Puts streams together from their parts, which were checked before.
///
/// Thread: owned by the node's loop.
public final class StreamBuilder {
    private final Allocator allocator;
    private final StreamId id = new StreamId();

    StreamBuilder(Keyspace keyspace) {
        this.allocator = keyspace.allocator();
    }

    /// Adds the next part to a stream that is open to be changed.
    public void add(StreamValue stream, StreamPart part) {
        StreamGroups groups = stream.groups();
        switch (part) {
            case StreamPart.Node(long ms, long seq, byte[] listpack) ->
                    stream.appendNode(ms, seq, listpack);
            case StreamPart.Facts facts -> setFacts(stream, facts);
            case StreamPart.Group(
                            byte[] name,
                            long lastMs,
                            long lastSeq,
                            boolean complete,
                            long entriesRead) ->
                    withName(
                            name,
                            (address, bytes) ->
                                    groups.create(
                                            address,
                                            bytes,
                                            id.set(lastMs, lastSeq),
                                            complete
                                                    ? entriesRead
                                                    : stream.entriesUpTo(lastMs, lastSeq)));
            case StreamPart.Pending pending -> {
                int group = find(groups, pending.group());
                for (int i = 0; i < pending.deliveredMs().length; i++) {
                    groups.deliver(
                            group,
                            StreamGroups.MISSING,
                            pending.ids()[2 * i],
                            pending.ids()[2 * i + 1],
                            pending.deliveredMs()[i],
                            pending.deliveries()[i]);
                }
            }
            case StreamPart.Consumer(byte[] ofGroup, byte[] name, long seenMs, long activeMs) -> {
                int group = find(groups, ofGroup);
                withName(
                        name,
                        (address, bytes) ->
                                groups.createConsumer(group, address, bytes, seenMs, activeMs));
            }
            case StreamPart.Owned(byte[] ofGroup, byte[] name, long[] ids) -> {
                int group = find(groups, ofGroup);
                int consumer =
                        withName(
                                name,
                                (address, bytes) -> groups.findConsumer(group, address, bytes));
                for (int i = 0; i < ids.length; i += 2) {
                    int delivery = groups.findDelivery(group, ids[i], ids[i + 1]);
                    groups.assign(delivery, ids[i], ids[i + 1], consumer);
                }
            }
        }
    }

    private void setFacts(StreamValue stream, StreamPart.Facts facts) {
        stream.length(facts.length());
        stream.setLastId(id.set(facts.lastMs(), facts.lastSeq()));
        if (facts.complete()) {
            stream.setFirstId(id.set(facts.firstMs(), facts.firstSeq()));
            stream.setMaxDeletedId(id.set(facts.maxDeletedMs(), facts.maxDeletedSeq()));
            stream.entriesAdded(facts.entriesAdded());
        } else {
            stream.findFirstId();
            stream.entriesAdded(facts.length());
        }
    }

    private int find(StreamGroups groups, byte[] group) {
        return withName(group, groups::find);
    }

    private interface NameUse {
        int use(long address, int bytes);
    }

    private int withName(byte[] name, NameUse use) {
        int scratch = allocator.allocate(Math.max(1, name.length));
        try {
            Memory.copyIn(name, 0, allocator.address(scratch), name.length);
            return use.use(allocator.address(scratch), name.length);
        } finally {
            allocator.free(scratch);
        }
    }
}
