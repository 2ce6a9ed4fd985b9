// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import org.jspecify.annotations.Nullable;

/// Turns a data set of unknown size into one of known size: all of it goes to a temporary file first. Needed for replicas
/// that do not understand a marked end, and with `repl-diskless-sync no`.
///
/// Thread: the node's loop. Memory: a few megabytes on their way to or from the file.
final class SnapshotSpool implements SnapshotSource {
    private static final int READ_BYTES = 256 << 10;

    private final SnapshotSource source;
    private final SpoolFile file;
    private final SnapshotPace pace = new SnapshotPace(System.nanoTime());
    private final EventLoop loop;
    private Runnable callback = () -> {};
    private long totalBytes = SnapshotSink.UNKNOWN_BYTES;
    private boolean finishing;
    private boolean scheduled;
    private boolean closed;
    private @Nullable String failure;

    private long readBytes;
    private long givenBytes;
    private boolean reading;
    private @Nullable ByteBuf ready;

    SnapshotSpool(SnapshotSource source, ReplicationHost host, EventLoop loop) {
        this.source = source;
        this.loop = loop;
        this.file =
                new SpoolFile(
                        host.snapshotDirectory()
                                .resolve("temp-spool-" + System.identityHashCode(this) + ".rdb"),
                        host.background(),
                        loop,
                        this::schedule);
        source.onMore(this::schedule);
        schedule();
    }

    private void schedule() {
        if (!scheduled && !closed) {
            scheduled = true;
            NextTurn.run(loop, this::fill);
        }
    }

    /// Moves one slice from the source to the file, and comes again.
    private void fill() {
        scheduled = false;
        if (closed || finishing || file.full()) {
            return;
        }
        int bytes = pace.begin(System.nanoTime());
        if (bytes == 0) {
            schedule();
            return;
        }
        ByteBuf slice = source.next(bytes);
        if (slice != null) {
            file.write(slice);
        }
        pace.end(System.nanoTime());
        if (source.failure() != null) {
            failure = source.failure();
            callback.run();
        } else if (source.ended()) {
            finishing = true;
            file.finish(error -> {
                if (error.isPresent()) {
                    failure = error.get().toString();
                } else {
                    totalBytes = file.writtenBytes();
                }
                callback.run();
            });
        } else if (slice != null) {
            schedule();
        }
    }

    @Override
    public long totalBytes() {
        return totalBytes;
    }

    @Override
    public @Nullable ByteBuf next(int maxBytes) {
        if (totalBytes == SnapshotSink.UNKNOWN_BYTES || failure != null) {
            return null;
        }
        ByteBuf slice = ready;
        ready = null;
        if (slice != null) {
            givenBytes += slice.readableBytes();
        }
        if (!reading && readBytes < totalBytes) {
            reading = true;
            int bytes = (int) Math.min(READ_BYTES, totalBytes - readBytes);
            file.read(
                    readBytes,
                    bytes,
                    (buffer, error) -> {
                        reading = false;
                        if (error.isPresent()) {
                            buffer.release();
                            failure = error.get().toString();
                        } else {
                            readBytes += bytes;
                            ready = buffer;
                        }
                        callback.run();
                    });
        }
        return slice;
    }

    @Override
    public boolean ended() {
        return givenBytes == totalBytes;
    }

    @Override
    public @Nullable String failure() {
        return failure;
    }

    @Override
    public void onMore(Runnable onMore) {
        callback = onMore;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (ready != null) {
                ready.release();
                ready = null;
            }
            source.close();
            file.close();
        }
    }
}
