// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.offheap.NodeChain;
import dev.dunlin.node.offheap.OrderedTree;
import dev.dunlin.node.offheap.ScoreTree;
import java.util.function.IntUnaryOperator;

/// Moves what leaves of one value: the elements of its table, the nodes of its chain or tree; and tells everybody who refers to it.
///
/// ```
/// hash, set      table                     sorted set    table, then tree
/// timed hash     table, then heap          stream        chain, then tree
/// list           chain
/// ```
///
/// Thread: owned by the node's loop.
final class ValueMover {
    /// How far a value has been gone through.
    static final class Progress {
        private enum Phase {
            TABLE,
            CHAIN,
            TREE,
            HEAP,
            DONE
        }

        private Phase phase;
        private long cursor;

        Progress(int kind) {
            phase = isChain(kind) ? Phase.CHAIN : Phase.TABLE;
        }
    }

    /// Nodes, or parts of a heap, that are looked at in one go.
    private static final int PARTS = 128;

    /// Nodes of a chain that are looked at, from its first on: without a place that stays valid one has to count.
    private static final int NODES_MAX = 16_384;

    private final Keyspace keyspace;
    private final Allocator allocator;
    private final HashIndex index;
    private final NodeChain chains;
    private final IntUnaryOperator moveElement = this::moveElement;

    /// The entry whose elements are being visited.
    private long owner;

    private long visits;
    private long moves;

    ValueMover(Keyspace keyspace) {
        this.keyspace = keyspace;
        this.allocator = keyspace.allocator();
        this.index = keyspace.index();
        this.chains = keyspace.chains();
    }

    /// {@return blocks that were looked at so far}
    long visits() {
        return visits;
    }

    /// {@return blocks that were moved so far, as far as they are elements, nodes of chains or roots}
    long moves() {
        return moves;
    }

    /// {@return whether a value of this kind consists of more than its entry}
    static boolean hasParts(int kind) {
        return switch (kind) {
            case ValueKind.HASH_TABLE,
                    ValueKind.HASH_TABLE_TIMED,
                    ValueKind.SET_TABLE,
                    ValueKind.ZSET_TREE ->
                    true;
            default -> isChain(kind);
        };
    }

    private static boolean isChain(int kind) {
        return kind == ValueKind.LIST_QUICKLIST || kind == ValueKind.STREAM;
    }

    /// {@return how many elements, or nodes, a value has}
    int parts(long entry) {
        long value = Entry.value(entry);
        return isChain(Entry.kind(entry))
                ? NodeChain.nodes(value)
                : index.size(Memory.getInt(value));
    }

    /// Moves the blocks that the entry itself refers to. A running snapshot knows a value's table by its root, so then they stay.
    void moveRoots(long entry) {
        if (keyspace.isSnapshotRunning()) {
            return;
        }
        long value = Entry.value(entry);
        switch (Entry.kind(entry)) {
            case ValueKind.HASH_TABLE, ValueKind.SET_TABLE -> moveRoot(value);
            case ValueKind.HASH_TABLE_TIMED, ValueKind.ZSET_TREE -> {
                moveRoot(value);
                moveRoot(value + Integer.BYTES);
            }
            case ValueKind.STREAM -> moveRoot(value + StreamLayout.INDEX);
            default -> {}
        }
    }

    private void moveRoot(long pointer) {
        int ref = Memory.getInt(pointer);
        visits++;
        if (allocator.isLeaving(ref)) {
            Memory.putInt(pointer, allocator.move(ref));
            moves++;
        }
    }

    /// Goes through some more of a value.
    ///
    /// @return whether that was all
    boolean advance(long entry, Progress progress) {
        int kind = Entry.kind(entry);
        long value = Entry.value(entry);
        progress.cursor =
                switch (progress.phase) {
                    case TABLE -> {
                        owner = entry;
                        yield index.relocate(Memory.getInt(value), progress.cursor, moveElement);
                    }
                    case CHAIN -> moveNodes(kind, value, progress.cursor);
                    case TREE -> moveTree(kind, value, progress.cursor);
                    case HEAP -> moveHeap(entry, progress.cursor);
                    case DONE -> 0;
                };
        if (progress.cursor == 0) {
            progress.phase = next(progress.phase, kind);
        }
        return progress.phase == Progress.Phase.DONE;
    }

    private static Progress.Phase next(Progress.Phase phase, int kind) {
        boolean first = phase == Progress.Phase.TABLE || phase == Progress.Phase.CHAIN;
        if (first && (kind == ValueKind.ZSET_TREE || kind == ValueKind.STREAM)) {
            return Progress.Phase.TREE;
        }
        return first && kind == ValueKind.HASH_TABLE_TIMED
                ? Progress.Phase.HEAP
                : Progress.Phase.DONE;
    }

    private int moveElement(int ref) {
        visits++;
        if (!allocator.isLeaving(ref)) {
            return ref;
        }
        moves++;
        int kind = Entry.kind(owner);
        if (kind == ValueKind.ZSET_TREE) {
            return moveScored(ref);
        }
        int moved = allocator.move(ref);
        long element = allocator.address(moved);
        if (kind == ValueKind.HASH_TABLE_TIMED && Entry.expires(element)) {
            keyspace.fieldHeaps()
                    .replace(TimedHash.heap(owner), Entry.expiryPosition(element), moved);
        }
        return moved;
    }

    /// The tree compares with the element, so it goes only when the tree knows the other.
    private int moveScored(int ref) {
        long element = allocator.address(ref);
        long bytes = allocator.capacity(ref);
        int moved = allocator.allocate(bytes);
        Memory.copy(element, allocator.address(moved), bytes);
        double score = Double.longBitsToDouble(Memory.getLong(Entry.value(element)));
        int tree = Memory.getInt(Entry.value(owner) + Integer.BYTES);
        boolean found =
                keyspace.scores()
                        .seeking(Entry.key(element), Entry.keyBytes(element))
                        .replace(tree, ScoreTree.key(score), 0, moved);
        if (!found) {
            throw new IllegalStateException("an element is not in the tree of its set");
        }
        allocator.free(ref);
        return moved;
    }

    /// {@return how many nodes have been passed then, 0 when it is done}
    private long moveNodes(int kind, long header, long passed) {
        int node = NodeChain.first(header);
        for (long i = 0; i < passed && node != Allocator.NULL; i++) {
            node = chains.next(node);
        }
        visits += passed / 8;
        long done = passed;
        for (int i = 0; i < PARTS && node != Allocator.NULL; i++) {
            int moved = chains.relocate(header, node);
            visits++;
            if (moved != node) {
                moves++;
                if (kind == ValueKind.STREAM) {
                    long content = chains.content(moved);
                    keyspace.idTrees()
                            .replace(
                                    StreamLayout.index(header),
                                    StreamLayout.nodeMs(content),
                                    StreamLayout.nodeSeq(content),
                                    moved);
                }
            }
            node = chains.next(moved);
            done++;
        }
        return node == Allocator.NULL || done >= NODES_MAX ? 0 : done;
    }

    private long moveTree(int kind, long value, long passed) {
        boolean stream = kind == ValueKind.STREAM;
        OrderedTree trees = stream ? keyspace.idTrees() : keyspace.scores();
        int tree = stream ? StreamLayout.index(value) : Memory.getInt(value + Integer.BYTES);
        visits++;
        if (passed >= trees.size(tree)) {
            return 0;
        }
        long next = trees.relocate(tree, passed);
        return next < trees.size(tree) ? next : 0;
    }

    private long moveHeap(long entry, long part) {
        visits++;
        return keyspace.fieldHeaps().relocate(TimedHash.heap(entry), (int) part, PARTS);
    }
}
