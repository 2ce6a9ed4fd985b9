// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A temporary file that is written and read off the loop, in order, with callbacks on the loop.
///
/// The first error is kept and ends the file: later writes are dropped, and [#finish] tells of it.
///
/// Thread: every method and every callback on the node's loop; the file itself is touched by one background task at a time,
/// also after the loop has ended, so that [#close()] always deletes it.
/// Memory: what was written and is not on disk yet ([#pendingBytes()]); the caller stops above [#PENDING_BYTES_HIGH].
final class SpoolFile implements AutoCloseable {
    /// Above this the caller should stop writing until it is called back.
    static final long PENDING_BYTES_HIGH = 4L << 20;

    private static final long PENDING_BYTES_LOW = 1L << 20;
    private static final Logger LOG = LoggerFactory.getLogger(SpoolFile.class);

    private final Path path;
    private final Executor background;
    private final EventLoop loop;
    private final Runnable onRoom;
    private boolean full;
    private boolean closed;
    private long pendingBytes;
    private long writtenBytes;
    private @Nullable IOException failure;

    /// Tasks not begun, and whether one runs; guarded by the queue.
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    private boolean busy;

    // Touched by the background task only.
    private @Nullable FileChannel file;

    /// @param onRoom called when pending bytes have sunk after [#PENDING_BYTES_HIGH]
    SpoolFile(Path path, Executor background, EventLoop loop, Runnable onRoom) {
        this.path = path;
        this.background = background;
        this.loop = loop;
        this.onRoom = onRoom;
    }

    Path path() {
        return path;
    }

    long pendingBytes() {
        return pendingBytes;
    }

    /// {@return whether the caller should wait for room}
    boolean full() {
        return full;
    }

    /// {@return bytes given so far}
    long writtenBytes() {
        return writtenBytes;
    }

    /// Appends `bytes` and releases it.
    void write(ByteBuf bytes) {
        int length = bytes.readableBytes();
        if (closed || failure != null || length == 0) {
            bytes.release();
            return;
        }
        pendingBytes += length;
        writtenBytes += length;
        full |= pendingBytes > PENDING_BYTES_HIGH;
        enqueue(() -> {
            IOException error = writeOut(bytes);
            post(() -> written(length, error), () -> {});
        });
    }

    /// Makes everything written durable, then calls back with the error, or nothing.
    void finish(Consumer<Optional<IOException>> onFinished) {
        enqueue(() -> {
            IOException error = sync();
            post(() -> finished(error, onFinished), () -> {});
        });
    }

    private void finished(@Nullable IOException error, Consumer<Optional<IOException>> onFinished) {
        if (failure == null) {
            failure = error;
        }
        if (!closed) {
            onFinished.accept(Optional.ofNullable(failure));
        }
    }

    /// Reads `length` bytes at `position`, all of which were written. The callback owns the buffer.
    void read(long position, int length, BiConsumer<ByteBuf, Optional<IOException>> onRead) {
        enqueue(() -> {
            ByteBuf into = Unpooled.directBuffer(length, length);
            IOException error = readIn(into, position, length);
            post(
                    () -> {
                        if (closed) {
                            into.release();
                        } else {
                            onRead.accept(into, Optional.ofNullable(error));
                        }
                    },
                    into::release);
        });
    }

    /// Closes and deletes the file, if it is still at its place, after what was begun.
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            enqueue(this::deleteFile);
        }
    }

    private void written(int length, @Nullable IOException error) {
        pendingBytes -= length;
        if (failure == null) {
            failure = error;
        }
        if (full && pendingBytes <= PENDING_BYTES_LOW) {
            full = false;
            if (!closed) {
                onRoom.run();
            }
        }
    }

    private void enqueue(Runnable task) {
        synchronized (tasks) {
            tasks.add(task);
            if (busy) {
                return;
            }
            busy = true;
        }
        try {
            background.execute(this::runTasks);
        } catch (RejectedExecutionException stopping) {
            // The node is going down. Doing it here costs the loop a moment, but nothing is left
            // behind.
            LOG.debug("background executor has stopped", stopping);
            runTasks();
        }
    }

    // ---- In the background ----

    private void runTasks() {
        while (true) {
            Runnable task;
            synchronized (tasks) {
                task = tasks.poll();
                if (task == null) {
                    busy = false;
                    return;
                }
            }
            task.run();
        }
    }

    /// Hands a result to the loop, or drops it when the loop has ended and nobody waits for it.
    private void post(Runnable result, Runnable drop) {
        try {
            loop.execute(result);
        } catch (RejectedExecutionException ended) {
            LOG.debug("loop has ended", ended);
            drop.run();
        }
    }

    private FileChannel open() throws IOException {
        FileChannel opened = file;
        if (opened == null) {
            opened =
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            file = opened;
        }
        return opened;
    }

    private @Nullable IOException writeOut(ByteBuf bytes) {
        try {
            FileChannel out = open();
            while (bytes.isReadable()) {
                bytes.readBytes(out, bytes.readableBytes());
            }
            return null;
        } catch (IOException error) {
            return error;
        } finally {
            bytes.release();
        }
    }

    private @Nullable IOException sync() {
        try {
            open().force(true);
            return null;
        } catch (IOException error) {
            return error;
        }
    }

    private @Nullable IOException readIn(ByteBuf into, long position, int length) {
        try {
            FileChannel in = open();
            while (into.readableBytes() < length) {
                int read =
                        into.writeBytes(
                                in, position + into.readableBytes(), length - into.readableBytes());
                if (read < 0) {
                    return new IOException("file is shorter than what was written: " + path);
                }
            }
            return null;
        } catch (IOException error) {
            return error;
        }
    }

    private void deleteFile() {
        try {
            if (file != null) {
                file.close();
            }
            Files.deleteIfExists(path);
        } catch (IOException error) {
            LOG.warn("temporary file not deleted path={}", path, error);
        }
    }
}
