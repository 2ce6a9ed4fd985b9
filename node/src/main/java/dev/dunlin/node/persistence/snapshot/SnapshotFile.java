// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import dev.dunlin.node.Version;
import dev.dunlin.node.persistence.rdb.RdbEncoder;
import dev.dunlin.node.persistence.rdb.RdbWriter;
import dev.dunlin.node.replication.SnapshotCut;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;

/// The file that a snapshot becomes, with the data that waits for its place in it.
///
/// Each database's entries follow a record that selects it. Entries that were about to change wait in chunks that select for themselves,
/// so a chunk may come between any two entries.
///
/// Thread: owned by the node's loop.
final class SnapshotFile implements AutoCloseable {
    static final int SLICE_BYTES = 64 * 1024;

    private final EntryWriter entries;
    private final RdbWriter writer;
    private final RdbEncoder values;
    private final long heldBytesMax;

    /// Entries that were about to change.
    private final HeldBytes held = new HeldBytes();

    private int heldDatabase;
    private long heldBytes;
    private int writtenDatabase = -1;

    /// @param heldBytesMax that may wait
    SnapshotFile(
            EntryWriter entries, boolean compress, RdbWriter.Trailer trailer, long heldBytesMax) {
        this.entries = entries;
        this.heldBytesMax = heldBytesMax;
        this.writer = new RdbWriter(PooledByteBufAllocator.DEFAULT, SLICE_BYTES, compress, trailer);
        this.values = writer.values();
    }

    void header(SnapshotForm form, long nowMs, long usedBytes) {
        SnapshotCut cut = form.cut();
        writer.header();
        writer.aux("redis-ver", Version.REDIS);
        writer.aux("redis-bits", 64);
        writer.aux("ctime", nowMs / 1000);
        writer.aux("used-mem", usedBytes);
        if (cut != null) {
            writer.aux("repl-stream-db", cut.streamDb());
            writer.aux("repl-id", cut.id().toString());
            writer.aux("repl-offset", cut.offset());
        }
        writer.aux("aof-base", form.aofBase() ? 1 : 0);
        form.functions().forEach(writer::function);
    }

    /// Says how many keys a database has, before any of its keys.
    void size(int atCut, long keys, long keysWithExpiry) {
        select(atCut);
        writer.resizeDb(keys, keysWithExpiry);
    }

    void end() {
        writer.end();
    }

    /// {@return what was written since the last call, for the caller to release}
    ByteBuf take() {
        return writer.take();
    }

    int bufferedBytes() {
        return writer.bufferedBytes();
    }

    // What is written in its place

    void entry(int atCut, int ref) {
        select(atCut);
        entries.write(values, writer.out(), ref);
    }

    /// Writes what a large value begins with.
    void head(LargeValue value) {
        select(value.database);
        ByteBuf chunk = value.head.take();
        heldBytes -= chunk.readableBytes();
        writer.out().writeBytes(chunk);
        chunk.release();
    }

    void element(LargeTable value, int element) {
        entries.element(values, writer.out(), value.kind, value.firstTimeMs, element);
        value.written++;
    }

    void node(LargeValue value, int node) {
        entries.node(values, writer.out(), value.kind, node);
        value.written++;
    }

    private void select(int atCut) {
        if (writtenDatabase != atCut) {
            writer.selectDb(atCut);
            writtenDatabase = atCut;
        }
    }

    /// {@return what the times of an entry's fields are written relative to; see [EntryWriter#firstTimeMs]}
    long firstTimeMs(long entry) {
        return entries.firstTimeMs(entry);
    }

    // What has to wait for its place

    void holdEntry(int atCut, int ref) {
        ByteBuf out = held.out();
        int before = out.readableBytes();
        if (before == 0 || heldDatabase != atCut) {
            RdbWriter.selectDb(values, out, atCut);
            heldDatabase = atCut;
        }
        entries.write(values, out, ref);
        heldBytes += out.readableBytes() - before;
    }

    void holdHead(LargeValue value, long entry) {
        ByteBuf head = value.head.out();
        entries.head(values, head, entry);
        heldBytes += head.readableBytes();
        if (value instanceof LargeChain chain && EntryWriter.hasTail(entry)) {
            ByteBuf tail = chain.tail.out();
            entries.tail(values, tail, entry);
            heldBytes += tail.readableBytes();
        }
    }

    void holdElement(LargeTable value, int element) {
        ByteBuf out = value.early.out();
        int before = out.readableBytes();
        entries.element(values, out, value.kind, value.firstTimeMs, element);
        value.written++;
        heldBytes += out.readableBytes() - before;
    }

    boolean hasHeldEntries() {
        return !held.isEmpty();
    }

    long heldBytes() {
        return heldBytes;
    }

    /// {@return whether more waits than may}
    boolean holdsTooMuch() {
        return heldBytes > heldBytesMax;
    }

    long heldBytesMax() {
        return heldBytesMax;
    }

    /// Makes a chunk of entries that waited part of the file.
    ///
    /// @return false when the buffer must be taken first
    boolean placeHeldEntries() {
        boolean placed = place(held);
        if (placed) {
            // It may have selected any database.
            writtenDatabase = -1;
        }
        return placed;
    }

    /// Makes a chunk part of the file.
    ///
    /// @return false when the buffer must be taken first
    boolean place(HeldBytes from) {
        if (writer.bufferedBytes() > 0) {
            return false;
        }
        ByteBuf chunk = from.take();
        heldBytes -= chunk.readableBytes();
        writer.adopt(chunk);
        return true;
    }

    @Override
    public void close() {
        writer.close();
        held.release();
        heldBytes = 0;
    }
}
