// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.dunlin.node.replication.LogReader;
import dev.dunlin.node.replication.LogReaderLimit;
import dev.dunlin.node.replication.ReplicationLog;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Reads the node's log for the append-only file, and knows how far the file is.
///
/// What a turn of the loop has published is one batch for the [AofWriter], without copies: slices of the log's own memory. Each file
/// begins with the SELECT that its first command needs; with `aof-timestamp-enabled` a line with the time comes before a batch, once a
/// second.
///
/// Thread: the node's loop. Memory: what is handed over and not written stays; above [#HELD_BYTES_MAX] ([#isFull]) writes are to wait.
final class AofFeed implements AutoCloseable {
    /// Bytes that may wait for the disk before writes do.
    static final long HELD_BYTES_MAX = 64L << 20;

    /// How long bytes may wait for the disk under `everysec` before writes do, as long as Redis puts a write off while a sync is under way.
    static final long HELD_MS_MAX = 2000;

    private static final int SLICE_BYTES = 1 << 20;
    private static final long NONE = -1;

    private final ReplicationLog log;
    private final AofWriter writer;
    private final BooleanSupplier timestamps;
    private final LongSupplier nowMs;
    private final Runnable onLost;
    private final LogReader reader;

    /// The database that the next file begins in, or [ReplicationLog#NO_DB] when its first command is a SELECT.
    private int selectFirst;

    private long lastTimestampSeconds;

    /// Bytes handed over so far, and the log offset behind them.
    private long handedBytes;

    private long handedOffset;

    /// Since when something waits to be written, or NONE; and what it was that began to wait.
    private long waitingSinceMs = NONE;

    private long waitingFor;
    private boolean late;
    private long delayed;

    /// Begins with what the log gets from now on; no command may be open.
    ///
    /// @param timestamps `aof-timestamp-enabled`
    /// @param onLost called when the log begins anew, so that the file does not belong to it any more
    AofFeed(
            ReplicationLog log,
            AofWriter writer,
            BooleanSupplier timestamps,
            LongSupplier nowMs,
            Runnable onLost) {
        this.log = log;
        this.writer = writer;
        this.timestamps = timestamps;
        this.nowMs = nowMs;
        this.onLost = onLost;
        this.handedOffset = log.offset();
        this.selectFirst = log.streamDb();
        this.reader = log.openEffectsReader(LogReaderLimit.NONE, this::drain);
    }

    /// What is written from now on goes to another file, in the writer's order; what was written is handed over before.
    void beginFile() {
        handOver();
        selectFirst = log.streamDb();
    }

    /// Hands over all that the log has.
    void handOver() {
        log.publish();
    }

    private void drain() {
        if (reader.overrun()) {
            onLost.run();
            return;
        }
        List<ByteBuf> parts = new ArrayList<>(4);
        for (ByteBuf slice = reader.next(SLICE_BYTES);
                slice != null;
                slice = reader.next(SLICE_BYTES)) {
            if (parts.isEmpty()) {
                addPrelude(parts);
            }
            parts.add(slice);
        }
        if (reader.offset() == handedOffset) {
            return;
        }
        handedOffset = reader.offset();
        AofBatch batch = AofBatch.of(parts, handedOffset);
        handedBytes += batch.bytes();
        if (writer.appendNow(batch)) {
            return;
        }
        if (waitingSinceMs == NONE) {
            waitFromNow();
        }
        writer.append(batch);
    }

    private void addPrelude(List<ByteBuf> parts) {
        if (timestamps.getAsBoolean()) {
            long seconds = nowMs.getAsLong() / 1000;
            if (seconds != lastTimestampSeconds) {
                lastTimestampSeconds = seconds;
                parts.add(text("#TS:" + seconds + "\r\n"));
            }
        }
        if (selectFirst != ReplicationLog.NO_DB) {
            String db = Integer.toString(selectFirst);
            parts.add(text("*2\r\n$6\r\nSELECT\r\n$" + db.length() + "\r\n" + db + "\r\n"));
            selectFirst = ReplicationLog.NO_DB;
        }
    }

    private static ByteBuf text(String text) {
        return Unpooled.directBuffer(text.length()).writeBytes(text.getBytes(US_ASCII));
    }

    // ---- How far the file is ----

    /// {@return bytes that wait to be written, INFO's `aof_buffer_length`}
    long waitingBytes() {
        return handedBytes - writer.progress().writtenBytes();
    }

    /// {@return how often writes had to wait for the disk for too long, INFO's `aof_delayed_fsync`}
    long delayed() {
        return delayed;
    }

    /// {@return whether so much waits for the disk, or for so long, that nothing should be added}
    boolean isFull() {
        return late || waitingBytes() > HELD_BYTES_MAX;
    }

    private void waitFromNow() {
        waitingSinceMs = nowMs.getAsLong();
        waitingFor = handedOffset;
    }

    /// Looks how long bytes have been waiting; when the writer has made progress, and with each tick.
    ///
    /// @param policy what is promised; with `always` everybody waits anyway, and with `no` nobody for the disk
    void watch(FsyncPolicy policy) {
        long written = writer.progress().writtenOffset();
        if (written >= handedOffset) {
            waitingSinceMs = NONE;
        } else if (written >= waitingFor || waitingSinceMs == NONE) {
            waitFromNow();
        }
        boolean before = late;
        late =
                policy == FsyncPolicy.EVERYSEC
                        && waitingSinceMs != NONE
                        && nowMs.getAsLong() - waitingSinceMs > HELD_MS_MAX;
        if (late && !before) {
            delayed++;
        }
    }

    /// Stops reading; what was handed over stays with the writer.
    @Override
    public void close() {
        reader.close();
    }
}
