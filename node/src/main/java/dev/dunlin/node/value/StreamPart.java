// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

/// A piece of a stream on its way from a file or another node, in the order in which they come: nodes, then facts, then each group with its
/// pending deliveries, its consumers, and which of the deliveries are whose.
///
/// Each stands for itself, and none is large. The arrays are handed over: whoever takes a part owns them.
@SuppressWarnings("ArrayRecordComponent") // See the interface.
public sealed interface StreamPart {
    /// Pending deliveries or ids in one part, at most.
    int IDS_MAX = 256;

    /// {@return about how many bytes of heap it takes}
    long bytes();

    /// Entries, checked.
    ///
    /// @param ms of the node's id, which is above those of the nodes before
    record Node(long ms, long seq, byte[] listpack) implements StreamPart {
        @Override
        public long bytes() {
            return listpack.length;
        }
    }

    /// What the stream says of itself.
    ///
    /// @param complete false when the file is too old to know more than length and last id
    record Facts(
            long length,
            long lastMs,
            long lastSeq,
            boolean complete,
            long firstMs,
            long firstSeq,
            long maxDeletedMs,
            long maxDeletedSeq,
            long entriesAdded)
            implements StreamPart {
        @Override
        public long bytes() {
            return 0;
        }
    }

    /// A consumer group.
    ///
    /// @param complete false when the file is too old to know `entriesRead`
    record Group(byte[] name, long lastMs, long lastSeq, boolean complete, long entriesRead)
            implements StreamPart {
        @Override
        public long bytes() {
            return name.length;
        }
    }

    /// Pending deliveries of a group.
    ///
    /// @param ids two longs each, in their order
    record Pending(byte[] group, long[] ids, long[] deliveredMs, long[] deliveries)
            implements StreamPart {
        @Override
        public long bytes() {
            return group.length + 32L * deliveredMs.length;
        }
    }

    /// A consumer.
    record Consumer(byte[] group, byte[] name, long seenMs, long activeMs) implements StreamPart {
        @Override
        public long bytes() {
            return (long) group.length + name.length;
        }
    }

    /// Which of the group's pending deliveries are a consumer's.
    ///
    /// @param ids two longs each
    record Owned(byte[] group, byte[] consumer, long[] ids) implements StreamPart {
        @Override
        public long bytes() {
            return (long) group.length + consumer.length + 8L * ids.length;
        }
    }
}
