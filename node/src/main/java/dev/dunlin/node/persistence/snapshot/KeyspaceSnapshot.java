// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.Version;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.SnapshotHook;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.HashIndex;
import dev.dunlin.node.persistence.rdb.RdbEncoder;
import dev.dunlin.node.persistence.rdb.RdbWriter;
import dev.dunlin.node.replication.SnapshotCut;
import dev.dunlin.node.replication.SnapshotSink;
import dev.dunlin.node.replication.SnapshotSource;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
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
/// A value that is a large table is never written in one go: it becomes a [LargeValue], when the walk comes upon it or when the first write
/// does. Its elements have mark bits of their own, so a write to an unwritten one sets only that one aside. When its key is deleted, the
/// snapshot keeps the table until it is written; likewise a slot that is dropped. Only a database that is emptied makes the snapshot fail,
/// as Redis ends its saving child then.
///
/// One at a time. A snapshot that is given up goes on walking without writing until all entries are marked again.
///
/// Thread: owned by the node's loop.
public final class KeyspaceSnapshot implements SnapshotSource, SnapshotHook {
    private static final Logger LOG = LoggerFactory.getLogger(KeyspaceSnapshot.class);

    private static final int SLICE_BYTES = 64 * 1024;

    /// Entries and elements that one slice looks at, and a chain or a small value more; also tables and chains, however empty they are.
    static final int VISITS_PER_SLICE = 2048;

    /// A table of more elements, or of more bytes, is not written in one go.
    static final int SMALL_ELEMENTS_MAX = 512;

    private static final int SMALL_BYTES_MAX = 64 * 1024;

    /// What may wait for its place in the file; above it the snapshot fails. As much as Redis lets a replica fall behind. To write the rest
    /// of a large value in one go instead would need more memory, not less, and stall the loop.
    private static final long HELD_BYTES_MAX = 256L << 20;

    private final Keyspace keyspace;
    private final Allocator allocator;
    private final HashIndex index;
    private final EntryWriter entries;
    private final RdbWriter writer;
    private final RdbEncoder values;
    private final Runnable released;
    private final long heldBytesMax;
    private final SnapshotWalk walk;
    private final IntConsumer visitElement = this::visitElement;
    private final IntConsumer markElement = this::markElement;
    private final IntConsumer measureElement = this::measureElement;

    /// Large values that wait, and the one whose elements are being written: nothing else may be written until it is complete.
    private final ArrayDeque<LargeValue> waiting = new ArrayDeque<>();

    private @Nullable LargeValue current;

    /// All that are not complete yet, by their table.
    private final IntObjectMap<LargeValue> byTable = new IntObjectHashMap<>();

    /// Entries that were about to change.
    private final HeldBytes held = new HeldBytes();

    private int heldDatabase;
    private long heldBytes;
    private int writtenDatabase = -1;
    private long visits;
    private long sliceEnd;
    private long measuredBytes;
    private boolean finished;
    private boolean ended;
    private boolean writing = true;
    private boolean abandoned;
    private @Nullable String failure;

    private KeyspaceSnapshot(
            Keyspace keyspace, boolean compress, Runnable released, long heldBytesMax) {
        this.keyspace = keyspace;
        this.allocator = keyspace.allocator();
        this.index = keyspace.index();
        this.entries = new EntryWriter(keyspace);
        this.released = released;
        this.heldBytesMax = heldBytesMax;
        this.walk = new SnapshotWalk(keyspace, this::visitEntry);
        this.writer =
                new RdbWriter(
                        PooledByteBufAllocator.DEFAULT,
                        SLICE_BYTES,
                        compress,
                        RdbWriter.Trailer.CHECKSUM);
        this.values = writer.values();
    }

    /// Fixes the cut at this very moment.
    ///
    /// @param cut position in the log that the data stands for; null for a file that is not for replication
    /// @param released called when another snapshot may begin
    public static KeyspaceSnapshot begin(
            Keyspace keyspace,
            @Nullable SnapshotCut cut,
            boolean compress,
            long nowMs,
            Runnable released) {
        return begin(keyspace, cut, compress, nowMs, released, HELD_BYTES_MAX);
    }

    /// As the other, with another limit of what may be held.
    static KeyspaceSnapshot begin(
            Keyspace keyspace,
            @Nullable SnapshotCut cut,
            boolean compress,
            long nowMs,
            Runnable released,
            long heldBytesMax) {
        var snapshot = new KeyspaceSnapshot(keyspace, compress, released, heldBytesMax);
        snapshot.writeHeader(cut, nowMs);
        keyspace.beginSnapshot(snapshot);
        return snapshot;
    }

    private void writeHeader(@Nullable SnapshotCut cut, long nowMs) {
        writer.header();
        writer.aux("redis-ver", Version.REDIS);
        writer.aux("redis-bits", 64);
        writer.aux("ctime", nowMs / 1000);
        writer.aux("used-mem", keyspace.usedBytes());
        if (cut != null) {
            writer.aux("repl-stream-db", cut.streamDb());
            writer.aux("repl-id", cut.id().toString());
            writer.aux("repl-offset", cut.offset());
        }
        writer.aux("aof-base", 0);
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
        advance(Math.min(maxBytes, SLICE_BYTES));
        if (!writing) {
            return null;
        }
        if (finished) {
            writer.end();
            ended = true;
        }
        return writer.take();
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
        advance(SLICE_BYTES);
    }

    /// {@return entries and elements looked at so far, and tables and chains: the measure of work}
    long visits() {
        return visits;
    }

    /// {@return bytes that wait for their place in the file}
    long heldBytes() {
        return heldBytes;
    }

    // The way through the data

    /// Writes until about `maxBytes` are buffered, or a slice's work is done.
    private void advance(int maxBytes) {
        sliceEnd = visits + VISITS_PER_SLICE;
        while (!finished && visits < sliceEnd && (!writing || writer.bufferedBytes() < maxBytes)) {
            if (current == null && !held.isEmpty()) {
                if (!place(held)) {
                    return;
                }
                // It may have selected any database.
                writtenDatabase = -1;
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
                selectWritten(value.database);
                copy(value.head);
            }
        } else if (!value.scanned && value.root() != Allocator.NULL) {
            visits++;
            value.cursor = index.scan(value.root(), value.cursor, visitElement);
            value.scanned = value.cursor == 0;
        } else if (!value.early.isEmpty()) {
            return place(value.early);
        } else {
            complete(value);
        }
        return true;
    }

    private void complete(LargeValue value) {
        current = null;
        if (writing && value.written != value.count) {
            // A bug, and the file is not readable: whoever waits for it must hear of it.
            LOG.error("snapshot failed elements={} written={}", value.count, value.written);
            fail("a large value was not written as a whole");
        }
        if (value.root() != Allocator.NULL) {
            byTable.remove(value.root());
        }
        if (value.owned()) {
            keyspace.dispose(value.root(), allocator::free);
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
        int table = EntryWriter.table(entry);
        if (table != Allocator.NULL) {
            // Once a slice has done its share, whatever table it still finds waits for another.
            if ((!early && visits >= sliceEnd) || isLarge(table)) {
                enqueue(atCut, entry, table);
                return;
            }
            index.forEach(table, markElement);
        }
        if (!writing) {
            return;
        }
        if (early) {
            hold(atCut, ref);
        } else {
            selectWritten(atCut);
            entries.write(values, writer.out(), ref);
        }
    }

    private void enqueue(int atCut, long entry, int table) {
        var value = new LargeValue(atCut, Entry.kind(entry), table, index.size(table));
        byTable.put(table, value);
        waiting.add(value);
        if (writing) {
            ByteBuf head = value.head.out();
            entries.head(values, head, entry);
            heldBytes += head.readableBytes();
        }
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
        LargeValue value = current;
        if (value != null && !isMarked(address)) {
            Entry.mark(address, keyspace.currentMark());
            if (writing) {
                entries.element(values, writer.out(), value.kind, element);
                value.written++;
            }
        }
    }

    private boolean isMarked(long entry) {
        return Entry.mark(entry) == keyspace.currentMark();
    }

    // What has to wait for its place in the file

    private void hold(int atCut, int ref) {
        ByteBuf out = held.out();
        int before = out.readableBytes();
        if (before == 0 || heldDatabase != atCut) {
            RdbWriter.selectDb(values, out, atCut);
            heldDatabase = atCut;
        }
        entries.write(values, out, ref);
        heldBytes += out.readableBytes() - before;
    }

    private void checkHeld() {
        if (heldBytes > heldBytesMax) {
            LOG.warn("snapshot failed held_bytes={} held_bytes_max={}", heldBytes, heldBytesMax);
            fail("more than " + heldBytesMax + " bytes of old data wait to be sent");
        }
    }

    /// Makes a chunk part of the file.
    ///
    /// @return false when the buffer must be taken first
    private boolean place(HeldBytes from) {
        if (writer.bufferedBytes() > 0) {
            return false;
        }
        ByteBuf chunk = from.take();
        heldBytes -= chunk.readableBytes();
        writer.adopt(chunk);
        return true;
    }

    private void copy(HeldBytes from) {
        ByteBuf chunk = from.take();
        heldBytes -= chunk.readableBytes();
        writer.out().writeBytes(chunk);
        chunk.release();
    }

    private void selectWritten(int atCut) {
        if (writtenDatabase != atCut) {
            writer.selectDb(atCut);
            writtenDatabase = atCut;
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
        LargeValue value = byTable.get(root);
        if (value == null) {
            throw new IllegalStateException("an element is unwritten, its value is not");
        }
        ByteBuf out = value.early.out();
        int before = out.readableBytes();
        entries.element(values, out, value.kind, element);
        value.written++;
        heldBytes += out.readableBytes() - before;
        checkHeld();
    }

    @Override
    public boolean keepsTable(int root) {
        LargeValue value = byTable.get(root);
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
    public void beforeClear(int database) {
        // What is dropped as a whole would have to be kept as a whole.
        if (keyspace.database(database).size() > 0) {
            fail("the database was emptied");
        }
    }

    @Override
    public void swapped(int left, int right) {
        walk.swapped(left, right);
    }

    @Override
    public void keyspaceCloses() {
        fail("the keyspace was closed");
    }

    private void fail(String reason) {
        if (writing) {
            failure = reason;
            stopWriting();
        }
    }

    /// Releases all buffers and gives back what only this snapshot still needed; marking goes on.
    private void stopWriting() {
        if (!writing) {
            return;
        }
        writing = false;
        writer.close();
        held.release();
        heldBytes = 0;
        walk.disposeOfDropped();
        waiting.forEach(this::giveBack);
        if (current != null) {
            giveBack(current);
        }
    }

    private void giveBack(LargeValue value) {
        value.release();
        if (value.owned()) {
            byTable.remove(value.root());
            keyspace.dispose(value.root(), allocator::free);
            value.forget();
        }
    }
}
