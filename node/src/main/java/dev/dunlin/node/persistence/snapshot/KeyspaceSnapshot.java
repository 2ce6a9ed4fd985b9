// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.Version;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.keyspace.SnapshotHook;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.persistence.rdb.RdbWriter;
import dev.dunlin.node.replication.SnapshotCut;
import dev.dunlin.node.replication.SnapshotSink;
import dev.dunlin.node.replication.SnapshotSource;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// All data of a node at one instant, as an RDB file, made on the node's loop in slices while writes go on.
///
/// ```
/// begin     every entry that exists is unmarked (the keyspace swaps the meaning of the mark bit, which costs nothing)
/// next()    walks the tables; writes what is unmarked, and marks it
/// a write   finds its entry unmarked: the snapshot writes the old value first, and marks it; new entries are born marked
/// ```
///
/// So every entry of the cut is written exactly once, in the state that it had then, and the extra memory is one buffer. The walk uses
/// the tables' scan cursors, so tables may grow and shrink meanwhile.
///
/// One at a time. A snapshot that is given up goes on walking without writing until all entries are marked again.
///
/// Thread: owned by the node's loop.
public final class KeyspaceSnapshot implements SnapshotSource, SnapshotHook {
    private static final int SLICE_BYTES = 64 * 1024;

    /// Chains of a table that one call walks at most, however few of their entries are to be written.
    private static final int CHAINS_PER_SLICE = 256;

    private final Keyspace keyspace;
    private final EntryWriter entries;
    private final RdbWriter writer;
    private final Runnable released;

    /// Where the content that each database had at the cut is now: SWAPDB moves whole tables.
    private final int[] contentAt;

    private int database;
    private int slot;
    private long cursor;
    private int writtenDatabase = -1;
    private boolean walked;
    private boolean ended;
    private boolean abandoned;
    private @Nullable String failure;

    private KeyspaceSnapshot(Keyspace keyspace, boolean compress, Runnable released) {
        this.keyspace = keyspace;
        this.entries = new EntryWriter(keyspace);
        this.released = released;
        this.contentAt = new int[keyspace.databases()];
        Arrays.setAll(contentAt, i -> i);
        this.writer =
                new RdbWriter(
                        PooledByteBufAllocator.DEFAULT,
                        SLICE_BYTES,
                        compress,
                        RdbWriter.Trailer.CHECKSUM);
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
        var snapshot = new KeyspaceSnapshot(keyspace, compress, released);
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
        if (ended || failure != null) {
            return null;
        }
        walk(Math.min(maxBytes, SLICE_BYTES));
        if (walked) {
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
        if (walked) {
            writer.close();
        } else {
            abandoned = true;
        }
    }

    /// {@return whether it was given up and still has entries to mark; call [#sweep] then}
    public boolean needsSweep() {
        return abandoned && !walked;
    }

    /// Marks some more entries of a snapshot that was given up.
    public void sweep() {
        walk(SLICE_BYTES);
    }

    /// Marks all entries of a snapshot that was given up, at once, because another is to begin.
    public void sweepAll() {
        abandoned = true;
        while (!walked) {
            sweep();
        }
    }

    /// Writes until about `maxBytes` are buffered, or a slice's work is done.
    private void walk(int maxBytes) {
        int chains = CHAINS_PER_SLICE;
        while (!walked && chains-- > 0 && writer.bufferedBytes() < maxBytes) {
            Database at = keyspace.database(contentAt[database]);
            if (at.slotSize(slot) > 0) {
                cursor = at.scan(slot, cursor, ref -> visit(database, ref));
            } else {
                cursor = 0;
            }
            if (cursor == 0) {
                nextTable();
            }
        }
    }

    private void nextTable() {
        slot++;
        if (slot == keyspace.database(database).slots()) {
            slot = 0;
            database++;
        }
        if (database == keyspace.databases()) {
            walked = true;
            keyspace.endSnapshot();
            if (abandoned) {
                writer.close();
            }
            released.run();
        }
    }

    /// @param inDatabase as it was numbered at the cut
    private void visit(int inDatabase, int ref) {
        long entry = keyspace.allocator().address(ref);
        boolean done = keyspace.currentMark();
        if (Entry.mark(entry) == done) {
            return;
        }
        Entry.mark(entry, done);
        if (abandoned || failure != null) {
            return;
        }
        if (writtenDatabase != inDatabase) {
            writer.selectDb(inDatabase);
            writtenDatabase = inDatabase;
        }
        entries.write(writer, ref);
    }

    @Override
    public void beforeChange(int inDatabase, int ref) {
        visit(numberAtCut(inDatabase), ref);
    }

    @Override
    public void beforeDrop(int inDatabase, int droppedSlot) {
        int number = numberAtCut(inDatabase);
        keyspace.database(inDatabase).forEach(droppedSlot, ref -> visit(number, ref));
    }

    @Override
    public void beforeSwap(int left, int right) {
        int leftContent = numberAtCut(left);
        contentAt[numberAtCut(right)] = left;
        contentAt[leftContent] = right;
    }

    private int numberAtCut(int databaseNow) {
        int number = 0;
        while (contentAt[number] != databaseNow) {
            number++;
        }
        return number;
    }

    @Override
    public void beforeClear(int inDatabase) {
        // What is dropped as a whole would have to be written as a whole, now. Redis ends its
        // saving child as well.
        if (failure == null && keyspace.database(inDatabase).size() > 0) {
            failure = "the database was emptied";
        }
    }
}
