// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.SnapshotHook;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.offheap.NodeChain;
import dev.dunlin.node.replication.SnapshotSink;
import dev.dunlin.node.replication.SnapshotSource;
import io.netty.buffer.ByteBuf;
import io.netty.util.collection.IntObjectHashMap;
import io.netty.util.collection.IntObjectMap;
import java.util.ArrayDeque;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All data of a node at one instant, as an RDB file, made on the node's loop in slices while writes go on.
///
/// ```
/// begin     every entry that exists is unmarked (the keyspace swaps the meaning of the mark bit, which costs nothing)
/// next()    walks the tables; writes what is unmarked, and marks it
/// a write   finds its entry unmarked: its old value is written first, and it is marked; new entries are born marked
///
/// the file  ... entry entry | head pair pair pair pair ... early pairs | entry entry entry ...
///                             a large hash, over many slices             held meanwhile, because they were about to change
/// ```
///
/// So every entry of the cut is written exactly once, in the state that it had then, and the extra memory is what is held.
///
/// A large table or chain is never written in one go: it becomes a [LargeValue], when the walk comes upon it or when the first write does.
/// Elements of a table have mark bits of their own, so a write to an unwritten one sets only that one aside. Nodes of a chain are pinned
/// ([NodeChain]), so a write to an unwritten one changes a copy. When the key is deleted, the snapshot keeps the table, or the nodes, until
/// they are written; likewise a slot that is dropped, or a database that is emptied. Only when all databases are emptied the snapshot fails,
/// as Redis ends its saving child then.
///
/// One at a time. A snapshot that is given up goes on walking without writing until all entries are marked again.
///
/// Thread: owned by the node's loop.
public final class KeyspaceSnapshot implements SnapshotSource, SnapshotHook {
    private static final Logger LOG = LoggerFactory.getLogger(KeyspaceSnapshot.class);

    /// Entries and elements that one slice looks at, and a chain or a small value more; also tables and chains, however empty they are.
    static final int VISITS_PER_SLICE = 2048;

    /// A table of more elements, or of more bytes, is not written in one go.
    static final int SMALL_ELEMENTS_MAX = 512;

    private static final int SMALL_BYTES_MAX = 64 * 1024;

    /// A chain of more nodes is not written in one go.
    private static final int SMALL_NODES_MAX = 16;

    /// Bytes of a node that are as much work to write as an element; a node is as much work as this many elements at most.
    private static final int BYTES_PER_VISIT = 64;

    /// What may wait for its place in the file; above it the snapshot fails. As much as Redis lets a replica fall behind. To write the rest
    /// of a large value in one go instead would need more memory, not less, and stall the loop.
    private static final long HELD_BYTES_MAX = 256L << 20;

    private final Keyspace keyspace;
    private final Allocator allocator;
    private final HashIndex index;
    private final NodeChain chains;
    private final SnapshotFile file;
    private final Runnable released;
    private final SnapshotWalk walk;
    private final IntConsumer visitElement = this::visitElement;
    private final IntConsumer markElement = this::markElement;
    private final IntConsumer measureElement = this::measureElement;

    /// Large values that wait, and the one whose elements are being written: nothing else may be written until it is complete.
    private final ArrayDeque<LargeValue> waiting = new ArrayDeque<>();

    private @Nullable LargeValue current;

    /// All tables that are not complete yet.
    private final IntObjectMap<LargeTable> byTable = new IntObjectHashMap<>();

    private long keysTotal;
    private long keysProcessed;
    private long visits;
    private long sliceEnd;
    private long measuredBytes;
    private boolean finished;
    private boolean ended;
    private boolean writing = true;
    private boolean abandoned;
    private @Nullable String failure;

    private KeyspaceSnapshot(
            Keyspace keyspace, SnapshotForm form, Runnable released, long heldBytesMax) {
        this.keyspace = keyspace;
        this.allocator = keyspace.allocator();
        this.index = keyspace.index();
        this.chains = keyspace.chains();
        this.file =
                new SnapshotFile(
                        new EntryWriter(keyspace, form.fieldTimes()),
                        form.compress(),
                        form.trailer(),
                        heldBytesMax);
        this.released = released;
        this.walk = new SnapshotWalk(keyspace, this::visitEntry);
    }

    /// Fixes the cut at this very moment.
    ///
    /// @param released called when another snapshot may begin
    public static KeyspaceSnapshot begin(
            Keyspace keyspace, SnapshotForm form, long nowMs, Runnable released) {
        return begin(keyspace, form, nowMs, released, HELD_BYTES_MAX);
    }

    /// As the other, with another limit of what may be held.
    static KeyspaceSnapshot begin(
            Keyspace keyspace,
            SnapshotForm form,
            long nowMs,
            Runnable released,
            long heldBytesMax) {
        var snapshot = new KeyspaceSnapshot(keyspace, form, released, heldBytesMax);
        snapshot.file.header(form, nowMs, keyspace.usedBytes());
        snapshot.sizes();
        keyspace.beginSnapshot(snapshot);
        return snapshot;
    }

    private void sizes() {
        for (int i = 0; i < keyspace.databases(); i++) {
            Database database = keyspace.database(i);
            if (database.size() > 0) {
                keysTotal += database.size();
                file.size(i, database.size(), database.expiringCount());
            }
        }
    }

    @Override
    public long totalBytes() {
        return SnapshotSink.UNKNOWN_BYTES;
    }

    @Override
    public @Nullable ByteBuf next(int maxBytes) {
        if (ended || !writing) {
            return null;
        }
        advance(Math.min(maxBytes, SnapshotFile.SLICE_BYTES));
        if (!writing) {
            return null;
        }
        if (finished) {
            file.end();
            ended = true;
        }
        return file.take();
    }

    @Override
    public boolean ended() {
        return ended;
    }

    @Override
    public @Nullable String failure() {
        return failure;
    }

    @Override
    public void onMore(Runnable callback) {
        // There always is more until the end.
    }

    @Override
    public void close() {
        abandoned = true;
        stopWriting();
    }

    /// {@return whether it was given up and still has entries to mark; call [#sweep] then}
    public boolean needsSweep() {
        return abandoned && !finished;
    }

    /// Marks some more entries of a snapshot that was given up.
    public void sweep() {
        advance(SnapshotFile.SLICE_BYTES);
    }

    /// {@return entries and elements looked at so far, and tables and chains: the measure of work}
    long visits() {
        return visits;
    }

    /// {@return keys that there were at the cut}
    public long keysTotal() {
        return keysTotal;
    }

    /// {@return keys of the cut that were written so far, or set aside to be}
    public long keysProcessed() {
        return keysProcessed;
    }

    /// {@return bytes that wait for their place in the file}
    long heldBytes() {
        return file.heldBytes();
    }

    // The way through the data

    /// Writes until about `maxBytes` are buffered, or a slice's work is done.
    private void advance(int maxBytes) {
        sliceEnd = visits + VISITS_PER_SLICE;
        while (!finished && visits < sliceEnd && (!writing || file.bufferedBytes() < maxBytes)) {
            if (current == null && file.hasHeldEntries()) {
                if (!file.placeHeldEntries()) {
                    return;
                }
            } else if (current != null || !waiting.isEmpty()) {
                LargeValue value = current != null ? current : waiting.remove();
                current = value;
                if (!advance(value)) {
                    return;
                }
            } else if (!walk.isDone()) {
                visits++;
                walk.step();
            } else {
                finished = true;
                keyspace.endSnapshot();
                released.run();
            }
        }
    }

    /// Does one step of a large value.
    ///
    /// @return false when the buffer must be taken first
    private boolean advance(LargeValue value) {
        if (!value.begun) {
            value.begun = true;
            if (writing) {
                file.head(value);
            }
            return true;
        }
        return switch (value) {
            case LargeTable table -> advance(table);
            case LargeChain chain -> advance(chain);
        };
    }

    private boolean advance(LargeTable table) {
        if (!table.scanned && table.root() != Allocator.NULL) {
            visits++;
            table.cursor = index.scan(table.root(), table.cursor, visitElement);
            table.scanned = table.cursor == 0;
        } else if (!table.early.isEmpty()) {
            return file.place(table.early);
        } else {
            complete(table);
            if (table.root() != Allocator.NULL) {
                byTable.remove(table.root());
            }
            if (table.owned()) {
                keyspace.dispose(table.root(), allocator::free);
            }
        }
        return true;
    }

    private boolean advance(LargeChain chain) {
        int node = chain.node();
        if (node == Allocator.NULL) {
            if (!chain.tail.isEmpty()) {
                return file.place(chain.tail);
            }
            complete(chain);
            return true;
        }
        if (writing) {
            countNode(node);
            file.node(chain, node);
        } else {
            visits++;
        }
        chain.pass();
        return true;
    }

    private void countNode(int node) {
        visits += 1 + Math.min(SMALL_ELEMENTS_MAX - 1, chains.bytes(node) / BYTES_PER_VISIT);
    }

    private void complete(LargeValue value) {
        current = null;
        if (writing && value.written != value.count) {
            // A bug, and the file is not readable: whoever waits for it must hear of it.
            LOG.error("snapshot failed parts={} written={}", value.count, value.written);
            fail("a large value was not written as a whole");
        }
    }

    private void visitEntry(int atCut, int ref) {
        visit(atCut, ref, false);
    }

    /// @param early whether a write is what asks for it, so that the entry may have to wait for its place in the file
    private void visit(int atCut, int ref, boolean early) {
        visits++;
        long entry = allocator.address(ref);
        if (isMarked(entry)) {
            return;
        }
        Entry.mark(entry, keyspace.currentMark());
        keysProcessed++;
        // Once a slice has done its share, whatever table or chain it still finds waits for
        // another.
        boolean mayWait = !early && visits >= sliceEnd;
        int table = EntryWriter.table(entry);
        if (table != Allocator.NULL) {
            if (mayWait || isLarge(table)) {
                var value =
                        new LargeTable(
                                atCut,
                                Entry.kind(entry),
                                file.firstTimeMs(entry),
                                table,
                                index.size(table));
                byTable.put(table, value);
                enqueue(value, entry);
                return;
            }
            index.forEach(table, markElement);
        } else if (EntryWriter.isChain(entry)) {
            long header = Entry.value(entry);
            if (writing && (mayWait || isLargeChain(header))) {
                visits += NodeChain.nodes(header);
                enqueue(new LargeChain(atCut, Entry.kind(entry), chains, header), entry);
                return;
            }
            for (int node = NodeChain.first(header);
                    writing && node != Allocator.NULL;
                    node = chains.next(node)) {
                countNode(node);
            }
        }
        if (!writing) {
            return;
        }
        if (early) {
            file.holdEntry(atCut, ref);
        } else {
            file.entry(atCut, ref);
        }
    }

    private void enqueue(LargeValue value, long entry) {
        waiting.add(value);
        if (writing) {
            file.holdHead(value, entry);
        }
    }

    /// {@return whether a chain has too many nodes, or too many bytes, to be written in one go}
    private boolean isLargeChain(long header) {
        int nodes = NodeChain.nodes(header);
        if (nodes == 1) {
            // No more than a string of that size.
            return false;
        }
        long bytes = 0;
        for (int node = NodeChain.first(header);
                nodes <= SMALL_NODES_MAX && node != Allocator.NULL;
                node = chains.next(node)) {
            visits++;
            bytes += chains.bytes(node);
        }
        return nodes > SMALL_NODES_MAX || bytes > SMALL_BYTES_MAX;
    }

    /// {@return whether a table has too many elements, or too many bytes, to be written in one go}
    private boolean isLarge(int table) {
        if (index.size(table) > SMALL_ELEMENTS_MAX) {
            return true;
        }
        measuredBytes = 0;
        long cursor = 0;
        do {
            cursor = index.scan(table, cursor, measureElement);
        } while (cursor != 0 && measuredBytes <= SMALL_BYTES_MAX);
        return measuredBytes > SMALL_BYTES_MAX;
    }

    private void measureElement(int element) {
        visits++;
        measuredBytes += Entry.bytes(allocator.address(element));
    }

    private void markElement(int element) {
        visits++;
        Entry.mark(allocator.address(element), keyspace.currentMark());
    }

    private void visitElement(int element) {
        visits++;
        long address = allocator.address(element);
        if (current instanceof LargeTable value && !isMarked(address)) {
            Entry.mark(address, keyspace.currentMark());
            if (writing) {
                file.element(value, element);
            }
        }
    }

    private boolean isMarked(long entry) {
        return Entry.mark(entry) == keyspace.currentMark();
    }

    private void checkHeld() {
        if (file.holdsTooMuch()) {
            LOG.warn(
                    "snapshot failed held_bytes={} held_bytes_max={}",
                    file.heldBytes(),
                    file.heldBytesMax());
            fail("more than " + file.heldBytesMax() + " bytes of old data wait to be sent");
        }
    }

    // What the keyspace tells

    @Override
    public void beforeChange(int database, int ref) {
        visit(walk.numberAtCut(database), ref, true);
        checkHeld();
    }

    @Override
    public void beforeElementChange(int root, int element) {
        visits++;
        long address = allocator.address(element);
        if (isMarked(address)) {
            return;
        }
        Entry.mark(address, keyspace.currentMark());
        if (!writing) {
            return;
        }
        LargeTable value = byTable.get(root);
        if (value == null) {
            throw new IllegalStateException("an element is unwritten, its value is not");
        }
        file.holdElement(value, element);
        checkHeld();
    }

    @Override
    public boolean keepsTable(int root) {
        LargeTable value = byTable.get(root);
        if (value == null) {
            return false;
        }
        if (writing) {
            value.own();
            return true;
        }
        byTable.remove(root);
        value.forget();
        return false;
    }

    @Override
    public boolean keepsSlot(int database, int slot, int root, IntConsumer freeEntry) {
        int atCut = walk.numberAtCut(database);
        if (!writing || walk.hasPassed(atCut, slot)) {
            return false;
        }
        walk.addDropped(atCut, root, freeEntry);
        return true;
    }

    @Override
    public void beforeDataSetGoes() {
        // What is dropped as a whole would have to be kept as a whole, for a state that is of no
        // use any more.
        fail("the data set was emptied");
    }

    @Override
    public void swapped(int left, int right) {
        walk.swapped(left, right);
    }

    @Override
    public void keyspaceCloses() {
        fail("the keyspace was closed");
        // There will be no time for it.
        waiting.forEach(KeyspaceSnapshot::letGo);
        if (current != null) {
            letGo(current);
        }
    }

    private static void letGo(LargeValue value) {
        if (value instanceof LargeChain chain) {
            chain.passAll();
        }
    }

    private void fail(String reason) {
        if (writing) {
            failure = reason;
            stopWriting();
        }
    }

    /// Releases all buffers and gives back what only this snapshot still needed; marking and unpinning goes on.
    private void stopWriting() {
        if (!writing) {
            return;
        }
        writing = false;
        file.close();
        walk.disposeOfDropped();
        waiting.forEach(this::giveBack);
        if (current != null) {
            giveBack(current);
        }
    }

    private void giveBack(LargeValue value) {
        value.release();
        if (value instanceof LargeTable table && table.owned()) {
            byTable.remove(table.root());
            keyspace.dispose(table.root(), allocator::free);
            table.forget();
        }
    }
}
