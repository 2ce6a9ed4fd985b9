// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import dev.dunlin.node.replication.ReplicationLog;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// An append-only file that is being written: the [AofFeed] that reads the log, the [AofWriter] that owns the files, and what the loop can
/// ask of the two.
///
/// Thread: the node's loop, but for the two methods that open files. Every callback comes on the loop.
public final class AofLog {
    private static final Logger LOG = LoggerFactory.getLogger(AofLog.class);

    /// Files that are ready to be written.
    ///
    /// @param file the increment
    public record Opened(AofFiles files, Disk.OpenFile file, long position) {
        /// Closes it unused. May wait for the disk.
        public void discard() {
            try {
                file.close();
            } catch (IOException e) {
                LOG.warn("append-only file not closed", e);
            }
        }
    }

    /// Hears how something went.
    @FunctionalInterface
    public interface Done {
        /// @param problem null when it went well
        void accept(@Nullable String problem);
    }

    private final Executor loop;
    private final Runnable onProgress;
    private final AofWriter writer;
    private final AofFeed feed;
    private FsyncPolicy policy;
    private boolean syncHeldOff;
    private boolean stopped;

    /// Bytes of the files that are not being written.
    private final AtomicLong restBytes = new AtomicLong();

    private AofLog(
            Opened opened,
            ReplicationLog log,
            FsyncPolicy policy,
            BooleanSupplier timestamps,
            LongSupplier nowMs,
            Executor loop,
            Runnable onProgress,
            Runnable onLost) {
        this.loop = loop;
        this.onProgress = onProgress;
        this.policy = policy;
        restBytes.set(otherBytes(opened.files()));
        writer =
                new AofWriter(
                        "aof",
                        opened.files(),
                        new AofAppender(opened.file(), opened.position(), log.offset()),
                        policy,
                        () -> loop.execute(this::progressed));
        feed = new AofFeed(log, writer, timestamps, nowMs, onLost);
    }

    /// Opens the files that were loaded, to go on with them. May wait for the disk.
    ///
    /// @param emptyBase the base when there is no file yet: an RDB file of nothing, or no bytes
    public static Opened openLast(AofFiles files, byte[] emptyBase) throws IOException {
        return opened(files, files.openLast(emptyBase));
    }

    /// Opens an increment that does not count before its base does. May wait for the disk.
    public static Opened openFirst(AofFiles files) throws IOException {
        find(files);
        return opened(files, files.startWaiting());
    }

    private static Opened opened(AofFiles files, Disk.OpenFile file) throws IOException {
        return new Opened(files, file, file.size());
    }

    /// Begins to write what the log gets from now on.
    ///
    /// @param loop runs tasks on the node's loop, from any thread
    /// @param onProgress called when the file has come further, or cannot
    /// @param onLost called when the log begins anew, and does not go with the file any more
    public static AofLog start(
            Opened opened,
            ReplicationLog log,
            FsyncPolicy policy,
            BooleanSupplier timestamps,
            LongSupplier nowMs,
            Executor loop,
            Runnable onProgress,
            Runnable onLost) {
        return new AofLog(opened, log, policy, timestamps, nowMs, loop, onProgress, onLost);
    }

    /// Puts a base in place that stands for all files there are, while none is being written. May wait for the disk.
    ///
    /// @return bytes of all files that count then
    public static long replaceAll(AofFiles files, Path finished, boolean rdb) throws IOException {
        find(files);
        files.installBase(finished, rdb, 0);
        return files.totalBytes();
    }

    /// Deletes the files that do not count any more, while none is being written. May wait for the disk.
    public static void tidy(AofFiles files) throws IOException {
        files.deleteHistory();
    }

    private static void find(AofFiles files) throws IOException {
        try {
            files.find();
        } catch (ManifestException e) {
            throw new IOException("manifest: " + e.brief(), e);
        }
    }

    // ---- Changes of the files ----

    /// What is written from now on goes to the next increment; all before is on disk by then.
    public void startIncrement(Done onDone) {
        feed.beginFile();
        perform(
                (files, appender) -> {
                    appender.sync();
                    appender.switchTo(files.startIncrement()).close();
                },
                onDone);
    }

    /// Puts a base in place that stands for all before the increment that is being written.
    ///
    /// @param finished the file, complete and on disk
    /// @param rdb whether it is an RDB file
    /// @param first whether the increment has waited for it
    public void installBase(Path finished, boolean rdb, boolean first, Done onDone) {
        perform(
                (files, appender) -> {
                    if (first) {
                        // It counts from here on, so it is as durable as others are.
                        appender.sync();
                        files.installFirst(finished, rdb);
                    } else {
                        files.installBase(finished, rdb, 1);
                    }
                    appender.trust();
                },
                onDone);
    }

    /// Deletes the files that do not count any more.
    public void deleteHistory(Done onDone) {
        perform((files, _) -> files.deleteHistory(), onDone);
    }

    /// Makes all that the log has so far last.
    public void flush(Done onDone) {
        feed.handOver();
        perform((_, appender) -> appender.sync(), onDone);
    }

    private void perform(AofWriter.Job job, Done onDone) {
        writer.perform(
                (files, appender) -> {
                    job.run(files, appender);
                    restBytes.set(otherBytes(files));
                },
                problem -> loop.execute(() -> onDone.accept(problem)));
    }

    private static long otherBytes(AofFiles files) {
        try {
            return files.otherBytes();
        } catch (IOException unknown) {
            // Only a figure for INFO and for when to rewrite; the next change counts again.
            return 0;
        }
    }

    // ---- How it is written ----

    public void policy(FsyncPolicy changed) {
        if (changed != policy) {
            policy = changed;
            writer.policy(changed);
        }
    }

    /// @param held whether nothing is synced for the time being
    public void holdSyncOff(boolean held) {
        if (held != syncHeldOff) {
            syncHeldOff = held;
            writer.holdSyncOff(held);
        }
    }

    private boolean isAlways() {
        return policy == FsyncPolicy.ALWAYS && !syncHeldOff;
    }

    private void progressed() {
        writer.takeProgress();
        if (!stopped) {
            watch();
            onProgress.run();
        }
    }

    /// Looks how long things have been waiting; at each tick.
    public void watch() {
        feed.watch(policy);
    }

    // ---- What is safe ----

    /// {@return whether what the log has up to `offset` is as safe as the policy promises} With `always` that is on disk. Else it is in the
    /// file, where the end of the process does not touch it; while a sync is under way or writing fails nothing waits for that, as in Redis.
    public boolean isSafe(long offset) {
        AofWriter.Progress now = writer.progress();
        if (isAlways()) {
            return offset <= now.syncedOffset();
        }
        return offset <= now.writtenOffset() || now.syncing() || now.failure() != null;
    }

    public long syncedOffset() {
        return writer.progress().syncedOffset();
    }

    /// {@return why the file cannot be written at the moment, or null}
    public @Nullable String failure() {
        return writer.progress().failure();
    }

    /// {@return whether only a new base makes sure of what was written before}
    public boolean isSuspect() {
        return writer.progress().suspect();
    }

    /// {@return whether so much waits for the disk, or for so long, that nothing should be added}
    public boolean isFull() {
        return feed.isFull();
    }

    /// {@return bytes of all files that count}
    public long totalBytes() {
        return restBytes.get() + writer.progress().fileBytes();
    }

    /// {@return bytes that wait to be written}
    public long waitingBytes() {
        return feed.waitingBytes();
    }

    /// {@return whether a sync of the second is under way}
    public boolean isSyncing() {
        return writer.progress().syncing();
    }

    /// {@return how often writes had to wait for the disk for too long}
    public long delayed() {
        return feed.delayed();
    }

    /// Stops: what the log has so far is written and made to last in the background.
    ///
    /// @return completed when the files are closed, with what went wrong, or an empty text
    public CompletableFuture<String> stop() {
        stopped = true;
        feed.handOver();
        feed.close();
        return writer.stop();
    }
}
