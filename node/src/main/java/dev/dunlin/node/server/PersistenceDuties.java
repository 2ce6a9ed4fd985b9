// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Blocked;
import dev.dunlin.node.command.Client;
import dev.dunlin.node.command.Persistence;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.observe.InfoFacts;
import dev.dunlin.node.persistence.SavePoints;
import dev.dunlin.node.persistence.SnapshotJob;
import dev.dunlin.node.persistence.SnapshotTarget;
import dev.dunlin.node.persistence.snapshot.KeyspaceSnapshot;
import dev.dunlin.node.persistence.snapshot.SnapshotForm;
import dev.dunlin.node.replication.Replication;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.Values;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Saves the data set to the dump file: when a client asks, when a save point is due, when the node ends.
///
/// ```
/// IDLE -> WANTED (another snapshot is open) -> SAVING -> IDLE
/// ```
///
/// The cut is made between two commands, in the turn of the wish or as soon as the node's one snapshot is free.
///
/// Thread: owned by the node's loop.
final class PersistenceDuties implements Persistence {
    private static final Logger LOG = LoggerFactory.getLogger(PersistenceDuties.class);

    /// What the client of a SAVE hears that came to nothing, as in Redis: the log says why.
    private static final RespError FAILED = RespError.of("ERR");

    private final NodeLoop loop;
    private final Settings settings;
    private final Keyspace keyspace;
    private final Snapshots snapshots;
    private final LoadProgress progress;
    private final Replication replication;
    private final LongSupplier changes;
    private final Executor background;
    private final Supplier<Values> values;
    private final String tempName;

    private long lastSaveMs;
    private long lastTryMs;
    private boolean lastOk = true;
    private long lastSaveSeconds = -1;
    private long saves;

    /// What [#changes] said at the cut of the last good save.
    private long changesSaved;

    private boolean wanted;
    private boolean wantedCounts;

    /// Whether the node serves nobody any more, so that the next save may have the loop for itself.
    private boolean hurried;

    /// Who wants to know how the next save ends.
    private List<Consumer<Boolean>> waiting = new ArrayList<>();

    private @Nullable Saving saving;

    /// A save that is under way.
    ///
    /// @param counts whether it is a BGSAVE: the fate of others is between them and who asked, as in Redis
    /// @param changesAtCut what [#changes] said then
    /// @param ends who wants to know how it ends
    private record Saving(
            SnapshotJob job,
            KeyspaceSnapshot snapshot,
            boolean counts,
            long startMs,
            long changesAtCut,
            List<Consumer<Boolean>> ends) {}

    /// @param changes writes since the node's start
    PersistenceDuties(
            NodeLoop loop,
            Settings settings,
            Keyspace keyspace,
            Snapshots snapshots,
            LoadProgress progress,
            Replication replication,
            LongSupplier changes,
            Executor background,
            Supplier<Values> values,
            int port) {
        this.loop = loop;
        this.settings = settings;
        this.keyspace = keyspace;
        this.snapshots = snapshots;
        this.progress = progress;
        this.replication = replication;
        this.changes = changes;
        this.background = background;
        this.values = values;
        this.tempName = "temp-" + port + ".rdb";
        this.lastSaveMs = loop.nowMs();
    }

    /// {@return the dump file, there or not} Any thread, before the node serves.
    static Path dumpFile(Settings settings) {
        return Path.of(settings.get(Directives.DIR))
                .resolve(settings.get(Directives.DUMP_FILE_NAME));
    }

    private Path directory() {
        return Path.of(settings.get(Directives.DIR));
    }

    // What clients ask for

    @Override
    public Start saveInBackground(boolean mayWait) {
        if (isSaving() || snapshots.use() == Snapshots.Use.SYNC) {
            return Start.SAVE_IN_PROGRESS;
        }
        if (snapshots.use() == Snapshots.Use.REWRITE) {
            if (!mayWait) {
                return Start.REWRITE_IN_PROGRESS;
            }
            want(true);
            return Start.SCHEDULED;
        }
        want(true);
        return Start.STARTED;
    }

    @Override
    public void scheduleSave() {
        want(true);
    }

    @Override
    public Start saveFor(Client client) {
        if (isSaving() || snapshots.use() == Snapshots.Use.SYNC) {
            return Start.SAVE_IN_PROGRESS;
        }
        want(new SaveWait(client, false));
        return Start.STARTED;
    }

    @Override
    public void beforeEmptying() {
        cancelSave();
    }

    @Override
    public boolean saveEmptied(@Nullable Client client) {
        if (settings.get(Directives.SAVE).isEmpty()) {
            return false;
        }
        if (client == null) {
            want(false);
        } else {
            want(new SaveWait(client, true));
        }
        return client != null;
    }

    /// A client that waits for the end of a save.
    private static final class SaveWait implements Blocked, Consumer<Boolean> {
        private final Client client;
        private final boolean okAnyway;
        private boolean cancelled;

        /// @param okAnyway whether it hears OK also when nothing was saved
        SaveWait(Client client, boolean okAnyway) {
            this.client = client;
            this.okAnyway = okAnyway;
            client.block(this);
        }

        @Override
        public void cancel() {
            cancelled = true;
        }

        @Override
        public void accept(Boolean saved) {
            if (!cancelled) {
                client.link()
                        .endWait(reply -> {
                            if (saved || okAnyway) {
                                reply.ok();
                            } else {
                                reply.error(FAILED);
                            }
                        });
            }
        }
    }

    @Override
    public Reload reload(boolean save, boolean flush, boolean merge) {
        cancelSave();
        snapshots.sweepNow();
        var reload = new DataSetReload(keyspace, values.get(), settings);
        try {
            if (save) {
                if (!snapshots.mayOpen(Snapshots.Use.SAVE)) {
                    LOG.warn("not saved: another snapshot is being made");
                    return Reload.NOT_SAVED;
                }
                DataSetReload.write(openSnapshot(), target());
                saved(changes.getAsLong());
            }
        } catch (IOException e) {
            LOG.warn("not saved reason=\"{}\"", e.toString());
            return Reload.NOT_SAVED;
        }
        String problem = reload.load(dumpFile(settings), flush, merge);
        if (problem != null) {
            LOG.warn("not loaded reason=\"{}\"", problem);
            return Reload.NOT_LOADED;
        }
        LOG.warn("DB reloaded by DEBUG RELOAD");
        return Reload.DONE;
    }

    // What the node asks for

    boolean isLoading() {
        return progress.isLoading();
    }

    /// {@return why no write may be taken now, or null}
    @Nullable RespError writeError() {
        return !lastOk
                        && settings.get(Directives.STOP_WRITES_ON_BGSAVE_ERROR)
                        && !settings.get(Directives.SAVE).isEmpty()
                ? RespError.SAVE_FAILED_NO_WRITES
                : null;
    }

    /// Saves what there is now, with all of the loop's time: nobody writes any more.
    ///
    /// @param onEnd told on the loop whether it is saved
    void saveAtEnd(Consumer<Boolean> onEnd) {
        // What is being saved now may lack the last writes.
        cancelSave();
        hurried = true;
        want(onEnd);
    }

    /// Calls off the save that is under way, and any that is wanted.
    void cancelSave() {
        if (wanted) {
            wanted = false;
            wantedCounts = false;
            snapshots.giveBack(Snapshots.Use.SAVE);
            List<Consumer<Boolean>> none = waiting;
            waiting = new ArrayList<>();
            none.forEach(end -> end.accept(false));
        }
        if (saving != null) {
            saving.job.cancel();
        }
        hurried = false;
    }

    // Saving

    private boolean isSaving() {
        return wanted || saving != null;
    }

    /// Saves as soon as the command that runs now is over, and another snapshot too.
    private void want(boolean counts) {
        wanted = true;
        wantedCounts |= counts;
        snapshots.reserve(Snapshots.Use.SAVE);
        loop.submit(this::beginIfWanted);
    }

    private void want(Consumer<Boolean> onEnd) {
        waiting.add(onEnd);
        want(false);
    }

    /// Begins what is wanted if it may begin; at each tick.
    void tick() {
        beginIfWanted();
        if (isSaving() || progress.isLoading() || snapshots.use() != null) {
            return;
        }
        var standing =
                new SavePoints.Standing(
                        changes.getAsLong() - changesSaved, lastSaveMs, lastTryMs, lastOk);
        SavePoints.due(settings.get(Directives.SAVE), standing, loop.nowMs())
                .ifPresent(point -> {
                    LOG.info(
                            "{} changes in {} seconds. Saving...",
                            point.changes(),
                            point.seconds());
                    want(true);
                });
    }

    private void beginIfWanted() {
        if (!wanted
                || saving != null
                || progress.isLoading()
                || !snapshots.mayOpen(Snapshots.Use.SAVE)) {
            return;
        }
        wanted = false;
        if (wantedCounts) {
            lastTryMs = loop.nowMs();
        }
        saves++;
        KeyspaceSnapshot snapshot = openSnapshot();
        SnapshotTarget target = target();
        SnapshotJob job =
                SnapshotJob.start(snapshot, target, loop.eventLoop(), background, this::ended);
        if (hurried) {
            job.hurry();
        }
        saving =
                new Saving(job, snapshot, wantedCounts, loop.nowMs(), changes.getAsLong(), waiting);
        waiting = new ArrayList<>();
        wantedCounts = false;
        LOG.info("Background saving started file={} keys={}", target.file(), snapshot.keysTotal());
    }

    private KeyspaceSnapshot openSnapshot() {
        replication.log().publish();
        return snapshots.open(
                Snapshots.Use.SAVE,
                SnapshotForm.forFile(
                        replication.cut().orElse(null),
                        settings.get(Directives.RDB_COMPRESSION),
                        keyspace.libraries().sources()));
    }

    private SnapshotTarget target() {
        return new SnapshotTarget(
                directory(),
                tempName,
                settings.get(Directives.DUMP_FILE_NAME),
                settings.get(Directives.RDB_CHECKSUM),
                settings.get(Directives.RDB_SAVE_INCREMENTAL_FSYNC));
    }

    private void saved(long changesAtCut) {
        lastOk = true;
        lastSaveMs = loop.nowMs();
        changesSaved = changesAtCut;
    }

    private void ended(SnapshotJob.Outcome outcome) {
        Saving ending = saving;
        if (ending == null) {
            throw new IllegalStateException("no save is under way");
        }
        loop.turn();
        saving = null;
        lastSaveSeconds = !ending.counts ? lastSaveSeconds : (loop.nowMs() - ending.startMs) / 1000;
        switch (outcome) {
            case SnapshotJob.Outcome.Done(long bytes) -> {
                saved(ending.changesAtCut);
                LOG.info("DB saved on disk bytes={} ms={}", bytes, loop.nowMs() - ending.startMs);
            }
            case SnapshotJob.Outcome.Failed(String reason) -> {
                lastOk &= !ending.counts;
                LOG.warn("Background saving error reason=\"{}\"", reason);
            }
            // Who called it off knows why, so the last status stays.
            case SnapshotJob.Outcome.Cancelled _ -> LOG.info("Background saving called off");
        }
        ending.ends.forEach(end -> end.accept(outcome instanceof SnapshotJob.Outcome.Done));
        snapshots.sweep();
        beginIfWanted();
    }

    // What others see

    @Override
    public long lastSaveMs() {
        return lastSaveMs;
    }

    @Override
    public InfoFacts.Persistence facts(long nowMs) {
        Saving now = saving;
        var rdb =
                new InfoFacts.Rdb(
                        changes.getAsLong() - changesSaved,
                        lastSaveMs,
                        isSaving(),
                        lastOk,
                        lastSaveSeconds,
                        now == null ? -1 : (nowMs - now.startMs) / 1000,
                        saves,
                        now == null ? 0 : now.snapshot.keysProcessed(),
                        now == null ? 0 : now.snapshot.keysTotal(),
                        progress.keysExpired(),
                        progress.keysLoaded());
        var loading =
                progress.isLoading()
                        ? new InfoFacts.Loading(
                                progress.startMs(),
                                nowMs,
                                progress.totalBytes(),
                                progress.loadedBytes(),
                                progress.usedMemoryThen())
                        : null;
        return new InfoFacts.Persistence(rdb, loading);
    }

    /// Gives up what is under way: the node closes.
    void close() {
        cancelSave();
    }
}
