// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.IdTree;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.StreamLayout;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.OrderedTree.Tie;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The consumer groups of the stream that is open, their consumers, and what was delivered and not acknowledged yet.
///
/// Groups, consumers and deliveries are named by references, which stay the same as long as they are there. Groups and consumers are shown in
/// the order of their names, pending deliveries in that of their ids.
///
/// Thread: owned by the node's loop.
public final class StreamGroups {
    /// How many entries a group has read when that cannot be known.
    public static final long UNKNOWN = -1;

    /// How many entries a group has still to read when that cannot be known; below zero it may be for other reasons.
    public static final long UNKNOWN_LAG = Long.MIN_VALUE;

    /// When a consumer was active that never was.
    public static final long NEVER = -1;

    /// The position of no delivery.
    public static final long NONE = IdTree.NONE;

    /// What is not there.
    public static final int MISSING = Allocator.NULL;

    private static final int[] NOTHING = {};

    private final Keyspace keyspace;
    private final Allocator allocator;
    private final HashIndex tables;
    private final IdTree trees;

    /// Whose groups these are, null for one who only reads.
    private final @Nullable StreamValue owner;

    /// The value of the stream, for one who only reads.
    private long readStream;

    /// Groups to look at only; [#of] says of which stream.
    public StreamGroups(Keyspace keyspace) {
        this(keyspace, null);
    }

    StreamGroups(Keyspace keyspace, @Nullable StreamValue owner) {
        this.keyspace = keyspace;
        this.allocator = keyspace.allocator();
        this.tables = keyspace.index();
        this.trees = keyspace.idTrees();
        this.owner = owner;
    }

    /// Looks at the groups of another stream.
    public StreamGroups of(long stream) {
        readStream = stream;
        return this;
    }

    private long stream() {
        return owner == null ? readStream : owner.address();
    }

    private StreamValue owner() {
        return Objects.requireNonNull(owner);
    }

    private void beforeChange() {
        owner().beforeChange();
    }

    // Groups

    /// {@return how many groups there are}
    public int count() {
        int table = StreamLayout.groups(stream());
        return table == Allocator.NULL ? 0 : tables.size(table);
    }

    /// {@return the group of this name, or [#MISSING]}
    public int find(long name, int bytes) {
        int table = StreamLayout.groups(stream());
        return table == Allocator.NULL
                ? MISSING
                : tables.find(table, name, bytes, tables.hash(name, bytes));
    }

    /// Adds a group whose name is not there.
    ///
    /// @param entriesRead or [#UNKNOWN]
    public int create(long name, int bytes, StreamId lastId, long entriesRead) {
        beforeChange();
        return create(stream(), name, bytes, lastId.ms(), lastId.seq(), entriesRead);
    }

    private int create(
            long ofStream, long name, int bytes, long lastMs, long lastSeq, long entriesRead) {
        int table = StreamLayout.groups(ofStream);
        if (table == Allocator.NULL) {
            table = tables.create();
            Memory.putInt(ofStream + StreamLayout.GROUPS, table);
        }
        int group = named(name, bytes, StreamLayout.GROUP_BYTES);
        long value = value(group);
        Memory.putLong(value + StreamLayout.GROUP_LAST_ID, lastMs);
        Memory.putLong(value + StreamLayout.GROUP_LAST_ID + StreamLayout.SEQUENCE, lastSeq);
        Memory.putLong(value + StreamLayout.ENTRIES_READ, entriesRead);
        Memory.putInt(value + StreamLayout.GROUP_PENDING, trees.create());
        Memory.putInt(value + StreamLayout.CONSUMERS, tables.create());
        tables.insert(table, group, tables.hash(nameAddress(group), bytes));
        return group;
    }

    private int named(long name, int bytes, int valueBytes) {
        int ref = allocator.allocate(Entry.bytes(bytes, valueBytes, false));
        long entry = allocator.address(ref);
        Entry.initialize(entry, 0, bytes, valueBytes, false, 0);
        Memory.copy(name, Entry.key(entry), bytes);
        return ref;
    }

    /// Removes a group with all that belongs to it, which is freed in slices.
    public void remove(int group) {
        beforeChange();
        tables.remove(
                StreamLayout.groups(stream()),
                group,
                tables.hash(nameAddress(group), nameBytes(group)));
        keyspace.disposeGroup(group);
    }

    /// {@return all groups in the order of their names}
    public int[] sorted() {
        return sorted(StreamLayout.groups(stream()));
    }

    private int[] sorted(int table) {
        if (table == Allocator.NULL || tables.size(table) == 0) {
            return NOTHING;
        }
        Integer[] refs = new Integer[tables.size(table)];
        int[] count = {0};
        tables.forEach(table, ref -> refs[count[0]++] = ref);
        Arrays.sort(refs, this::compareNames);
        return Arrays.stream(refs).mapToInt(Integer::intValue).toArray();
    }

    private int compareNames(int left, int right) {
        int shorter = Math.min(nameBytes(left), nameBytes(right));
        for (int i = 0; i < shorter; i++) {
            int order =
                    (Memory.getByte(nameAddress(left) + i) & 0xff)
                            - (Memory.getByte(nameAddress(right) + i) & 0xff);
            if (order != 0) {
                return order;
            }
        }
        return nameBytes(left) - nameBytes(right);
    }

    /// {@return where the name of a group or consumer is}
    public long nameAddress(int ref) {
        return Entry.key(allocator.address(ref));
    }

    public int nameBytes(int ref) {
        return Entry.keyBytes(allocator.address(ref));
    }

    private long value(int ref) {
        return Entry.value(allocator.address(ref));
    }

    public StreamId lastId(int group, StreamId target) {
        long at = value(group) + StreamLayout.GROUP_LAST_ID;
        return target.set(Memory.getLong(at), Memory.getLong(at + StreamLayout.SEQUENCE));
    }

    public void setLastId(int group, StreamId id) {
        beforeChange();
        long at = value(group) + StreamLayout.GROUP_LAST_ID;
        Memory.putLong(at, id.ms());
        Memory.putLong(at + StreamLayout.SEQUENCE, id.seq());
    }

    /// {@return how many entries the group has read, or [#UNKNOWN]}
    public long entriesRead(int group) {
        return Memory.getLong(value(group) + StreamLayout.ENTRIES_READ);
    }

    public void entriesRead(int group, long entries) {
        beforeChange();
        Memory.putLong(value(group) + StreamLayout.ENTRIES_READ, entries);
    }

    /// {@return how many entries the group still has to read, or [#UNKNOWN_LAG]}
    public long lag(int group) {
        long added = owner().entriesAdded();
        if (added == 0) {
            return 0;
        }
        long at = value(group) + StreamLayout.GROUP_LAST_ID;
        long ms = Memory.getLong(at);
        long seq = Memory.getLong(at + StreamLayout.SEQUENCE);
        long read = entriesRead(group);
        if (read == UNKNOWN || owner().mayHaveDeletedFrom(ms, seq)) {
            read = owner().entriesUpTo(ms, seq);
        }
        return read == UNKNOWN ? UNKNOWN_LAG : added - read;
    }

    // Consumers

    public int consumerCount(int group) {
        return tables.size(consumers(group));
    }

    private int consumers(int group) {
        return Memory.getInt(value(group) + StreamLayout.CONSUMERS);
    }

    /// {@return the consumer of this name, or [#MISSING]}
    public int findConsumer(int group, long name, int bytes) {
        return tables.find(consumers(group), name, bytes, tables.hash(name, bytes));
    }

    /// Adds a consumer whose name is not there.
    public int createConsumer(int group, long name, int bytes, long seenMs, long activeMs) {
        beforeChange();
        int consumer = named(name, bytes, StreamLayout.CONSUMER_BYTES);
        long value = value(consumer);
        Memory.putLong(value + StreamLayout.SEEN_TIME, seenMs);
        Memory.putLong(value + StreamLayout.ACTIVE_TIME, activeMs);
        Memory.putInt(value + StreamLayout.CONSUMER_PENDING, trees.create());
        tables.insert(consumers(group), consumer, tables.hash(nameAddress(consumer), bytes));
        return consumer;
    }

    /// Removes a consumer, and what was delivered to it from the group's pending deliveries.
    public void removeConsumer(int group, int consumer) {
        beforeChange();
        int pending = pendingOf(consumer);
        int ofGroup = pendingOfGroup(group);
        for (long at = trees.first(pending); at != NONE; at = trees.next(at)) {
            trees.remove(ofGroup, trees.high(at), trees.low(at));
        }
        while (!trees.drain(pending, Integer.MAX_VALUE, allocator::free)) {
            // Each delivery goes with its place in the tree.
        }
        trees.destroy(pending);
        tables.remove(
                consumers(group),
                consumer,
                tables.hash(nameAddress(consumer), nameBytes(consumer)));
        allocator.free(consumer);
    }

    /// {@return all consumers of a group in the order of their names}
    public int[] sortedConsumers(int group) {
        return sorted(consumers(group));
    }

    /// {@return when the consumer last tried to do something, Unix time in milliseconds}
    public long seenMs(int consumer) {
        return Memory.getLong(value(consumer) + StreamLayout.SEEN_TIME);
    }

    public void seenMs(int consumer, long ms) {
        beforeChange();
        Memory.putLong(value(consumer) + StreamLayout.SEEN_TIME, ms);
    }

    /// {@return when the consumer last got something, or [#NEVER]}
    public long activeMs(int consumer) {
        return Memory.getLong(value(consumer) + StreamLayout.ACTIVE_TIME);
    }

    public void activeMs(int consumer, long ms) {
        beforeChange();
        Memory.putLong(value(consumer) + StreamLayout.ACTIVE_TIME, ms);
    }

    // Deliveries

    private int pendingOfGroup(int group) {
        return Memory.getInt(value(group) + StreamLayout.GROUP_PENDING);
    }

    private int pendingOf(int consumer) {
        return Memory.getInt(value(consumer) + StreamLayout.CONSUMER_PENDING);
    }

    /// {@return how many deliveries of a group are pending}
    public int groupPending(int group) {
        return trees.size(pendingOfGroup(group));
    }

    /// {@return how many deliveries to a consumer are pending}
    public int consumerPending(int consumer) {
        return trees.size(pendingOf(consumer));
    }

    /// {@return the position of the group's first pending delivery with this id or a later one, or [#NONE]; valid until something changes}
    public long seekGroup(int group, long ms, long seq) {
        return trees.seek(pendingOfGroup(group), ms, seq, Tie.COMPARE);
    }

    /// {@return the same of a consumer}
    public long seekConsumer(int consumer, long ms, long seq) {
        return trees.seek(pendingOf(consumer), ms, seq, Tie.COMPARE);
    }

    /// {@return the position of the group's last pending delivery, or [#NONE]}
    public long lastOfGroup(int group) {
        return trees.last(pendingOfGroup(group));
    }

    public long next(long position) {
        return trees.next(position);
    }

    public long ms(long position) {
        return trees.high(position);
    }

    public long seq(long position) {
        return trees.low(position);
    }

    /// {@return the delivery at a position}
    public int delivery(long position) {
        return trees.payload(position);
    }

    /// {@return the group's pending delivery of an entry, or [#MISSING]}
    public int findDelivery(int group, long ms, long seq) {
        long position = trees.find(pendingOfGroup(group), ms, seq);
        return position == NONE ? MISSING : trees.payload(position);
    }

    /// {@return Unix time in milliseconds}
    public long deliveredMs(int delivery) {
        return Memory.getLong(allocator.address(delivery) + StreamLayout.DELIVERY_TIME);
    }

    /// {@return how often the entry was delivered}
    public long deliveries(int delivery) {
        return Memory.getLong(allocator.address(delivery) + StreamLayout.DELIVERY_COUNT);
    }

    /// {@return the consumer that has it, or [#MISSING] while a file is read}
    public int consumer(int delivery) {
        return Memory.getInt(allocator.address(delivery) + StreamLayout.DELIVERY_CONSUMER);
    }

    /// Notes that an entry was delivered.
    public void delivered(int delivery, long atMs, long count) {
        beforeChange();
        Memory.putLong(allocator.address(delivery) + StreamLayout.DELIVERY_TIME, atMs);
        Memory.putLong(allocator.address(delivery) + StreamLayout.DELIVERY_COUNT, count);
    }

    /// Adds a pending delivery of an entry that has none in this group.
    ///
    /// @param consumer or [#MISSING], to be told later by [#assign]
    /// @return the delivery, or [#MISSING] when the entry had one
    public int deliver(int group, int consumer, long ms, long seq, long atMs, long count) {
        beforeChange();
        int delivery = allocator.allocate(StreamLayout.DELIVERY_BYTES);
        if (!trees.insert(pendingOfGroup(group), ms, seq, delivery)) {
            allocator.free(delivery);
            return MISSING;
        }
        Memory.putInt(allocator.address(delivery) + StreamLayout.DELIVERY_CONSUMER, Allocator.NULL);
        delivered(delivery, atMs, count);
        if (consumer != MISSING) {
            assign(delivery, ms, seq, consumer);
        }
        return delivery;
    }

    /// Makes a delivery one to this consumer.
    public void assign(int delivery, long ms, long seq, int consumer) {
        beforeChange();
        int before = consumer(delivery);
        if (before == consumer) {
            return;
        }
        if (before != MISSING) {
            trees.remove(pendingOf(before), ms, seq);
        }
        trees.insert(pendingOf(consumer), ms, seq, delivery);
        Memory.putInt(allocator.address(delivery) + StreamLayout.DELIVERY_CONSUMER, consumer);
    }

    /// Removes a pending delivery.
    public void acknowledge(int group, int delivery, long ms, long seq) {
        beforeChange();
        trees.remove(pendingOfGroup(group), ms, seq);
        if (consumer(delivery) != MISSING) {
            trees.remove(pendingOf(consumer(delivery)), ms, seq);
        }
        allocator.free(delivery);
    }

    // As a whole

    /// Gives the stream whose value is at `to`, and which has no groups, copies of all groups of the one at `from`.
    void copy(long from, long to) {
        for (int group : sorted(StreamLayout.groups(from))) {
            long value = value(group) + StreamLayout.GROUP_LAST_ID;
            int copied =
                    create(
                            to,
                            nameAddress(group),
                            nameBytes(group),
                            Memory.getLong(value),
                            Memory.getLong(value + StreamLayout.SEQUENCE),
                            entriesRead(group));
            for (int consumer : sorted(consumers(group))) {
                createConsumer(
                        copied,
                        nameAddress(consumer),
                        nameBytes(consumer),
                        seenMs(consumer),
                        activeMs(consumer));
            }
            for (long at = trees.first(pendingOfGroup(group)); at != NONE; at = trees.next(at)) {
                int delivery = trees.payload(at);
                int consumer = consumer(delivery);
                deliver(
                        copied,
                        findConsumer(copied, nameAddress(consumer), nameBytes(consumer)),
                        trees.high(at),
                        trees.low(at),
                        deliveredMs(delivery),
                        deliveries(delivery));
            }
        }
    }

    /// {@return bytes of native memory that all groups take}
    long memoryBytes() {
        int table = StreamLayout.groups(stream());
        if (table == Allocator.NULL) {
            return 0;
        }
        long[] bytes = {tables.tableBytes(table)};
        tables.forEach(
                table,
                group -> {
                    bytes[0] += allocator.capacity(group) + tables.tableBytes(consumers(group));
                    bytes[0] += trees.treeBytes(pendingOfGroup(group));
                    bytes[0] +=
                            groupPending(group)
                                    * allocator.capacityFor(StreamLayout.DELIVERY_BYTES);
                    tables.forEach(
                            consumers(group),
                            consumer ->
                                    bytes[0] +=
                                            allocator.capacity(consumer)
                                                    + trees.treeBytes(pendingOf(consumer)));
                });
        return bytes[0];
    }
}
