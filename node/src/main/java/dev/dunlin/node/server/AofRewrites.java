// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.AppendOnly.Rewrite;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.persistence.SnapshotJob;
import dev.dunlin.node.persistence.aof.AofLog;
import dev.dunlin.node.persistence.aof.RewriteRules;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Rewrites the append-only file: a new base from a snapshot, and a new increment that begins at its cut, in one turn of the loop.
///
/// ```
///   base 1 | incr 1 ......................... |
///                    cut: incr 2, snapshot -> | base 2 | incr 2 ...
/// ```
///
/// Until base 2 is in place, base 1 with both increments stands for the data; the manifest names them.
///
/// Thread: owned by the node's loop.
final class AofRewrites {
    private static final Logger LOG = LoggerFactory.getLogger(AofRewrites.class);

    /// A file that may lack something is rewritten without waiting for anybody, but not more often than this.
    private static final long SUSPECT_PERIOD_MS = 1000;

    private final NodeLoop loop;
    private final Settings settings;
    private final AofBases bases;
    private final RewriteRules rules = new RewriteRules();

    /// Where a base goes.
    interface Place {
        /// Puts it there.
        ///
        /// @param finished the file, complete and on disk
        void install(Path finished, boolean rdb, AofLog.Done onDone);

        /// {@return bytes of all files}
        long totalBytes();

        /// Deletes what does not count any more.
        void deleteHistory(AofLog.Done onDone);
    }

    /// Behind a file that is being written.
    private record Behind(AofLog log, boolean first) implements Place {
        @Override
        public void install(Path finished, boolean rdb, AofLog.Done onDone) {
            log.installBase(finished, rdb, first, onDone);
        }

        @Override
        public long totalBytes() {
            return log.totalBytes();
        }

        @Override
        public void deleteHistory(AofLog.Done onDone) {
            log.deleteHistory(onDone);
        }
    }

    /// What is under way.
    private static final class Running {
        private final Place place;
        private final long startMs;
        private final Runnable onDone;
        private @Nullable SnapshotJob job;
        private boolean cancelled;

        Running(Place place, long startMs, Runnable onDone) {
            this.place = place;
            this.startMs = startMs;
            this.onDone = onDone;
        }
    }

    private @Nullable Running running;
    private boolean scheduled;
    private boolean lastOk = true;
    private long lastSeconds = -1;
    private long lastTryMs;
    private long count;

    AofRewrites(NodeLoop loop, Settings settings, AofBases bases) {
        this.loop = loop;
        this.settings = settings;
        this.bases = bases;
    }

    RewriteRules rules() {
        return rules;
    }

    boolean isUnderWay() {
        return running != null;
    }

    boolean isScheduled() {
        return scheduled;
    }

    boolean lastOk() {
        return lastOk;
    }

    /// {@return how long the last rewrite took in seconds, -1 before the first}
    long lastSeconds() {
        return lastSeconds;
    }

    /// {@return since when one is under way in seconds, else -1}
    long currentSeconds(long nowMs) {
        return running == null ? -1 : (nowMs - running.startMs) / 1000;
    }

    long count() {
        return count;
    }

    /// BGREWRITEAOF.
    Rewrite request(boolean mayStart) {
        if (running != null) {
            return Rewrite.IN_PROGRESS;
        }
        scheduled = true;
        return mayStart && bases.mayBegin() ? Rewrite.STARTED : Rewrite.SCHEDULED;
    }

    /// Begins what is due; at each tick, and in a turn of its own after a request.
    ///
    /// @param log the file, in the state in which it is rewritten
    void beginIfDue(AofLog log, long nowMs) {
        if (running != null || !bases.mayBegin()) {
            return;
        }
        boolean suspect = log.isSuspect() && nowMs - lastTryMs >= SUSPECT_PERIOD_MS;
        boolean grown =
                rules.isDue(
                        log.totalBytes(),
                        settings.get(Directives.AUTO_AOF_REWRITE_PERCENTAGE),
                        settings.get(Directives.AUTO_AOF_REWRITE_MIN_SIZE),
                        nowMs);
        if (scheduled || suspect || grown) {
            LOG.info(
                    "Background append only file rewriting started bytes={} base_bytes={}",
                    log.totalBytes(),
                    rules.baseBytes());
            var rewrite = new Running(new Behind(log, false), nowMs, () -> {});
            log.startIncrement(problem -> {
                if (problem != null) {
                    cancel(rewrite, "no new increment: " + problem);
                }
            });
            begin(rewrite);
        }
    }

    /// Makes the first base of a file that was just begun; only when a snapshot may begin.
    ///
    /// @param onFirst called on the loop when it is in place
    void beginFirst(AofLog log, long nowMs, Runnable onFirst) {
        begin(new Running(new Behind(log, true), nowMs, onFirst));
    }

    /// Makes a base of a node that appends nothing, if one was asked for and may begin.
    void beginAloneIfDue(Place place, long nowMs) {
        if (scheduled && running == null && bases.mayBegin()) {
            begin(new Running(place, nowMs, () -> {}));
        }
    }

    /// The cut.
    private void begin(Running rewrite) {
        scheduled = false;
        running = rewrite;
        lastTryMs = rewrite.startMs;
        rewrite.job = bases.begin(result -> ended(rewrite, result));
    }

    private void cancel(Running rewrite, String reason) {
        if (rewrite == running && !rewrite.cancelled) {
            LOG.warn("append-only file rewrite given up reason=\"{}\"", reason);
            rewrite.cancelled = true;
            if (rewrite.job != null) {
                rewrite.job.cancel();
            }
        }
    }

    /// Calls off what is under way; the file it was for is not written any more.
    void cancel() {
        scheduled = false;
        Running rewrite = running;
        if (rewrite != null) {
            cancel(rewrite, "the file is not written any more");
        }
    }

    private void ended(Running rewrite, AofBases.Result result) {
        loop.turn();
        switch (result) {
            case AofBases.Result.Made(Path file, boolean rdb) when !rewrite.cancelled ->
                    rewrite.place.install(
                            file,
                            rdb,
                            problem -> {
                                if (problem == null) {
                                    succeeded(rewrite);
                                } else {
                                    bases.discard(result);
                                    failed(rewrite, problem);
                                }
                            });
            case AofBases.Result.Made _ -> {
                bases.discard(result);
                failed(rewrite, "called off");
            }
            case AofBases.Result.Failed(String reason) -> failed(rewrite, reason);
        }
    }

    private void succeeded(Running rewrite) {
        loop.turn();
        long nowMs = loop.nowMs();
        long bytes = rewrite.place.totalBytes();
        LOG.info(
                "Background AOF rewrite finished successfully bytes={} ms={}",
                bytes,
                nowMs - rewrite.startMs);
        running = null;
        lastOk = true;
        lastSeconds = (nowMs - rewrite.startMs) / 1000;
        count++;
        rules.succeeded(bytes);
        if (!settings.get(Directives.AOF_DISABLE_AUTO_GC)) {
            rewrite.place.deleteHistory(problem -> {
                if (problem != null) {
                    LOG.warn("old append-only files not deleted reason=\"{}\"", problem);
                }
            });
        }
        rewrite.onDone.run();
    }

    private void failed(Running rewrite, String reason) {
        long nowMs = loop.nowMs();
        LOG.warn("Background AOF rewrite failed reason=\"{}\"", reason);
        running = null;
        lastSeconds = (nowMs - rewrite.startMs) / 1000;
        // One that was called off says nothing about the disk.
        if (!rewrite.cancelled) {
            lastOk = false;
            rules.failed(nowMs);
        }
    }
}
