// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import dev.dunlin.node.keyspace.IdTree;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.StreamLayout;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.NodeChain;

/// Changes the nodes of streams and keeps their indexes right. What a stream counts is its owner's business ([StreamValue]).
///
/// A node grows by half as it fills, and gives back what it does not need when the next one begins.
///
/// Thread: owned by the node's loop.
final class StreamNodes {
    /// The largest listpack that a node may be, as in Redis.
    private static final long LISTPACK_BYTES_MAX = 1L << 30;

    private static final int NO_FLAGS = 0;

    private final Allocator allocator;
    private final NodeChain chains;
    private final IdTree trees;
    private final ListpackElement element = new ListpackElement();

    private long bytesMax = 4096;
    private long entriesMax = 100;

    StreamNodes(Keyspace keyspace) {
        this.allocator = keyspace.allocator();
        this.chains = keyspace.chains();
        this.trees = keyspace.idTrees();
    }

    void limits(long bytes, long entries) {
        bytesMax = bytes == 0 || bytes > LISTPACK_BYTES_MAX ? LISTPACK_BYTES_MAX : bytes;
        entriesMax = entries;
    }

    long entriesMax() {
        return entriesMax;
    }

    private long listpack(int node) {
        return StreamNode.listpack(chains.content(node));
    }

    long live(int node) {
        return StreamNode.live(listpack(node));
    }

    /// Finds the id of the last entry of a node, deleted or not.
    StreamId lastId(int node, StreamId target) {
        long content = chains.content(node);
        long listpack = StreamNode.listpack(content);
        int at = Listpack.next(listpack, StreamNode.entryBefore(listpack, Listpack.end(listpack)));
        return target.set(
                StreamNode.ms(content) + Listpack.integer(listpack, at),
                StreamNode.seq(content) + Listpack.integer(listpack, Listpack.next(listpack, at)));
    }

    // Adding

    /// Adds an entry at the end of a stream.
    void append(long stream, long ms, long seq, Texts texts, int first, int pairs) {
        long textBytes = 0;
        for (int i = 0; i < 2 * pairs; i++) {
            textBytes += texts.bytes(first + i);
        }
        int last = NodeChain.last(stream);
        if (last != Allocator.NULL && !isFull(last, textBytes)) {
            long content = chains.content(last);
            appendEntry(
                    stream,
                    last,
                    ms - StreamNode.ms(content),
                    seq - StreamNode.seq(content),
                    texts,
                    first,
                    pairs);
            return;
        }
        if (last != Allocator.NULL) {
            shrink(stream, last);
        }
        int node = appendEmpty(stream, ms, seq, texts, first, pairs);
        appendEntry(stream, node, 0, 0, texts, first, pairs);
    }

    private boolean isFull(int node, long moreBytes) {
        long listpack = listpack(node);
        return Listpack.bytes(listpack) + moreBytes >= bytesMax
                || (entriesMax > 0
                        && StreamNode.live(listpack) + StreamNode.deleted(listpack) >= entriesMax);
    }

    /// Makes a node with a master entry that has these fields, and room for the first entry.
    private int appendEmpty(long stream, long ms, long seq, Texts texts, int first, int pairs) {
        long bytes = Listpack.EMPTY_BYTES + 3L * element.ofInteger(0).entryBytes();
        bytes += element.ofInteger(pairs).entryBytes();
        for (int i = 0; i < pairs; i++) {
            bytes += text(texts, first + 2 * i).entryBytes();
        }
        int node = allocate(ms, seq, bytes + entryBytes(0, 0, texts, first, pairs, true));
        long listpack = listpack(node);
        Listpack.writeEmpty(listpack);
        Listpack.append(listpack, element.ofInteger(0));
        Listpack.append(listpack, element.ofInteger(0));
        Listpack.append(listpack, element.ofInteger(pairs));
        for (int i = 0; i < pairs; i++) {
            Listpack.append(listpack, text(texts, first + 2 * i));
        }
        Listpack.append(listpack, element.ofInteger(0));
        changed(node);
        link(stream, node);
        return node;
    }

    private int allocate(long ms, long seq, long listpackBytes) {
        int node = chains.allocate(NO_FLAGS, StreamNode.ID_BYTES + listpackBytes);
        StreamNode.id(chains.content(node), ms, seq);
        return node;
    }

    private void link(long stream, int node) {
        long content = chains.content(node);
        chains.insertAfter(stream, NodeChain.last(stream), node);
        trees.insert(
                StreamLayout.index(stream), StreamNode.ms(content), StreamNode.seq(content), node);
    }

    private void appendEntry(
            long stream,
            int toNode,
            long msDelta,
            long seqDelta,
            Texts texts,
            int first,
            int pairs) {
        boolean same = hasMasterFields(listpack(toNode), texts, first, pairs);
        long more = entryBytes(msDelta, seqDelta, texts, first, pairs, same);
        int node = setInteger(stream, toNode, Listpack.first(listpack(toNode)), live(toNode) + 1);
        node = writable(stream, node, Listpack.bytes(listpack(node)) + more);
        long listpack = listpack(node);
        long at = listpack + Listpack.end(listpack);
        at = write(at, element.ofInteger(same ? StreamNode.SAME_FIELDS_FLAG : 0));
        at = write(at, element.ofInteger(msDelta));
        at = write(at, element.ofInteger(seqDelta));
        int elements;
        if (same) {
            for (int i = 0; i < pairs; i++) {
                at = write(at, text(texts, first + 2 * i + 1));
            }
            elements = pairs + StreamNode.PLAIN_ELEMENTS;
        } else {
            at = write(at, element.ofInteger(pairs));
            for (int i = 0; i < 2 * pairs; i++) {
                at = write(at, text(texts, first + i));
            }
            elements = 2 * pairs + StreamNode.PLAIN_ELEMENTS + 1;
        }
        at = write(at, element.ofInteger(elements));
        Listpack.endAt(listpack, at, elements + 1);
        changed(node);
    }

    private ListpackElement text(Texts texts, int number) {
        return element.ofMemory(texts.address(number), texts.bytes(number));
    }

    private static long write(long at, ListpackElement element) {
        element.writeTo(at);
        return at + element.entryBytes();
    }

    private boolean hasMasterFields(long listpack, Texts texts, int first, int pairs) {
        int at = StreamNode.fieldCountAt(listpack);
        if (Listpack.integer(listpack, at) != pairs) {
            return false;
        }
        for (int i = 0; i < pairs; i++) {
            at = Listpack.next(listpack, at);
            if (!Listpack.matches(listpack, at, text(texts, first + 2 * i))) {
                return false;
            }
        }
        return true;
    }

    private long entryBytes(
            long msDelta, long seqDelta, Texts texts, int first, int pairs, boolean same) {
        long bytes = element.ofInteger(0).entryBytes();
        bytes += element.ofInteger(msDelta).entryBytes();
        bytes += element.ofInteger(seqDelta).entryBytes();
        if (same) {
            for (int i = 0; i < pairs; i++) {
                bytes += text(texts, first + 2 * i + 1).entryBytes();
            }
            return bytes + element.ofInteger(pairs + StreamNode.PLAIN_ELEMENTS).entryBytes();
        }
        bytes += element.ofInteger(pairs).entryBytes();
        for (int i = 0; i < 2 * pairs; i++) {
            bytes += text(texts, first + i).entryBytes();
        }
        return bytes + element.ofInteger(2L * pairs + StreamNode.PLAIN_ELEMENTS + 1).entryBytes();
    }

    /// Adds a node that holds entries already.
    void append(long stream, long ms, long seq, byte[] listpack) {
        int node = allocate(ms, seq, listpack.length);
        Memory.copyIn(listpack, 0, listpack(node), listpack.length);
        changed(node);
        link(stream, node);
    }

    /// Adds a copy of a node of another stream.
    void appendCopy(long stream, int source) {
        int node = chains.allocate(NO_FLAGS, chains.bytes(source));
        Memory.copy(chains.content(source), chains.content(node), chains.bytes(source));
        changed(node);
        link(stream, node);
    }

    // Deleting

    /// Deletes an entry that is not deleted yet, and its node when it was the last in it.
    ///
    /// @param entry where its flags are
    void delete(long stream, int node, int entry) {
        if (live(node) <= 1) {
            remove(stream, node);
        } else {
            count(stream, markDeleted(stream, node, entry), 1);
        }
    }

    /// Deletes entries from the start of a node, which stays even if none is left.
    ///
    /// @param entries at most
    /// @param before only those before this id
    /// @return how many were deleted
    long deleteFirst(long stream, int inNode, long entries, StreamId before) {
        int node = inNode;
        long content = chains.content(node);
        long nodeMs = StreamNode.ms(content);
        long nodeSeq = StreamNode.seq(content);
        long listpack = StreamNode.listpack(content);
        long masterFields = Listpack.integer(listpack, StreamNode.fieldCountAt(listpack));
        int at = StreamNode.firstEntry(listpack);
        long deleted = 0;
        while (deleted < entries && !Listpack.isEnd(listpack, at)) {
            long flags = Listpack.integer(listpack, at);
            int element = Listpack.next(listpack, at);
            long ms = nodeMs + Listpack.integer(listpack, element);
            element = Listpack.next(listpack, element);
            long seq = nodeSeq + Listpack.integer(listpack, element);
            if (before.comparedTo(ms, seq) <= 0) {
                break;
            }
            element = Listpack.next(listpack, element);
            long skip = masterFields;
            if ((flags & StreamNode.SAME_FIELDS_FLAG) == 0) {
                skip = 2 * Listpack.integer(listpack, element) + 1;
            }
            for (long i = 0; i <= skip; i++) {
                element = Listpack.next(listpack, element);
            }
            if ((flags & StreamNode.DELETED_FLAG) == 0) {
                node = markDeleted(stream, node, at);
                listpack = listpack(node);
                deleted++;
            }
            at = element;
        }
        if (deleted > 0) {
            count(stream, node, deleted);
        }
        return deleted;
    }

    private int markDeleted(long stream, int node, int entry) {
        long flags = Listpack.integer(listpack(node), entry);
        return setInteger(stream, node, entry, flags | StreamNode.DELETED_FLAG);
    }

    /// Notes that entries of a node were deleted.
    private void count(long stream, int inNode, long deleted) {
        long listpack = listpack(inNode);
        int node =
                setInteger(
                        stream,
                        inNode,
                        StreamNode.deletedAt(listpack),
                        StreamNode.deleted(listpack) + deleted);
        setInteger(stream, node, Listpack.first(listpack(node)), live(node) - deleted);
    }

    /// Takes a node out and frees it.
    void remove(long stream, int node) {
        long content = chains.content(node);
        trees.remove(StreamLayout.index(stream), StreamNode.ms(content), StreamNode.seq(content));
        chains.remove(stream, node);
    }

    // Blocks

    /// {@return the node from now on}
    private int setInteger(long stream, int inNode, int at, long value) {
        element.ofInteger(value);
        int node =
                writable(stream, inNode, Listpack.bytesAfterReplace(listpack(inNode), at, element));
        Listpack.replace(listpack(node), at, element.ofInteger(value));
        changed(node);
        return node;
    }

    private void changed(int node) {
        chains.bytes(node, StreamNode.ID_BYTES + Listpack.bytes(listpack(node)));
    }

    /// Makes sure that a node may be changed and has room.
    ///
    /// @return the node from now on
    private int writable(long stream, int node, long listpackBytes) {
        long needed = StreamNode.ID_BYTES + listpackBytes;
        long capacity = chains.capacity(node);
        if (capacity >= needed) {
            return chains.isPinned(node) ? move(stream, node, capacity) : node;
        }
        // Room to grow, but not above the size at which the node is full.
        long ample = Math.min(capacity + capacity / 2, StreamNode.ID_BYTES + bytesMax);
        return move(stream, node, Math.max(needed, ample));
    }

    private void shrink(long stream, int node) {
        long bytes = chains.bytes(node);
        if (chains.capacityFor(bytes) < chains.capacity(node)) {
            move(stream, node, bytes);
        }
    }

    /// Puts the content of a node into a new one in its place.
    private int move(long stream, int node, long capacity) {
        int made = chains.allocate(NO_FLAGS, capacity);
        long content = chains.content(made);
        Memory.copy(chains.content(node), content, chains.bytes(node));
        chains.bytes(made, chains.bytes(node));
        trees.replace(
                StreamLayout.index(stream), StreamNode.ms(content), StreamNode.seq(content), made);
        chains.replace(stream, node, made);
        return made;
    }

    /// {@return bytes of native memory that all nodes take}
    long memoryBytes(long stream) {
        long bytes = 0;
        for (int node = NodeChain.first(stream); node != Allocator.NULL; node = chains.next(node)) {
            bytes += allocator.capacity(node);
        }
        return bytes;
    }
}
