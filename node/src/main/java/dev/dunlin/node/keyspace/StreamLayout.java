// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Memory;

/// Where the parts of a stream are.
///
/// ```
/// stream     0                     12      16       20       28        44         60              76
/// (an        | chain of nodes      | index | groups | length | last id | first id | max deleted id | entries added |
///  entry's
///  value)      the nodes in order    IdTree   table, 0 when there never was one
///                                    id -> node
///
/// group      0         16             24        28                        an entry of the table of groups; its key is the name
///            | last id | entries read | pending | consumers |
///                                       IdTree    table
///                                       id -> delivery
///
/// consumer   0           8             16                                 an entry of the table of consumers; its key is the name
///            | seen time | active time | pending |
///
/// delivery   0               8                16
///            | delivery time | delivery count | consumer |                in two trees: its group's and its consumer's
/// ```
///
/// Ids are two longs, milliseconds and sequence. Groups and consumers never change their size, so they never move.
///
/// Thread: stateless; streams belong to the node's loop.
public final class StreamLayout {
    public static final int STREAM_BYTES = 84;
    public static final int GROUP_BYTES = 32;
    public static final int CONSUMER_BYTES = 20;
    public static final int DELIVERY_BYTES = 20;

    // Of a stream
    public static final int INDEX = 12;
    public static final int GROUPS = 16;
    public static final int LENGTH = 20;
    public static final int LAST_ID = 28;
    public static final int FIRST_ID = 44;
    public static final int MAX_DELETED_ID = 60;
    public static final int ENTRIES_ADDED = 76;

    // Of a group
    public static final int GROUP_LAST_ID = 0;
    public static final int ENTRIES_READ = 16;
    public static final int GROUP_PENDING = 24;
    public static final int CONSUMERS = 28;

    // Of a consumer
    public static final int SEEN_TIME = 0;
    public static final int ACTIVE_TIME = 8;
    public static final int CONSUMER_PENDING = 16;

    // Of a delivery
    public static final int DELIVERY_TIME = 0;
    public static final int DELIVERY_COUNT = 8;
    public static final int DELIVERY_CONSUMER = 16;

    /// Bytes of the second half of an id behind the first.
    public static final int SEQUENCE = 8;

    private StreamLayout() {}

    /// {@return the upper half of the id that a node's content begins with}
    static long nodeMs(long content) {
        return Long.reverseBytes(Memory.getLong(content));
    }

    static long nodeSeq(long content) {
        return Long.reverseBytes(Memory.getLong(content + SEQUENCE));
    }

    /// {@return the tree of nodes of the stream whose value is at `stream`}
    public static int index(long stream) {
        return Memory.getInt(stream + INDEX);
    }

    /// {@return the table of groups, or [dev.dunlin.node.offheap.Allocator#NULL]}
    public static int groups(long stream) {
        return Memory.getInt(stream + GROUPS);
    }
}
