// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.StreamLayout;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.NodeChain;
import dev.dunlin.node.persistence.rdb.RdbEncoder;
import dev.dunlin.node.value.StreamGroups;
import dev.dunlin.node.value.StreamId;
import dev.dunlin.node.value.StreamNode;
import io.netty.buffer.ByteBuf;

/// Turns streams into their form in an RDB file: the nodes as they are, and all the rest.
///
/// Thread: owned by the node's loop.
final class StreamWriter {
    private final NodeChain chains;
    private final StreamGroups groups;
    private final StreamId id = new StreamId();

    StreamWriter(Keyspace keyspace) {
        this.chains = keyspace.chains();
        this.groups = new StreamGroups(keyspace);
    }

    /// Writes one node.
    void node(RdbEncoder values, ByteBuf out, int node) {
        long content = chains.content(node);
        values.string(out, content, StreamNode.ID_BYTES);
        values.string(out, StreamNode.listpack(content), chains.bytes(node) - StreamNode.ID_BYTES);
    }

    /// Writes what comes behind the nodes.
    ///
    /// @param stream the entry's value
    void tail(RdbEncoder values, ByteBuf out, long stream) {
        values.length(out, Memory.getLong(stream + StreamLayout.LENGTH));
        id(values, out, stream + StreamLayout.LAST_ID);
        id(values, out, stream + StreamLayout.FIRST_ID);
        id(values, out, stream + StreamLayout.MAX_DELETED_ID);
        values.length(out, Memory.getLong(stream + StreamLayout.ENTRIES_ADDED));
        groups.of(stream);
        int[] all = groups.sorted();
        values.length(out, all.length);
        for (int group : all) {
            group(values, out, group);
        }
    }

    private static void id(RdbEncoder values, ByteBuf out, long at) {
        values.length(out, Memory.getLong(at));
        values.length(out, Memory.getLong(at + StreamLayout.SEQUENCE));
    }

    private void group(RdbEncoder values, ByteBuf out, int group) {
        values.string(out, groups.nameAddress(group), groups.nameBytes(group));
        groups.lastId(group, id);
        values.length(out, id.ms());
        values.length(out, id.seq());
        values.length(out, groups.entriesRead(group));
        values.length(out, groups.groupPending(group));
        for (long at = groups.seekGroup(group, 0, 0);
                at != StreamGroups.NONE;
                at = groups.next(at)) {
            int delivery = groups.delivery(at);
            out.writeLong(groups.ms(at));
            out.writeLong(groups.seq(at));
            out.writeLongLE(groups.deliveredMs(delivery));
            values.length(out, groups.deliveries(delivery));
        }
        int[] consumers = groups.sortedConsumers(group);
        values.length(out, consumers.length);
        for (int consumer : consumers) {
            values.string(out, groups.nameAddress(consumer), groups.nameBytes(consumer));
            out.writeLongLE(groups.seenMs(consumer));
            values.length(out, groups.consumerPending(consumer));
            for (long at = groups.seekConsumer(consumer, 0, 0);
                    at != StreamGroups.NONE;
                    at = groups.next(at)) {
                out.writeLong(groups.ms(at));
                out.writeLong(groups.seq(at));
            }
        }
    }
}
