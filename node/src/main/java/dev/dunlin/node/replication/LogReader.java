// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// A position in the [ReplicationLog] from which somebody reads: a replica, the append-only file, a slot migration.
///
/// Bytes are handed out as slices of the log's own memory, so any number of readers share one copy. What a reader has not
/// read yet stays in memory for it, up to its [LogReaderLimit]; beyond that it is overrun: it gets nothing more, and has to
/// start again.
///
/// Thread: the node's loop. The slices may be released by any thread.
public final class LogReader implements AutoCloseable {
    private static final long NOT_OVER = -1;

    private final ReplicationLog log;
    private final LogReaderLimit limit;
    private final Runnable onAvailable;

    /// Where records begin and end that are no effects (PING, REPLCONF GETACK), in pairs of offsets, oldest first; null for a reader that
    /// wants them. Each stands for bytes that the log keeps for the reader, so the log's limits bound them.
    private final @Nullable ArrayDeque<Long> controls;

    private @Nullable LogChunk chunk;
    private long offset;
    private boolean overrun;
    private long overSoftSinceMs = NOT_OVER;

    LogReader(
            ReplicationLog log,
            LogChunk chunk,
            long offset,
            LogReaderLimit limit,
            boolean effectsOnly,
            Runnable onAvailable) {
        this.log = log;
        this.chunk = chunk;
        this.offset = offset;
        this.limit = limit;
        this.onAvailable = onAvailable;
        this.controls = effectsOnly ? new ArrayDeque<>() : null;
        chunk.pins++;
    }

    /// {@return the next slice of at most `maxBytes` bytes, or null when nothing is published behind the position} The
    /// caller owns the slice and releases it; it must not write to it.
    public @Nullable ByteBuf next(int maxBytes) {
        long end = passControls();
        LogChunk current = enter(end);
        if (current == null) {
            return null;
        }
        int bytes = (int) Math.min(maxBytes, Math.min(end, current.end()) - offset);
        ByteBuf slice = current.bytes.retainedSlice((int) (offset - current.base), bytes);
        offset += bytes;
        return slice;
    }

    /// Moves behind records that are no effects.
    ///
    /// @return up to where the published bytes from the position on are effects
    private long passControls() {
        long published = log.publishedOffset();
        ArrayDeque<Long> ranges = controls;
        while (ranges != null && !ranges.isEmpty() && ranges.getFirst() < published) {
            if (ranges.getFirst() > offset) {
                return ranges.getFirst();
            }
            ranges.removeFirst();
            long behind = ranges.removeFirst();
            while (offset < behind) {
                LogChunk current = enter(published);
                if (current == null) {
                    return offset;
                }
                offset = Math.min(behind, current.end());
            }
        }
        return published;
    }

    /// {@return the chunk that the position is in, or null when nothing is to be read before `end`}
    private @Nullable LogChunk enter(long end) {
        LogChunk current = chunk;
        if (current == null || offset >= end) {
            return null;
        }
        if (offset == current.end()) {
            LogChunk following = current.next;
            if (following == null) {
                throw new IllegalStateException("published bytes without a chunk");
            }
            following.pins++;
            current.pins--;
            chunk = following;
            current = following;
            log.trim();
        }
        return current;
    }

    /// Takes note of a record that is no effect.
    void noteControl(long from, long to) {
        if (controls != null && !overrun && to > offset) {
            controls.add(from);
            controls.add(to);
        }
    }

    /// {@return bytes of the stream before the position}
    public long offset() {
        return offset;
    }

    /// {@return published bytes behind the position}
    public long available() {
        return chunk == null ? 0 : Math.max(0, log.publishedOffset() - offset);
    }

    /// {@return whether it fell too far behind, or the log began anew}
    public boolean overrun() {
        return overrun;
    }

    /// Gives up the position. The callback is not called again.
    @Override
    public void close() {
        log.remove(this);
        unpin();
    }

    /// Applies the limits. `nowMs` is only needed for the soft one.
    boolean overLimit(long endOffset, long backlogBytes, long nowMs) {
        long lag = endOffset - offset;
        if (limit.overHard(lag, backlogBytes)) {
            return true;
        }
        if (!limit.overSoft(lag)) {
            overSoftSinceMs = NOT_OVER;
            return false;
        }
        if (overSoftSinceMs == NOT_OVER) {
            overSoftSinceMs = nowMs;
        }
        return nowMs - overSoftSinceMs >= limit.softMs();
    }

    boolean overHardLimit(long endOffset, long backlogBytes) {
        return limit.overHard(endOffset - offset, backlogBytes);
    }

    void overrunNow() {
        overrun = true;
        unpin();
    }

    void wake() {
        onAvailable.run();
    }

    private void unpin() {
        if (chunk != null) {
            chunk.pins--;
            chunk = null;
            log.trim();
        }
    }
}
