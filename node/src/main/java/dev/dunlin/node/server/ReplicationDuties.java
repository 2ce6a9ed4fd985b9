// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Args;
import dev.dunlin.node.command.Client;
import dev.dunlin.node.command.ClientLink;
import dev.dunlin.node.command.CommandRunner;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.snapshot.KeyspaceLoader;
import dev.dunlin.node.persistence.snapshot.SnapshotForm;
import dev.dunlin.node.replication.LinkState;
import dev.dunlin.node.replication.ReplicatedCommand;
import dev.dunlin.node.replication.ReplicationHost;
import dev.dunlin.node.replication.SnapshotCut;
import dev.dunlin.node.replication.SnapshotSource;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.value.Values;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What replication needs of the node: to apply the primary's commands, to load its data set, to make a snapshot of ours.
///
/// Thread: owned by the node's loop.
final class ReplicationDuties implements ReplicationHost {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicationDuties.class);

    /// Hears of changes that concern clients.
    interface Listener {
        void roleChanged(boolean primary);

        void linkChanged(LinkState state);

        void pauseWrites(boolean paused);

        /// The data set is about to go, for that of the primary.
        void dataSetGoes();
    }

    private final NodeLoop loop;
    private final Settings settings;
    private final Keyspace keyspace;
    private final Snapshots snapshots;
    private final LoadProgress progress;
    private final CommandRunner runner;
    private final Executor background;
    private final Listener listener;
    private final Values values;
    private final Args args;
    private final Client primary = new Client(0, ClientLink.NONE, 0, true);
    private final ReplyWriter unread = new ReplyWriter(PooledByteBufAllocator.DEFAULT);

    private long[] addresses = new long[16];
    private int[] lengths = new int[16];
    private @Nullable AofDuties appendOnly;
    private @Nullable DataSetLoad load;

    ReplicationDuties(
            NodeLoop loop,
            Settings settings,
            Keyspace keyspace,
            Snapshots snapshots,
            LoadProgress progress,
            CommandRunner runner,
            Values values,
            Executor background,
            Listener listener) {
        this.loop = loop;
        this.settings = settings;
        this.keyspace = keyspace;
        this.snapshots = snapshots;
        this.progress = progress;
        this.runner = runner;
        this.values = values;
        this.background = background;
        this.listener = listener;
        this.args = new Args(keyspace.index(), settings.get(Directives.CLUSTER_ENABLED));
        primary.fromPrimary(true);
    }

    @Override
    public long nowMs() {
        return loop.nowMs();
    }

    @Override
    public Executor background() {
        return background;
    }

    @Override
    public Path snapshotDirectory() {
        return Path.of(settings.get(Directives.DIR));
    }

    @Override
    public boolean mayOpenSnapshot() {
        return snapshots.mayOpen(Snapshots.Use.SYNC);
    }

    @Override
    public SnapshotSource openSnapshot(SnapshotCut cut) {
        return openSnapshot(cut, false);
    }

    @Override
    public SnapshotSource openSnapshot(SnapshotCut cut, boolean fieldTimes) {
        return snapshots.open(
                Snapshots.Use.SYNC,
                SnapshotForm.forReplica(cut, fieldTimes, keyspace.libraries().sources()));
    }

    @Override
    public void apply(int db, ReplicatedCommand command) {
        int count = command.argumentCount();
        if (count > addresses.length) {
            addresses = Arrays.copyOf(addresses, Integer.highestOneBit(count) * 2);
            lengths = Arrays.copyOf(lengths, addresses.length);
        }
        long base = command.buffer().memoryAddress();
        for (int i = 0; i < count; i++) {
            addresses[i] = base + command.index(i);
            lengths[i] = command.length(i);
        }
        args.bind(addresses, lengths, 0, count);
        primary.database(db);
        unread.begin(false);
        long mark = unread.mark();
        runner.run(primary, null, args, loop.nowMs(), unread);
        unread.rewind(mark);
        primary.commandEnded();
    }

    void watch(AofDuties file) {
        appendOnly = file;
    }

    @Override
    public long fsyncedOffset() {
        return appendOnly == null ? -1 : appendOnly.syncedOffset();
    }

    @Override
    public void load(Path rdb, Consumer<LoadResult> onDone) {
        if (appendOnly != null) {
            appendOnly.dataSetGoes();
        }
        listener.dataSetGoes();
        keyspace.clear();
        keyspace.libraries().clear();
        LOG.info("loading data set of the primary file={}", rdb);
        long startMs = loop.nowMs();
        var loader = new KeyspaceLoader(keyspace, values);
        load =
                DataSetLoad.start(
                        rdb,
                        loop,
                        loader,
                        progress,
                        new RdbLimits(RdbLimits.STRING_BYTES_MAX, keyspace.databases(), true),
                        background,
                        keeping(rdb),
                        result -> {
                            load = null;
                            loop.turn();
                            switch (result) {
                                case LoadResult.Loaded _ ->
                                        LOG.info(
                                                "data set loaded keys={} ms={}",
                                                loader.keys(),
                                                loop.nowMs() - startMs);
                                case LoadResult.Failed(String reason) -> {
                                    keyspace.clear();
                                    LOG.error("data set not loaded reason=\"{}\"", reason);
                                }
                            }
                            onDone.accept(result);
                        });
    }

    /// {@return what is done in the background with a file that was received and found right} It becomes the dump file, as in Redis: a replica
    /// that is killed before it saves starts with what it had, and goes on from there. `rdb-del-sync-files` forbids it where nothing else is
    /// kept on disk.
    private Runnable keeping(Path rdb) {
        boolean persists =
                settings.get(Directives.APPEND_ONLY) || !settings.get(Directives.SAVE).isEmpty();
        if (settings.get(Directives.RDB_DEL_SYNC_FILES) && !persists) {
            return () -> {};
        }
        Path dump = PersistenceDuties.dumpFile(settings);
        return () -> {
            try {
                Files.move(rdb, dump, StandardCopyOption.ATOMIC_MOVE);
            } catch (IOException e) {
                LOG.warn("what was received is not kept file={} reason=\"{}\"", dump, e.toString());
            }
        };
    }

    @Override
    public void cancelLoad() {
        DataSetLoad running = load;
        if (running != null) {
            running.cancel();
            load = null;
            keyspace.clear();
        }
    }

    @Override
    public void roleChanged(boolean isPrimary) {
        listener.roleChanged(isPrimary);
    }

    @Override
    public void pauseWrites(boolean paused) {
        listener.pauseWrites(paused);
    }

    @Override
    public void linkChanged(LinkState state) {
        listener.linkChanged(state);
    }
}
