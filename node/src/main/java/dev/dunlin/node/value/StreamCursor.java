// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.IdTree;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.StreamLayout;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.NodeChain;
import dev.dunlin.node.offheap.OrderedTree.Tie;
import dev.dunlin.node.resp.Decimal;

/// The way through entries of a stream, forwards or backwards.
///
/// Set it on a range with [#forward] or [#backward], then [#next] shows one entry after the other, and [#nextField] the fields of the one
/// that is shown. A flyweight: nothing is allocated. What it shows is valid until the stream changes.
///
/// Thread: owned by the node's loop.
public final class StreamCursor {
    private static final int DIGITS_BYTES = 24;

    private final NodeChain chains;
    private final IdTree trees;

    /// Where integers of a listpack are written out as text.
    private final long fieldDigits;

    private final long valueDigits;

    private final StreamId from = new StreamId();
    private final StreamId to = new StreamId();
    private boolean backwards;
    private boolean showsDeleted;

    private int node;
    private long listpack;
    private long nodeMs;
    private long nodeSeq;
    private long masterCount;
    private int masterFirst;
    private int firstEntry;

    /// Forwards the entry to come, backwards the end of it.
    private int boundary;

    /// Whether `boundary` follows only when the fields of the entry that is shown have been passed.
    private boolean inEntry;

    private int entry;
    private long flags;
    private long ms;
    private long seq;
    private long fieldCount;
    private long fieldsLeft;
    private int masterAt;
    private int elementAt;

    private long fieldAddress;
    private int fieldBytes;
    private long valueAddress;
    private int valueBytes;

    StreamCursor(Keyspace keyspace) {
        this.chains = keyspace.chains();
        this.trees = keyspace.idTrees();
        this.fieldDigits = keyspace.allocateScratch(2 * DIGITS_BYTES);
        this.valueDigits = fieldDigits + DIGITS_BYTES;
    }

    /// Goes to the first entry of a range, both ends inclusive.
    ///
    /// @param stream the entry's value
    public StreamCursor forward(long stream, StreamId first, StreamId last) {
        set(first, last, false);
        int start = floor(stream, first);
        enter(start == Allocator.NULL ? NodeChain.first(stream) : start);
        boundary = firstEntry;
        return this;
    }

    /// Goes to the last entry of a range, both ends inclusive.
    public StreamCursor backward(long stream, StreamId first, StreamId last) {
        set(first, last, true);
        enter(floor(stream, last));
        boundary = node == Allocator.NULL ? 0 : Listpack.end(listpack);
        return this;
    }

    /// Shows deleted entries too, until the next range.
    StreamCursor withDeleted() {
        showsDeleted = true;
        return this;
    }

    private void set(StreamId first, StreamId last, boolean back) {
        from.set(first);
        to.set(last);
        backwards = back;
        showsDeleted = false;
        inEntry = false;
    }

    /// {@return the last node that begins at or before an id, or [Allocator#NULL]}
    private int floor(long stream, StreamId id) {
        long position = trees.seekBefore(StreamLayout.index(stream), id.ms(), id.seq(), Tie.BEHIND);
        return position == IdTree.NONE ? Allocator.NULL : trees.payload(position);
    }

    private void enter(int newNode) {
        node = newNode;
        if (newNode == Allocator.NULL) {
            return;
        }
        long content = chains.content(newNode);
        nodeMs = StreamNode.ms(content);
        nodeSeq = StreamNode.seq(content);
        listpack = StreamNode.listpack(content);
        int at = StreamNode.fieldCountAt(listpack);
        masterCount = Listpack.integer(listpack, at);
        at = Listpack.next(listpack, at);
        masterFirst = at;
        for (long i = 0; i <= masterCount; i++) {
            at = Listpack.next(listpack, at);
        }
        firstEntry = at;
    }

    /// Shows the next entry.
    ///
    /// @return false when there is none
    public boolean next() {
        if (inEntry) {
            inEntry = false;
            passFields();
        }
        while (node != Allocator.NULL) {
            if (!readNext()) {
                leaveNode();
            } else if (isPastEnd()) {
                node = Allocator.NULL;
            } else if (isBeforeStart() || (!showsDeleted && isDeleted())) {
                if (!backwards) {
                    passFields();
                }
            } else {
                inEntry = !backwards;
                return true;
            }
        }
        return false;
    }

    private void leaveNode() {
        if (backwards) {
            enter(chains.previous(node));
            boundary = node == Allocator.NULL ? 0 : Listpack.end(listpack);
        } else {
            enter(chains.next(node));
            boundary = firstEntry;
        }
    }

    private boolean isPastEnd() {
        return backwards ? from.comparedTo(ms, seq) > 0 : to.comparedTo(ms, seq) < 0;
    }

    private boolean isBeforeStart() {
        return backwards ? to.comparedTo(ms, seq) < 0 : from.comparedTo(ms, seq) > 0;
    }

    /// {@return whether there was another entry in this node}
    private boolean readNext() {
        if (!backwards) {
            if (Listpack.isEnd(listpack, boundary)) {
                return false;
            }
            read(boundary);
            return true;
        }
        int at = StreamNode.entryBefore(listpack, boundary);
        if (at == Listpack.NOT_FOUND) {
            return false;
        }
        boundary = at;
        read(at);
        return true;
    }

    private void read(int at) {
        entry = at;
        flags = Listpack.integer(listpack, at);
        int element = Listpack.next(listpack, at);
        ms = nodeMs + Listpack.integer(listpack, element);
        element = Listpack.next(listpack, element);
        seq = nodeSeq + Listpack.integer(listpack, element);
        element = Listpack.next(listpack, element);
        if (hasMasterFields()) {
            fieldCount = masterCount;
            masterAt = masterFirst;
        } else {
            fieldCount = Listpack.integer(listpack, element);
            element = Listpack.next(listpack, element);
        }
        fieldsLeft = fieldCount;
        elementAt = element;
    }

    private boolean hasMasterFields() {
        return (flags & StreamNode.SAME_FIELDS_FLAG) != 0;
    }

    private void passFields() {
        long elements = hasMasterFields() ? fieldsLeft : 2 * fieldsLeft;
        int at = elementAt;
        for (long i = 0; i <= elements; i++) {
            at = Listpack.next(listpack, at);
        }
        boundary = at;
    }

    // What is shown

    public long ms() {
        return ms;
    }

    public long seq() {
        return seq;
    }

    public long fieldCount() {
        return fieldCount;
    }

    /// Shows the next field of the entry with its value; only as often as there are fields.
    public void nextField() {
        fieldsLeft--;
        if (hasMasterFields()) {
            showField(masterAt);
            masterAt = Listpack.next(listpack, masterAt);
        } else {
            showField(elementAt);
            elementAt = Listpack.next(listpack, elementAt);
        }
        showValue(elementAt);
        elementAt = Listpack.next(listpack, elementAt);
    }

    public long fieldAddress() {
        return fieldAddress;
    }

    public int fieldBytes() {
        return fieldBytes;
    }

    public long valueAddress() {
        return valueAddress;
    }

    public int valueBytes() {
        return valueBytes;
    }

    int node() {
        return node;
    }

    /// {@return the flags of the entry that is shown}
    int entry() {
        return entry;
    }

    boolean isDeleted() {
        return (flags & StreamNode.DELETED_FLAG) != 0;
    }

    /// Counts the entries to come, without going there; before the first [#next].
    ///
    /// @param max where counting ends
    public long countAhead(long max) {
        int startNode = node;
        int startBoundary = boundary;
        long count = 0;
        while (node != Allocator.NULL && count < max) {
            if (isAtEdge() && isWhole()) {
                count += StreamNode.live(listpack);
                leaveNode();
            } else if (!readNext()) {
                leaveNode();
            } else if (isPastEnd()) {
                break;
            } else {
                if (!backwards) {
                    passFields();
                }
                if (isBeforeStart()) {
                    // Not to be passed a second time.
                    startNode = node;
                    startBoundary = boundary;
                } else if (!isDeleted()) {
                    count++;
                }
            }
        }
        enter(startNode);
        boundary = startBoundary;
        return Math.min(count, max);
    }

    private boolean isAtEdge() {
        return boundary == (backwards ? Listpack.end(listpack) : firstEntry);
    }

    /// {@return whether all entries of this node are in the range}
    private boolean isWhole() {
        if (from.comparedTo(nodeMs, nodeSeq) > 0) {
            return false;
        }
        read(StreamNode.entryBefore(listpack, Listpack.end(listpack)));
        return to.comparedTo(ms, seq) >= 0;
    }

    private void showField(int at) {
        if (Listpack.isInteger(listpack, at)) {
            fieldAddress = fieldDigits;
            fieldBytes = digits(fieldDigits, at);
        } else {
            fieldAddress = Listpack.stringAddress(listpack, at);
            fieldBytes = Listpack.stringBytes(listpack, at);
        }
    }

    private void showValue(int at) {
        if (Listpack.isInteger(listpack, at)) {
            valueAddress = valueDigits;
            valueBytes = digits(valueDigits, at);
        } else {
            valueAddress = Listpack.stringAddress(listpack, at);
            valueBytes = Listpack.stringBytes(listpack, at);
        }
    }

    private int digits(long target, int at) {
        return (int) (Decimal.write(target, Listpack.integer(listpack, at)) - target);
    }
}
