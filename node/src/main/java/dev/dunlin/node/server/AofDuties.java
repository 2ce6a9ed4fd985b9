// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.AppendOnly;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.observe.InfoFacts;
import dev.dunlin.node.persistence.aof.AofFiles;
import dev.dunlin.node.persistence.aof.AofLog;
import dev.dunlin.node.persistence.aof.Disk;
import dev.dunlin.node.persistence.aof.FsyncPolicy;
import dev.dunlin.node.replication.Replication;
import dev.dunlin.node.resp.RespError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps the append-only file: from start to end, on and off, and in step with what the node promises its clients.
///
/// ```
///        appendonly yes                       the first base is in place
///  OFF ----------------> WANTED -> OPENING -> FIRST -------------------> ON
///   ^                      ^                                             |
///   |   appendonly no      +--------- a data set of the primary ---------+
///   +--------------------------------------------------------------------+
/// ```
///
/// At start the files are loaded, and the node is ON at once. WANTED waits for the one snapshot; in FIRST the file gets writes already, but
/// nothing of it counts before its base is in place.
///
/// Thread: owned by the node's loop.
final class AofDuties implements AppendOnly, ReplySafety, DiskGuard {
    private static final Logger LOG = LoggerFactory.getLogger(AofDuties.class);

    /// After a first base that came to nothing, the next attempt.
    private static final long RETRY_MS = 1000;

    private static final long NO_OFFSET = -1;

    private enum State {
        OFF,
        WANTED,
        OPENING,
        FIRST,
        ON
    }

    private final NodeLoop loop;
    private final Settings settings;
    private final Replication replication;
    private final Snapshots snapshots;
    private final LoadProgress loading;
    private final Disk disk;
    private final AofStart start;
    private final AofBases bases;
    private final AofRewrites rewrites;
    private final Executor background;
    private final Runnable onProgress;

    private State state = State.OFF;
    private @Nullable AofLog log;

    /// The file before, while it is being closed.
    private CompletableFuture<String> closing = CompletableFuture.completedFuture("");

    private long retryAtMs;
    private boolean heldWrites;

    /// @param onProgress called on the loop when replies or writes that waited for the disk may go on
    AofDuties(
            NodeLoop loop,
            Settings settings,
            Replication replication,
            Snapshots snapshots,
            LoadProgress loading,
            Disk disk,
            AofStart start,
            AofBases bases,
            Executor background,
            Runnable onProgress) {
        this.loop = loop;
        this.settings = settings;
        this.replication = replication;
        this.snapshots = snapshots;
        this.loading = loading;
        this.disk = disk;
        this.start = start;
        this.bases = bases;
        this.background = background;
        this.onProgress = onProgress;
        this.rewrites = new AofRewrites(loop, settings, bases);
        settings.onChange(this::configure, Directives.APPEND_ONLY);
        settings.onChange(this::configurePolicy, Directives.APPEND_FSYNC);
    }

    private AofFiles files() {
        return new AofFiles(
                disk,
                Path.of(settings.get(Directives.DIR)),
                settings.get(Directives.APPEND_DIR_NAME),
                settings.get(Directives.APPEND_FILE_NAME));
    }

    private FsyncPolicy policy() {
        return FsyncPolicy.of(settings.get(Directives.APPEND_FSYNC));
    }

    // ---- At start, and DEBUG LOADAOF ----

    /// Loads the files and goes on with them.
    ///
    /// @param onDone told on the loop: null when the node may serve, else why it must not
    void startUp(Done onDone) {
        start.load(
                files(),
                result -> {
                    switch (result) {
                        case AofLoad.Result.Failed(String reason) -> onDone.accept(reason);
                        case AofLoad.Result.Loaded loaded -> open(loaded, onDone);
                    }
                });
    }

    /// Opens the files that were loaded, in the background.
    private void open(AofLoad.Result.Loaded loaded, Done onDone) {
        rewrites.rules().startFrom(loaded.baseBytes());
        byte[] emptyBase = bases.empty();
        inBackground(() -> {
            try {
                handOver(
                        AofLog.openLast(loaded.files(), emptyBase),
                        opened -> {
                            AofLog begun = begin(opened);
                            state = State.ON;
                            loading.end();
                            rewrites.tidy(begun);
                            onDone.accept(null);
                        });
            } catch (IOException e) {
                String reason = "append-only file cannot be written: " + e.getMessage();
                loop.offer(() -> onDone.accept(reason));
            }
        });
    }

    /// To the loop, unless that has ended meanwhile: then nobody else closes the file. In the background.
    private void handOver(AofLog.Opened opened, Consumer<AofLog.Opened> taker) {
        if (!loop.offer(() -> taker.accept(opened))) {
            opened.discard();
        }
    }

    private void inBackground(Runnable task) {
        try {
            background.execute(task);
        } catch (RejectedExecutionException stopping) {
            LOG.debug("the node is stopping", stopping);
        }
    }

    private AofLog begin(AofLog.Opened opened) {
        replication.endOfTurn();
        AofLog begun =
                AofLog.start(
                        opened,
                        replication.log(),
                        policy(),
                        () -> settings.get(Directives.AOF_TIMESTAMP_ENABLED),
                        loop::nowMs,
                        loop::submit,
                        this::progressed,
                        () -> loop.submit(this::dataSetGoes));
        log = begun;
        return begun;
    }

    @Override
    public void reload(Done onDone) {
        AofLog current = log;
        if ((state != State.ON && state != State.OFF) || rewrites.isUnderWay()) {
            onDone.accept("the append-only file is being made");
        } else if (current == null) {
            loadAnew(onDone);
        } else {
            replication.endOfTurn();
            current.flush(problem -> {
                if (problem == null) {
                    loadAnew(onDone);
                } else {
                    onDone.accept(problem);
                }
            });
        }
    }

    private void loadAnew(Done onDone) {
        start.clear();
        start.load(
                files(),
                result -> {
                    loading.end();
                    if (result instanceof AofLoad.Result.Failed(String reason)) {
                        // What is half there must not be served.
                        start.clear();
                        onDone.accept(reason);
                    } else {
                        onDone.accept(null);
                    }
                });
    }

    // ---- On and off ----

    private void configure() {
        boolean wanted = settings.get(Directives.APPEND_ONLY);
        if (wanted && state == State.OFF) {
            want(0);
        } else if (!wanted && state != State.OFF) {
            stop();
            state = State.OFF;
            loop.submit(onProgress);
        }
    }

    private void configurePolicy() {
        AofLog current = log;
        if (current != null) {
            current.policy(policy());
        }
    }

    private void want(long atMs) {
        state = State.WANTED;
        retryAtMs = atMs;
    }

    /// The node is about to take over another data set than that of the files, or the log begins anew. They stay as they are until the
    /// first base of the new data is in place.
    void dataSetGoes() {
        if (state != State.OFF) {
            stop();
            want(0);
            loop.submit(onProgress);
        }
    }

    private void stop() {
        rewrites.cancel();
        AofLog current = log;
        log = null;
        if (current != null) {
            replication.endOfTurn();
            CompletableFuture<String> before = closing;
            closing = current.stop().thenCombine(before, (problem, _) -> problem);
        }
    }

    /// Opens the directory for a first base, when there may be one.
    private void openFirst() {
        state = State.OPENING;
        AofFiles files = files();
        CompletableFuture<String> before = closing;
        inBackground(() -> {
            before.join();
            try {
                handOver(AofLog.openFirst(files), this::beginFirst);
            } catch (IOException e) {
                String reason = String.valueOf(e.getMessage());
                loop.offer(() -> {
                    LOG.error("append-only file cannot be begun reason=\"{}\"", reason);
                    if (state == State.OPENING) {
                        want(loop.nowMs() + RETRY_MS);
                    }
                });
            }
        });
    }

    /// The cut of the first base, and the beginning of what is written behind it, in one turn.
    private void beginFirst(AofLog.Opened opened) {
        loop.turn();
        if (state != State.OPENING || loading.isLoading() || !bases.mayBegin()) {
            inBackground(opened::discard);
            if (state == State.OPENING) {
                want(0);
            }
            return;
        }
        AofLog begun = begin(opened);
        state = State.FIRST;
        rewrites.beginFirst(
                begun,
                loop.nowMs(),
                () -> {
                    if (log == begun) {
                        state = State.ON;
                        LOG.info("append-only file on");
                    }
                });
    }

    // ---- Rewrites, time ----

    @Override
    public boolean isOn() {
        return state != State.OFF;
    }

    @Override
    public Rewrite rewrite(boolean mayStart) {
        if (state != State.ON && state != State.OFF) {
            return Rewrite.SCHEDULED;
        }
        Rewrite answer = rewrites.request(mayStart);
        if (answer == Rewrite.STARTED) {
            // When the command, and the transaction it may be part of, is over.
            loop.submit(() -> {
                loop.turn();
                rewriteIfDue();
            });
        }
        return answer;
    }

    private void rewriteIfDue() {
        AofLog current = log;
        if (loading.isLoading()) {
            return;
        }
        if (state == State.ON && current != null) {
            rewrites.beginIfDue(current, loop.nowMs());
        } else if (state == State.OFF && rewrites.isScheduled()) {
            rewrites.beginAloneIfDue(new Alone(files()), loop.nowMs());
        }
    }

    /// The files of a node that appends nothing to them.
    private final class Alone implements AofRewrites.Place {
        private final AofFiles files;
        private volatile long bytes;

        Alone(AofFiles files) {
            this.files = files;
        }

        @Override
        public void install(Path finished, boolean rdb, AofLog.Done onDone) {
            CompletableFuture<String> before = closing;
            inBackground(() -> {
                before.join();
                String problem = null;
                try {
                    bytes = AofLog.replaceAll(files, finished, rdb);
                } catch (IOException e) {
                    problem = String.valueOf(e.getMessage());
                }
                String end = problem;
                loop.submit(() -> onDone.accept(end));
            });
        }

        @Override
        public long totalBytes() {
            return bytes;
        }

        @Override
        public void deleteHistory(AofLog.Done onDone) {
            inBackground(() -> {
                String problem = null;
                try {
                    AofLog.tidy(files);
                } catch (IOException e) {
                    problem = String.valueOf(e.getMessage());
                }
                String end = problem;
                loop.submit(() -> onDone.accept(end));
            });
        }
    }

    /// Does what is due; at each tick.
    void tick() {
        AofLog current = log;
        if (current != null) {
            current.holdSyncOff(
                    settings.get(Directives.NO_APPEND_FSYNC_ON_REWRITE)
                            && (rewrites.isUnderWay() || snapshots.use() == Snapshots.Use.SAVE));
            current.watch();
            watchWrites();
        }
        if (state == State.FIRST && !rewrites.isUnderWay()) {
            // Its base came to nothing.
            stop();
            want(loop.nowMs() + RETRY_MS);
        }
        if (state == State.WANTED
                && loop.nowMs() >= retryAtMs
                && !loading.isLoading()
                && !rewrites.isUnderWay()
                && bases.mayBegin()) {
            openFirst();
        }
        rewriteIfDue();
    }

    private void progressed() {
        loop.turn();
        replication.checkWaits();
        watchWrites();
        onProgress.run();
    }

    /// A primary's stream waits in its socket, as clients' writes wait in theirs.
    private void watchWrites() {
        boolean hold = holdsWrites() || refusal() != null;
        if (hold != heldWrites) {
            heldWrites = hold;
            replication.throttle(hold);
        }
    }

    // ---- What is promised ----

    @Override
    public long mark() {
        return log == null ? NOTHING : replication.log().offset();
    }

    @Override
    public long dependence(long mark) {
        if (log == null) {
            return NOTHING;
        }
        long offset = replication.log().offset();
        return offset == mark ? -offset : offset;
    }

    @Override
    public boolean isSafe(long dependence) {
        AofLog current = log;
        if (current == null || current.isSafe(Math.abs(dependence))) {
            return true;
        }
        // While the disk fails, who has changed nothing does not wait for it: see the decision
        // about disks that fail.
        return dependence <= NOTHING && current.failure() != null;
    }

    @Override
    public boolean holdsWrites() {
        AofLog current = log;
        return current != null && current.failure() == null && current.isFull();
    }

    /// {@return why writes are refused, or null}
    @Nullable RespError refusal() {
        AofLog current = log;
        String failure = current == null ? null : current.failure();
        return failure == null ? null : RespError.aofDiskError(failure);
    }

    @Override
    public long syncedOffset() {
        AofLog current = log;
        if (state == State.OFF) {
            return NO_OFFSET;
        }
        return state == State.ON && current != null ? current.syncedOffset() : 0;
    }

    // ---- What INFO tells ----

    @Override
    public InfoFacts.Aof facts(long nowMs) {
        AofLog current = log;
        return new InfoFacts.Aof(
                isOn(),
                rewrites.isUnderWay(),
                rewrites.isScheduled() || state == State.WANTED,
                rewrites.lastSeconds(),
                rewrites.currentSeconds(nowMs),
                rewrites.lastOk(),
                rewrites.count(),
                rewrites.rules().failures(),
                current == null || current.failure() == null,
                current == null ? 0 : current.totalBytes(),
                rewrites.rules().baseBytes(),
                current == null ? 0 : current.waitingBytes(),
                current != null && current.isSyncing(),
                current == null ? 0 : current.delayed());
    }

    /// Stops for good.
    ///
    /// @return completed when everything is on disk, with what went wrong, or an empty text
    CompletableFuture<String> close() {
        stop();
        state = State.OFF;
        return closing;
    }
}
