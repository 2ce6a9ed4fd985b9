// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence;

import static java.util.Objects.requireNonNull;

import dev.dunlin.node.replication.NextTurn;
import dev.dunlin.node.replication.SnapshotPace;
import dev.dunlin.node.replication.SnapshotSource;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Turns a snapshot into a file while the node goes on serving: for BGSAVE, for the base of an append-only file.
///
/// ```
/// node's loop                                   background thread
/// takes a slice per turn  --- bounded queue --> writes it, syncs every 4 MB
///                                               end: checksum, fsync, rename, fsync of the directory
/// onEnd                   <-------------------- Done, or why not
/// ```
///
/// The loop never waits: while the queue is full it takes no slices, and goes on when the writer says that half of them are written. So
/// memory is bounded by the queue ([#QUEUE_SLICES] slices of 64 KiB at most), however slow the disk. How much of the loop it takes says
/// [SnapshotPace].
///
/// States: RUNNING -> STOPPING (cancelled, or the source has failed) or FINISHING -> ended, with exactly one [Outcome], which comes when
/// the writer is done with the files: unless it is [Outcome.Done] the target is as it was, and the temporary file gone.
///
/// Thread: owned by the node's loop; `onEnd` is called there.
public final class SnapshotJob {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotJob.class);

    private static final int QUEUE_SLICES = 64;

    /// What a turn may take when nobody else needs the loop ([#hurry]).
    private static final long HURRY_NS = 2_000_000;

    /// How a job ended.
    public sealed interface Outcome {
        /// The file is in its place, and durable.
        ///
        /// @param bytes its size
        record Done(long bytes) implements Outcome {}

        /// There is no new file.
        record Failed(String reason) implements Outcome {}

        /// It was called off.
        record Cancelled() implements Outcome {}
    }

    /// What the loop hands to the writer.
    private sealed interface Order {
        record Write(ByteBuf slice) implements Order {}

        record Finish() implements Order {}

        record GiveUp() implements Order {}
    }

    private final SnapshotSource source;
    private final EventLoop loop;
    private final Consumer<Outcome> onEnd;

    /// Room for the last order besides all slices, so that the loop can always put it.
    private final BlockingQueue<Order> orders = new ArrayBlockingQueue<>(QUEUE_SLICES + 1);

    private final SnapshotPace pace = new SnapshotPace(System.nanoTime());
    private int slicesQueued;
    private long bytesTaken;
    private boolean scheduled;
    private boolean hurried;
    private boolean finishing;
    private boolean sourceClosed;

    /// Why no more slices are taken, before the end of the source.
    private @Nullable Outcome stopped;

    private boolean ended;

    private SnapshotJob(SnapshotSource source, EventLoop loop, Consumer<Outcome> onEnd) {
        this.source = source;
        this.loop = loop;
        this.onEnd = onEnd;
    }

    /// Starts to write a snapshot. Its cut is that of `source`.
    ///
    /// @param source has a trailer that is left to the consumer; the job closes it
    /// @param background what may run for as long as the file takes
    /// @param onEnd told once, on the loop, in a later turn, unless the node's loop ends before
    public static SnapshotJob start(
            SnapshotSource source,
            SnapshotTarget target,
            EventLoop loop,
            Executor background,
            Consumer<Outcome> onEnd) {
        var job = new SnapshotJob(source, loop, onEnd);
        try {
            background.execute(() -> job.write(target));
            source.onMore(job::schedule);
            job.schedule();
        } catch (RejectedExecutionException stopping) {
            NextTurn.run(loop, () -> job.writerEnded(new Outcome.Failed("the node is stopping")));
        }
        return job;
    }

    /// {@return bytes of the file that were made so far}
    public long bytes() {
        return bytesTaken;
    }

    /// From now on it may take as much of the loop as it can use, but for a look at the sockets in between: the node has stopped serving.
    public void hurry() {
        hurried = true;
    }

    /// Calls it off. It may be too late for that: the outcome says.
    public void cancel() {
        stop(new Outcome.Cancelled());
    }

    private boolean takesSlices() {
        return !finishing && stopped == null && !ended;
    }

    private void schedule() {
        if (!scheduled && takesSlices()) {
            scheduled = true;
            NextTurn.run(loop, this::turn);
        }
    }

    private void turn() {
        scheduled = false;
        long beganNs = System.nanoTime();
        int allowed = pace.begin(beganNs);
        int bytes = hurried ? SnapshotPace.SLICE_BYTES : allowed;
        if (bytes > 0) {
            long nowNs;
            do {
                // While the queue is full nothing is to be done: the writer calls when there is
                // room.
                if (!takesSlices() || slicesQueued == QUEUE_SLICES || !takeSlice(bytes)) {
                    return;
                }
                nowNs = System.nanoTime();
            } while (hurried && nowNs - beganNs < HURRY_NS);
            pace.end(nowNs);
        }
        schedule();
    }

    /// {@return whether there may be another slice right now}
    private boolean takeSlice(int bytes) {
        ByteBuf slice = source.next(bytes);
        if (slice != null) {
            put(slice);
        }
        String failure = source.failure();
        if (failure != null) {
            stop(new Outcome.Failed(failure));
            return false;
        }
        if (source.ended()) {
            finishing = true;
            closeSource();
            orders.add(new Order.Finish());
            return false;
        }
        return slice != null;
    }

    private void put(ByteBuf slice) {
        if (!slice.isReadable()) {
            slice.release();
            return;
        }
        bytesTaken += slice.readableBytes();
        slicesQueued++;
        orders.add(new Order.Write(slice));
    }

    private void stop(Outcome why) {
        if (stopped == null && !ended) {
            stopped = why;
            closeSource();
            dropQueued();
            orders.add(new Order.GiveUp());
        }
    }

    private void closeSource() {
        if (!sourceClosed) {
            sourceClosed = true;
            source.close();
        }
    }

    /// The writer is done with the files.
    ///
    /// @param outcome null when it has given up as it was told to
    private void writerEnded(@Nullable Outcome outcome) {
        ended = true;
        closeSource();
        dropQueued();
        onEnd.accept(outcome != null ? outcome : requireNonNull(stopped));
    }

    private void dropQueued() {
        for (Order order = orders.poll(); order != null; order = orders.poll()) {
            drop(order);
        }
    }

    private static void drop(Order order) {
        if (order instanceof Order.Write(ByteBuf slice)) {
            slice.release();
        }
    }

    private void written(int slices) {
        boolean wasFull = slicesQueued == QUEUE_SLICES;
        slicesQueued -= slices;
        if (wasFull) {
            schedule();
        }
    }

    // ---- In the background ----

    private void write(SnapshotTarget target) {
        @Nullable Outcome outcome;
        try (var output = new SnapshotOutput(target)) {
            outcome = carryOut(output);
        } catch (IOException e) {
            outcome = new Outcome.Failed(describe(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            outcome = new Outcome.Failed("interrupted");
        }
        @Nullable Outcome ending = outcome;
        post(() -> writerEnded(ending));
    }

    private @Nullable Outcome carryOut(SnapshotOutput output)
            throws IOException, InterruptedException {
        int unreported = 0;
        while (true) {
            switch (orders.take()) {
                case Order.Write(ByteBuf slice) -> {
                    try {
                        output.write(slice);
                    } finally {
                        slice.release();
                    }
                    unreported++;
                    if (unreported == QUEUE_SLICES / 2) {
                        int slices = unreported;
                        unreported = 0;
                        post(() -> written(slices));
                    }
                }
                case Order.Finish _ -> {
                    return new Outcome.Done(output.finish());
                }
                case Order.GiveUp _ -> {
                    return null;
                }
            }
        }
    }

    private static String describe(IOException e) {
        String message = e.getMessage();
        String name = e.getClass().getSimpleName();
        return message == null ? name : name + ": " + message;
    }

    private void post(Runnable task) {
        try {
            loop.execute(task);
        } catch (RejectedExecutionException ended) {
            LOG.debug("loop has ended", ended);
        }
    }
}
