// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/// The end of the file that is being written: batches in, in order, each whole or not at all as far as the disk lets one say so.
///
/// ```
///   | synced | written, not synced | batches to write ...
///            ^ syncedPosition      ^ writtenPosition
/// ```
///
/// A write that fails is undone by truncating, and tried again from the same position, so the file is at any moment the beginning of what
/// it should be. A sync that fails may have lost any of the bytes since the last one that did not, whatever later syncs say: where they
/// are still in memory ([#keepUntilSynced]) they are written once more; else the file is [#suspect], and only a new base makes up for it.
///
/// Invariant: syncedPosition <= writtenPosition; batches leave in the order they came.
///
/// Thread: the writer's.
final class AofAppender implements AutoCloseable {
    /// Most buffers the system takes in one call.
    private static final int BUFFERS_MAX = 1024;

    /// Most bytes written in one call, so that none of them takes long.
    private static final long WRITE_BYTES_MAX = 8L << 20;

    private Disk.OpenFile file;
    private long syncedPosition;
    private long writtenPosition;
    private long syncedOffset;
    private long writtenOffset;

    /// Written, not known to be on disk, and kept for that.
    private final ArrayDeque<AofBatch> unsynced = new ArrayDeque<>();

    private final ArrayDeque<AofBatch> unwritten = new ArrayDeque<>();
    private long writtenBytes;
    private boolean keeps;
    private boolean suspect;

    /// @param position where the file ends; all before is on disk
    /// @param offset of the log that stands for that end
    AofAppender(Disk.OpenFile file, long position, long offset) {
        this.file = file;
        syncedPosition = position;
        writtenPosition = position;
        syncedOffset = offset;
        writtenOffset = offset;
    }

    /// Whether written batches stay in memory until they are on disk.
    void keepUntilSynced(boolean keep) {
        keeps = keep;
        if (!keep) {
            drop(unsynced);
        }
    }

    void add(AofBatch batch) {
        unwritten.add(batch);
    }

    boolean hasUnwritten() {
        return !unwritten.isEmpty();
    }

    boolean hasUnsynced() {
        return syncedPosition != writtenPosition;
    }

    /// {@return bytes that are in the file and not known to be on disk}
    long unsyncedBytes() {
        return writtenPosition - syncedPosition;
    }

    /// {@return offset of the log behind the last batch that is in the file}
    long writtenOffset() {
        return writtenOffset;
    }

    /// {@return offset of the log behind the last batch that is on disk}
    long syncedOffset() {
        return syncedOffset;
    }

    /// {@return size of the file in bytes}
    long fileBytes() {
        return writtenPosition;
    }

    /// {@return bytes of all batches written, over all files}
    long writtenBytes() {
        return writtenBytes;
    }

    /// {@return whether bytes may be missing in the file that nobody has any more}
    boolean suspect() {
        return suspect;
    }

    /// A new base stands for all that the file may have lost.
    void trust() {
        suspect = false;
    }

    /// Writes all batches.
    ///
    /// @throws IOException when that failed; those not written wait for the next call
    void write() throws IOException {
        while (!unwritten.isEmpty()) {
            List<ByteBuffer> buffers = new ArrayList<>();
            List<AofBatch> group = new ArrayList<>();
            long bytes = 0;
            for (AofBatch batch : unwritten) {
                if (!group.isEmpty()
                        && (buffers.size() + batch.parts().size() > BUFFERS_MAX
                                || bytes + batch.bytes() > WRITE_BYTES_MAX)) {
                    break;
                }
                batch.parts().forEach(part -> buffers.add(part.nioBuffer()));
                group.add(batch);
                bytes += batch.bytes();
            }
            writeFully(buffers.toArray(ByteBuffer[]::new), bytes);
            writtenPosition += bytes;
            writtenBytes += bytes;
            writtenOffset = group.getLast().endOffset();
            for (AofBatch batch : group) {
                unwritten.remove();
                if (keeps) {
                    unsynced.add(batch);
                } else {
                    batch.release();
                }
            }
        }
    }

    private void writeFully(ByteBuffer[] buffers, long bytes) throws IOException {
        long done = 0;
        try {
            while (done < bytes) {
                long written = file.write(writtenPosition + done, buffers);
                if (written <= 0) {
                    throw new IOException("nothing could be written");
                }
                done += written;
            }
        } catch (IOException failed) {
            undo(failed);
            throw failed;
        }
    }

    /// Takes back what a failed write may have left. When even that fails, the next attempt writes over it.
    private void undo(IOException cause) {
        try {
            file.truncate(writtenPosition);
        } catch (IOException failed) {
            cause.addSuppressed(failed);
        }
    }

    /// Makes all that was written last.
    ///
    /// @throws IOException when that failed
    void sync() throws IOException {
        if (!hasUnsynced()) {
            syncedOffset = writtenOffset;
            return;
        }
        try {
            file.sync();
        } catch (IOException failed) {
            takeBack(failed);
            throw failed;
        }
        syncedPosition = writtenPosition;
        syncedOffset = writtenOffset;
        drop(unsynced);
    }

    /// Back to the last position that is sure, as far as there is memory of what came behind it.
    private void takeBack(IOException cause) {
        long kept = 0;
        for (AofBatch batch : unsynced) {
            kept += batch.bytes();
        }
        if (kept != writtenPosition - syncedPosition) {
            suspect = true;
            return;
        }
        writtenPosition = syncedPosition;
        writtenOffset = syncedOffset;
        writtenBytes -= kept;
        while (!unsynced.isEmpty()) {
            unwritten.addFirst(unsynced.removeLast());
        }
        undo(cause);
    }

    /// Goes on in another file, which is empty; the one so far must be on disk.
    ///
    /// @return the file so far, for the caller to close
    Disk.OpenFile switchTo(Disk.OpenFile next) {
        if (hasUnsynced()) {
            throw new IllegalStateException("the file before is not on disk");
        }
        Disk.OpenFile before = file;
        file = next;
        syncedPosition = 0;
        writtenPosition = 0;
        return before;
    }

    /// Drops what is not written, and closes the file.
    @Override
    public void close() throws IOException {
        drop(unsynced);
        drop(unwritten);
        file.close();
    }

    private static void drop(ArrayDeque<AofBatch> batches) {
        batches.forEach(AofBatch::release);
        batches.clear();
    }
}
