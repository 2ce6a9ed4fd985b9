// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.IdTree;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.StreamLayout;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.NodeChain;

/// A stream in the keyspace; [StreamLayout] says where its parts are, [StreamNode] how its entries lie.
///
/// A flyweight: `open` one stream, use it, open the next; nothing is allocated on the heap. Every change goes through the [Database], so that
/// a running snapshot sees the old state first; a node that a snapshot needs is copied and not changed.
///
/// Thread: owned by the node's loop.
public final class StreamValue extends OpenValue<StreamValue> {
    private final NodeChain chains;
    private final IdTree trees;
    private final StreamNodes nodes;
    private final StreamGroups groups;
    private final StreamCursor cursor;
    private final StreamIdText idText;

    /// For what this class itself looks up, whoever uses the other one.
    private final StreamCursor ownCursor;

    private final StreamId min = new StreamId().setMin();
    private final StreamId max = new StreamId().setMax();
    private final StreamId wanted = new StreamId();
    private final StreamId newId = new StreamId();
    private final StreamId start = new StreamId();
    private final StreamId end = new StreamId();

    public StreamValue(Keyspace keyspace) {
        super(keyspace);
        this.chains = keyspace.chains();
        this.trees = keyspace.idTrees();
        this.nodes = new StreamNodes(keyspace);
        this.groups = new StreamGroups(keyspace, this);
        this.cursor = new StreamCursor(keyspace);
        this.idText = new StreamIdText(keyspace);
        this.ownCursor = new StreamCursor(keyspace);
    }

    /// Sets when a node is full.
    ///
    /// @param bytes of its listpack (`stream-node-max-bytes`), 0 for as much as fits
    /// @param entries in it (`stream-node-max-entries`), 0 for any number
    public void limits(long bytes, long entries) {
        nodes.limits(bytes, entries);
    }

    /// {@return how many entries a node has at most, 0 for any number}
    public long nodeEntriesMax() {
        return nodes.entriesMax();
    }

    @Override
    StreamValue self() {
        return this;
    }

    @Override
    int emptyKind() {
        return ValueKind.STREAM;
    }

    @Override
    int emptyBytes(int kind) {
        return StreamLayout.STREAM_BYTES;
    }

    @Override
    void writeEmpty(int kind) {
        initialize();
    }

    /// Fills the value of the entry, which has room for one.
    private void initialize() {
        long stream = address();
        Memory.fill(stream, StreamLayout.STREAM_BYTES, (byte) 0);
        NodeChain.writeEmpty(stream);
        int index = trees.create();
        Memory.putInt(address() + StreamLayout.INDEX, index);
    }

    /// {@return where the value is; it does not move while the key is there}
    public long address() {
        return value();
    }

    /// {@return its consumer groups}
    public StreamGroups groups() {
        return groups;
    }

    /// {@return what shows its entries; one for all who look}
    public StreamCursor cursor() {
        return cursor;
    }

    /// {@return where XADD works out the id of the entry to come}
    public StreamId newId() {
        return newId;
    }

    /// {@return where commands read the start of a range}
    public StreamId start() {
        return start;
    }

    /// {@return where commands read the end of a range}
    public StreamId end() {
        return end;
    }

    /// {@return what writes out ids}
    public StreamIdText idText() {
        return idText;
    }

    /// Tells a running snapshot that the stream is about to change.
    void beforeChange() {
        database.beforeChange(ref);
    }

    // What the stream knows of itself

    public long length() {
        return Memory.getLong(address() + StreamLayout.LENGTH);
    }

    /// {@return how many nodes there are}
    public int nodeCount() {
        return NodeChain.nodes(address());
    }

    public long entriesAdded() {
        return Memory.getLong(address() + StreamLayout.ENTRIES_ADDED);
    }

    public StreamId lastId(StreamId target) {
        return id(StreamLayout.LAST_ID, target);
    }

    /// The id of the first entry, 0-0 when there is none.
    public StreamId firstId(StreamId target) {
        return id(StreamLayout.FIRST_ID, target);
    }

    public StreamId maxDeletedId(StreamId target) {
        return id(StreamLayout.MAX_DELETED_ID, target);
    }

    private StreamId id(int offset, StreamId target) {
        long at = address() + offset;
        return target.set(Memory.getLong(at), Memory.getLong(at + StreamLayout.SEQUENCE));
    }

    private void id(int offset, long ms, long seq) {
        Memory.putLong(address() + offset, ms);
        Memory.putLong(address() + offset + StreamLayout.SEQUENCE, seq);
    }

    /// Sets what the stream says of itself; the order of ids is the caller's to see to.
    public void setLastId(StreamId id) {
        beforeChange();
        id(StreamLayout.LAST_ID, id.ms(), id.seq());
    }

    public void setFirstId(StreamId id) {
        beforeChange();
        id(StreamLayout.FIRST_ID, id.ms(), id.seq());
    }

    public void setMaxDeletedId(StreamId id) {
        beforeChange();
        id(StreamLayout.MAX_DELETED_ID, id.ms(), id.seq());
    }

    public void entriesAdded(long entries) {
        beforeChange();
        Memory.putLong(address() + StreamLayout.ENTRIES_ADDED, entries);
    }

    public void length(long entries) {
        beforeChange();
        Memory.putLong(address() + StreamLayout.LENGTH, entries);
    }

    /// Looks for an entry and shows it with the cursor.
    ///
    /// @return whether it is there and not deleted
    public boolean find(StreamCursor with, long ms, long seq) {
        wanted.set(ms, seq);
        return with.forward(address(), wanted, wanted).next();
    }

    /// {@return whether there is such an entry}
    public boolean contains(long ms, long seq) {
        return find(ownCursor, ms, seq);
    }

    /// Finds the id of the last entry that is there; 0-0 when there is none.
    public StreamId lastEntryId(StreamId target) {
        return edge(ownCursor.backward(address(), min, max), target);
    }

    /// Finds the id of the first entry that is stored, deleted or not; the highest when there is none.
    public StreamId firstStoredId(StreamId target) {
        StreamCursor found = ownCursor.forward(address(), min, max).withDeleted();
        return found.next() ? target.set(found.ms(), found.seq()) : target.setMax();
    }

    private static StreamId edge(StreamCursor from, StreamId target) {
        return from.next() ? target.set(from.ms(), from.seq()) : target.setMin();
    }

    // Estimates, by the rules of Redis

    /// {@return how many entries were ever added up to this id, or [StreamGroups#UNKNOWN]}
    public long entriesUpTo(long ms, long seq) {
        if (entriesAdded() == 0) {
            return 0;
        }
        lastId(wanted);
        int toLast = StreamId.compare(ms, seq, wanted.ms(), wanted.seq());
        if (toLast == 0 || (length() == 0 && toLast < 0)) {
            return entriesAdded();
        }
        if (toLast > 0) {
            return StreamGroups.UNKNOWN;
        }
        firstId(wanted);
        int toFirst = StreamId.compare(ms, seq, wanted.ms(), wanted.seq());
        long firstMs = wanted.ms();
        long firstSeq = wanted.seq();
        maxDeletedId(wanted);
        if (wanted.isMin() || wanted.comparedTo(firstMs, firstSeq) < 0) {
            if (toFirst < 0) {
                return entriesAdded() - length();
            }
            if (toFirst == 0) {
                return entriesAdded() - length() + 1;
            }
        }
        return StreamGroups.UNKNOWN;
    }

    /// {@return whether entries from this id on, and behind the first, may have been deleted}
    public boolean mayHaveDeletedFrom(long ms, long seq) {
        firstId(wanted);
        long firstMs = wanted.ms();
        long firstSeq = wanted.seq();
        maxDeletedId(wanted);
        return length() > 0
                && !wanted.isMin()
                && wanted.comparedTo(firstMs, firstSeq) >= 0
                && wanted.comparedTo(ms, seq) >= 0;
    }

    // Changing

    /// Adds an entry. Its id must be above the last.
    ///
    /// @param first number of the first field's text; its value follows, then the next field
    public void append(StreamId id, Texts texts, int first, int pairs) {
        beforeChange();
        nodes.append(address(), id.ms(), id.seq(), texts, first, pairs);
        long stream = address();
        add(stream + StreamLayout.LENGTH, 1);
        add(stream + StreamLayout.ENTRIES_ADDED, 1);
        id(StreamLayout.LAST_ID, id.ms(), id.seq());
        if (length() == 1) {
            id(StreamLayout.FIRST_ID, id.ms(), id.seq());
        }
    }

    /// Deletes an entry.
    ///
    /// @return whether it was there
    public boolean delete(long ms, long seq) {
        if (!find(ownCursor, ms, seq)) {
            return false;
        }
        beforeChange();
        nodes.delete(address(), ownCursor.node(), ownCursor.entry());
        add(address() + StreamLayout.LENGTH, -1);
        return true;
    }

    /// Notes after deletions what they mean for the ids that the stream knows.
    public void findFirstId() {
        id(StreamLayout.FIRST_ID, 0, 0);
        if (length() > 0) {
            edge(ownCursor.forward(address(), min, max), wanted);
            id(StreamLayout.FIRST_ID, wanted.ms(), wanted.seq());
        }
    }

    /// Takes entries from the start, until `lengthMax` are left.
    ///
    /// @param exactly whether to take single entries, and not only whole nodes
    /// @param limit stop before more than so many are taken; 0 for no limit
    /// @return how many were taken
    public long trimToLength(long lengthMax, boolean exactly, long limit) {
        long trimmed = 0;
        int node = NodeChain.first(address());
        while (node != Allocator.NULL && length() > lengthMax) {
            long live = nodes.live(node);
            if (limit > 0 && trimmed + live > limit) {
                break;
            }
            if (length() - live < lengthMax) {
                trimmed += exactly ? deleteFirst(node, length() - lengthMax, max) : 0;
                break;
            }
            node = removeNode(node, live);
            trimmed += live;
        }
        return endTrim(trimmed);
    }

    /// Takes the entries before `firstId`; the rest as [#trimToLength].
    public long trimToId(StreamId firstId, boolean exactly, long limit) {
        long trimmed = 0;
        int node = NodeChain.first(address());
        while (node != Allocator.NULL) {
            long live = nodes.live(node);
            if (limit > 0 && trimmed + live > limit) {
                break;
            }
            if (nodes.lastId(node, wanted).comparedTo(firstId) >= 0) {
                trimmed += exactly ? deleteFirst(node, Long.MAX_VALUE, firstId) : 0;
                break;
            }
            node = removeNode(node, live);
            trimmed += live;
        }
        return endTrim(trimmed);
    }

    private long endTrim(long trimmed) {
        if (trimmed > 0) {
            findFirstId();
        }
        return trimmed;
    }

    /// {@return the node behind}
    private int removeNode(int node, long live) {
        beforeChange();
        int next = chains.next(node);
        nodes.remove(address(), node);
        add(address() + StreamLayout.LENGTH, -live);
        return next;
    }

    private long deleteFirst(int node, long entries, StreamId before) {
        beforeChange();
        long deleted = nodes.deleteFirst(address(), node, entries, before);
        add(address() + StreamLayout.LENGTH, -deleted);
        return deleted;
    }

    /// Adds a node behind the last that holds entries already, as they come in a file; what the stream says of itself is not changed.
    public void appendNode(long ms, long seq, byte[] listpack) {
        beforeChange();
        nodes.append(address(), ms, seq, listpack);
    }

    /// Makes the value of another entry, which has room for one, a copy of this stream.
    public void copyTo(int targetRef) {
        int source = ref;
        ref = targetRef;
        initialize();
        long from = Entry.value(allocator.address(source));
        long to = address();
        Memory.copy(
                from + StreamLayout.LENGTH,
                to + StreamLayout.LENGTH,
                StreamLayout.STREAM_BYTES - StreamLayout.LENGTH);
        for (int node = NodeChain.first(from); node != Allocator.NULL; node = chains.next(node)) {
            nodes.appendCopy(to, node);
        }
        groups.copy(from, to);
        ref = source;
    }

    /// {@return bytes of native memory besides the entry}
    public long memoryBytes() {
        return nodes.memoryBytes(address())
                + trees.treeBytes(StreamLayout.index(address()))
                + groups.memoryBytes();
    }

    private static void add(long address, long change) {
        Memory.putLong(address, Memory.getLong(address) + change);
    }
}
