// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes what the loop hands it to the append-only file, and syncs it as the policy says, on a thread of its own.
///
/// When nobody has to wait for the disk (`everysec`, `no`) and the thread has nothing to do, the loop may write by itself
/// ([#appendNow]): that copies a few kilobytes into the system's cache, which costs less than waking the thread up, and what a client is
/// told of survives the end of the process. Should such a write once take long, all goes through the thread for a while.
///
/// All that has come while it was busy goes to disk together, so that with `always` one sync serves the writes of many turns of the loop.
/// A failure is tried again every [#RETRY_MS] until it is over; what was not written stays, and later jobs fail meanwhile.
///
/// Thread: its own; files and appender belong to whoever has set `busy`, which is the thread, or the loop for the time of a write. The
/// other methods are for the loop, what they tell is some moment's state, in order. Memory: what was handed in and
/// is not done with ([#progress] tells); whoever hands it in keeps it bounded. The thread must not be interrupted, which would close files.
final class AofWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AofWriter.class);

    static final long RETRY_MS = 100;

    private static final long FOREVER_MS = 1L << 40;

    /// A write by the loop that takes so long shows that the disk is busy, and there are none for [#AVOID_NS].
    private static final long SLOW_WRITE_NS = TimeUnit.MILLISECONDS.toNanos(2);

    private static final long AVOID_NS = TimeUnit.SECONDS.toNanos(1);

    /// What the loop writes by itself at most.
    private static final long WRITE_NOW_BYTES_MAX = 256 << 10;

    /// Same failures are logged once in so long a time.
    private static final long LOG_PERIOD_NS = TimeUnit.SECONDS.toNanos(30);

    /// Something to be done with the files, in its place among the writes.
    @FunctionalInterface
    interface Job {
        void run(AofFiles files, AofAppender appender) throws IOException;
    }

    /// What the writer has done so far.
    ///
    /// @param writtenOffset log offset up to which the file has everything
    /// @param syncedOffset log offset up to which the disk has everything
    /// @param failure why it cannot go on at the moment, or null
    /// @param syncing whether a sync of the second is under way, for which nothing is to wait
    /// @param suspect whether only a new base makes sure of what was written before
    /// @param fileBytes size of the file being written
    /// @param writtenBytes bytes of batches written since the start
    record Progress(
            long writtenOffset,
            long syncedOffset,
            @Nullable String failure,
            boolean syncing,
            boolean suspect,
            long fileBytes,
            long writtenBytes) {}

    private sealed interface Item {
        record Write(AofBatch batch, long handedNs) implements Item {}

        record Work(Job job, AofLog.Done onDone) implements Item {}

        record Stop() implements Item {}

        record Wake() implements Item {}
    }

    private final AofFiles files;
    private final AofAppender appender;
    private final Runnable onProgress;
    private final LinkedBlockingQueue<Item> queue = new LinkedBlockingQueue<>();
    private final AtomicBoolean told = new AtomicBoolean();
    private final CompletableFuture<String> end = new CompletableFuture<>();

    /// Whether somebody uses the files right now.
    private final AtomicBoolean busy = new AtomicBoolean();

    /// What was handed over and is not done.
    private final AtomicInteger pending = new AtomicInteger();

    /// Bytes of all batches that were handed over, and of those that were taken.
    private final AtomicLong handedBytes = new AtomicLong();

    private long takenBytes;
    private final GroupCommit group = new GroupCommit();

    private volatile FsyncPolicy policy;
    private volatile boolean syncHeldOff;
    private volatile Progress progress;

    // Of the loop only.
    private long avoidUntilNs = System.nanoTime();

    // Of whoever is busy.
    private boolean stopped;
    private @Nullable String failure;
    private String loggedFailure = "";
    private long loggedNs;
    private final SyncSchedule schedule = new SyncSchedule();

    /// Starts the thread.
    ///
    /// @param onProgress called from the thread when [#progress] has changed; then not again until [#takeProgress] was called
    AofWriter(
            String name,
            AofFiles files,
            AofAppender appender,
            FsyncPolicy policy,
            Runnable onProgress) {
        this.files = files;
        this.appender = appender;
        this.policy = policy;
        this.onProgress = onProgress;
        progress = observe(false);
        Thread.ofPlatform().name(name).daemon().start(this::run);
    }

    /// Adds commands to the file.
    void append(AofBatch batch) {
        handedBytes.addAndGet(batch.bytes());
        hand(new Item.Write(batch, System.nanoTime()));
    }

    /// Writes commands to the file in this call, if that is quick and the policy asks for no more.
    ///
    /// @return whether the batch was taken over; if not, it is still the caller's to [#append]
    boolean appendNow(AofBatch batch) {
        if (batch.bytes() > WRITE_NOW_BYTES_MAX
                || isAlways()
                || pending.get() > 0
                || !busy.compareAndSet(false, true)) {
            return false;
        }
        boolean wake;
        try {
            long startNs = System.nanoTime();
            if (failure != null || stopped || startNs - avoidUntilNs < 0) {
                return false;
            }
            boolean before = schedule.isWaiting();
            appender.keepUntilSynced(false);
            appender.add(batch);
            schedule.came(startNs);
            write();
            if (System.nanoTime() - startNs > SLOW_WRITE_NS) {
                avoidUntilNs = startNs + AVOID_NS;
            }
            wake = failure != null || !before;
            progress = observe(false);
        } finally {
            busy.set(false);
        }
        if (wake) {
            // The thread has slept without a clock.
            hand(new Item.Wake());
        }
        return true;
    }

    private void write() {
        try {
            appender.write();
        } catch (IOException e) {
            failed(e);
        }
    }

    private void hand(Item item) {
        pending.incrementAndGet();
        queue.add(item);
    }

    private boolean isAlways() {
        return policy == FsyncPolicy.ALWAYS && !syncHeldOff;
    }

    /// Runs `job` after all that was added before is in the file, unless that fails, and tells how it went.
    ///
    /// @param onDone hears how it went; called on the writer's thread
    void perform(Job job, AofLog.Done onDone) {
        hand(new Item.Work(job, onDone));
    }

    void policy(FsyncPolicy changed) {
        policy = changed;
        hand(new Item.Wake());
    }

    /// @param held whether nothing is synced for the time being (`no-appendfsync-on-rewrite`)
    void holdSyncOff(boolean held) {
        if (held != syncHeldOff) {
            syncHeldOff = held;
            hand(new Item.Wake());
        }
    }

    /// {@return how far it is}
    Progress progress() {
        return progress;
    }

    /// {@return how far it is, as an answer to `onProgress`, which is called again from here on}
    Progress takeProgress() {
        told.set(false);
        return progress;
    }

    /// Writes and syncs what is left, and ends the thread.
    ///
    /// @return completed when the files are closed, with what went wrong, or an empty text
    CompletableFuture<String> stop() {
        hand(new Item.Stop());
        return end.copy();
    }

    @Override
    public void close() {
        stop().join();
    }

    // ---- The thread ----

    private void run() {
        List<Item> items = new ArrayList<>();
        while (!stopped) {
            items.clear();
            take(items);
            while (!busy.compareAndSet(false, true)) {
                // The loop is in the midst of a write, which takes microseconds.
                Thread.onSpinWait();
            }
            for (Item item : items) {
                switch (item) {
                    case Item.Write(AofBatch batch, long handedNs) -> {
                        takenBytes += batch.bytes();
                        appender.add(batch);
                        schedule.came(handedNs);
                    }
                    case Item.Work work -> perform(work);
                    case Item.Wake _ -> {}
                    case Item.Stop _ -> stopped = true;
                }
            }
            flush(stopped);
            pending.addAndGet(-items.size());
            if (!stopped) {
                busy.set(false);
            }
        }
        try {
            appender.close();
        } catch (IOException e) {
            failure = reason(e);
            LOG.error("append-only file not closed reason=\"{}\"", failure);
        }
        String last = failure;
        end.complete(last == null ? "" : last);
    }

    private void take(List<Item> items) {
        try {
            Item first = queue.poll(waitMs(), TimeUnit.MILLISECONDS);
            if (first != null) {
                items.add(first);
                queue.drainTo(items);
                if (isAlways()) {
                    awaitOthers(items);
                }
            }
        } catch (InterruptedException e) {
            // Nobody has a reason to interrupt this thread, and files do not survive it.
            throw new IllegalStateException("the writer was interrupted", e);
        }
    }

    /// Waits a moment for the writes of other clients.
    private void awaitOthers(List<Item> items) throws InterruptedException {
        long deadlineNs = System.nanoTime() + group.patienceNs();
        while (isAllWrites(items) && group.isWorthWaiting(bytes(items))) {
            Item more = queue.poll(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (more == null) {
                return;
            }
            items.add(more);
            queue.drainTo(items);
        }
    }

    private static boolean isAllWrites(List<Item> items) {
        for (Item item : items) {
            if (!(item instanceof Item.Write)) {
                return false;
            }
        }
        return true;
    }

    private static long bytes(List<Item> items) {
        long bytes = 0;
        for (Item item : items) {
            bytes += item instanceof Item.Write(AofBatch batch, long _) ? batch.bytes() : 0;
        }
        return bytes;
    }

    private long waitMs() {
        if (failure != null) {
            return RETRY_MS;
        }
        if (awaitsSync()) {
            long leftNs = schedule.leftNs(System.nanoTime());
            return Math.max(0, TimeUnit.NANOSECONDS.toMillis(leftNs) + 1);
        }
        return FOREVER_MS;
    }

    private void perform(Item.Work work) {
        flush(false);
        String problem = failure;
        if (problem == null) {
            try {
                work.job().run(files, appender);
            } catch (IOException e) {
                problem = reason(e);
                LOG.warn("append-only file not changed reason=\"{}\"", problem);
            }
        }
        tell(false);
        work.onDone().accept(problem);
    }

    /// Writes what is there, and syncs if it is time.
    private void flush(boolean last) {
        boolean always = isAlways();
        appender.keepUntilSynced(always);
        try {
            appender.write();
            if (always || last || !appender.hasUnsynced()) {
                syncGroup();
            } else if (isSyncDue()) {
                tell(true);
                appender.sync();
            }
            files.settle();
            recovered();
        } catch (IOException e) {
            failed(e);
        }
        if (!appender.hasUnsynced() && !appender.hasUnwritten()) {
            schedule.synced();
        }
        tell(false);
    }

    private void syncGroup() throws IOException {
        long bytes = appender.unsyncedBytes();
        long startNs = System.nanoTime();
        appender.sync();
        if (bytes > 0) {
            group.synced(bytes, handedBytes.get() - takenBytes, System.nanoTime() - startNs);
        }
    }

    private boolean isSyncDue() {
        return awaitsSync() && (failure != null || schedule.leftNs(System.nanoTime()) <= 0);
    }

    private boolean awaitsSync() {
        return schedule.isWaiting() && policy != FsyncPolicy.NO && !syncHeldOff;
    }

    private void failed(IOException e) {
        failure = reason(e);
        long nowNs = System.nanoTime();
        if (!failure.equals(loggedFailure) || nowNs - loggedNs > LOG_PERIOD_NS) {
            loggedFailure = failure;
            loggedNs = nowNs;
            LOG.error("append-only file cannot be written reason=\"{}\"", failure);
        }
    }

    private void recovered() {
        if (failure != null) {
            LOG.warn("append-only file can be written again after=\"{}\"", failure);
            failure = null;
            loggedFailure = "";
        }
    }

    /// What the system says, without the name of the file that Java puts before it.
    private static String reason(IOException e) {
        String reason =
                e instanceof java.nio.file.FileSystemException known && known.getReason() != null
                        ? known.getReason()
                        : e.getMessage();
        return reason == null ? e.getClass().getSimpleName() : reason;
    }

    private Progress observe(boolean syncing) {
        return new Progress(
                appender.writtenOffset(),
                appender.syncedOffset(),
                failure,
                syncing,
                appender.suspect(),
                appender.fileBytes(),
                appender.writtenBytes());
    }

    private void tell(boolean syncing) {
        Progress now = observe(syncing);
        if (!now.equals(progress)) {
            progress = now;
            if (told.compareAndSet(false, true)) {
                onProgress.run();
            }
        }
    }
}
