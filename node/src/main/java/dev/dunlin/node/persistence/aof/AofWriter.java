// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The thread that owns the append-only file: writes what the loop hands it, and syncs it as the policy says.
///
/// All that has come while it was busy goes to disk together, so that with `always` one sync serves the writes of many turns of the loop.
/// A failure is tried again every [#RETRY_MS] until it is over; what was not written stays, and later jobs fail meanwhile.
///
/// Thread: its own. Any thread may call the public methods; what they tell is some moment's state, in order. Memory: what was handed in and
/// is not done with ([#progress] tells); whoever hands it in keeps it bounded. The thread must not be interrupted, which would close files.
final class AofWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AofWriter.class);

    static final long RETRY_MS = 100;

    /// A sync begins so long after the first write that it covers: with a healthy disk it is over within a second of it.
    private static final long SYNC_AFTER_NS = TimeUnit.MILLISECONDS.toNanos(900);

    private static final long FOREVER_MS = 1L << 40;

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
        record Write(AofBatch batch) implements Item {}

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

    private volatile FsyncPolicy policy;
    private volatile boolean syncHeldOff;
    private volatile Progress progress;

    // Of the thread only.
    private boolean stopped;
    private @Nullable String failure;
    private String loggedFailure = "";
    private long loggedNs;
    private long unsyncedSinceNs;
    private boolean unsynced;

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
        queue.add(new Item.Write(batch));
    }

    /// Runs `job` after all that was added before is in the file, unless that fails, and tells how it went.
    ///
    /// @param onDone hears how it went; called on the writer's thread
    void perform(Job job, AofLog.Done onDone) {
        queue.add(new Item.Work(job, onDone));
    }

    void policy(FsyncPolicy changed) {
        policy = changed;
        queue.add(new Item.Wake());
    }

    /// @param held whether nothing is synced for the time being (`no-appendfsync-on-rewrite`)
    void holdSyncOff(boolean held) {
        if (held != syncHeldOff) {
            syncHeldOff = held;
            queue.add(new Item.Wake());
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
        queue.add(new Item.Stop());
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
            for (Item item : items) {
                switch (item) {
                    case Item.Write(AofBatch batch) -> appender.add(batch);
                    case Item.Work work -> perform(work);
                    case Item.Wake _ -> {}
                    case Item.Stop _ -> stopped = true;
                }
            }
            flush(stopped);
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
            }
        } catch (InterruptedException e) {
            // Nobody has a reason to interrupt this thread, and files do not survive it.
            throw new IllegalStateException("the writer was interrupted", e);
        }
    }

    private long waitMs() {
        if (failure != null) {
            return RETRY_MS;
        }
        if (unsynced && policy != FsyncPolicy.NO && !syncHeldOff) {
            long leftNs = unsyncedSinceNs + SYNC_AFTER_NS - System.nanoTime();
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
        boolean always = policy == FsyncPolicy.ALWAYS && !syncHeldOff;
        appender.keepUntilSynced(always);
        try {
            appender.write();
            noteUnsynced();
            if (always || last || !appender.hasUnsynced()) {
                appender.sync();
            } else if (isSyncDue()) {
                tell(true);
                appender.sync();
            }
            files.settle();
            recovered();
        } catch (IOException e) {
            failed(e);
        }
        noteUnsynced();
        tell(false);
    }

    private boolean isSyncDue() {
        return unsynced
                && policy != FsyncPolicy.NO
                && !syncHeldOff
                && (failure != null || System.nanoTime() - unsyncedSinceNs >= SYNC_AFTER_NS);
    }

    private void noteUnsynced() {
        boolean now = appender.hasUnsynced();
        if (now && !unsynced) {
            unsyncedSinceNs = System.nanoTime();
        }
        unsynced = now;
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
