// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.snapshot.KeyspaceLoader;
import dev.dunlin.node.replication.ReplicationHost.LoadResult;
import dev.dunlin.node.replication.SnapshotCut;
import dev.dunlin.node.value.Values;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Brings the data set of the node's last life back from disk, while clients that ask already hear `-LOADING`.
///
/// A file that cannot be loaded as a whole is left as it is, and the node does not start: what is half there must not be served, nor saved
/// over.
///
/// Thread: [#hasData] by the node's owner; the rest on the node's loop.
final class StartUp {
    private static final Logger LOG = LoggerFactory.getLogger(StartUp.class);

    /// How it went.
    sealed interface Result {
        /// The data is in place.
        ///
        /// @param cut what the file says of the data's history
        record Ready(Optional<SnapshotCut> cut) implements Result {}

        /// The node must not serve.
        record Refused(String reason) implements Result {}
    }

    private final NodeLoop loop;
    private final Settings settings;
    private final Keyspace keyspace;
    private final Supplier<Values> values;
    private final LoadProgress progress;
    private final AofDuties appendOnly;
    private final Executor background;
    private final Path dump;
    private final boolean hasDump;

    StartUp(
            NodeLoop loop,
            Settings settings,
            Keyspace keyspace,
            Supplier<Values> values,
            LoadProgress progress,
            AofDuties appendOnly,
            Executor background) {
        this.loop = loop;
        this.settings = settings;
        this.keyspace = keyspace;
        this.values = values;
        this.progress = progress;
        this.appendOnly = appendOnly;
        this.background = background;
        dump = PersistenceDuties.dumpFile(settings);
        hasDump = Files.exists(dump);
    }

    /// {@return whether there may be something to load}
    boolean hasData() {
        return settings.get(Directives.APPEND_ONLY) || hasDump;
    }

    /// Loads the append-only file if the node keeps one, else the dump file.
    ///
    /// @param onDone told once, on the loop
    void load(Consumer<Result> onDone) {
        if (!settings.get(Directives.APPEND_ONLY)) {
            loadDump(onDone);
            return;
        }
        if (hasDump) {
            LOG.warn("appendonly is on: the dump file is not loaded file={}", dump);
        }
        appendOnly.startUp(problem ->
                onDone.accept(
                        problem == null
                                ? new Result.Ready(Optional.empty())
                                : new Result.Refused(problem)));
    }

    private void loadDump(Consumer<Result> onDone) {
        long startMs = loop.nowMs();
        // The role in a cluster is not known yet; a replica must not drop what its primary still
        // has.
        boolean primary =
                !settings.get(Directives.CLUSTER_ENABLED)
                        && settings.get(Directives.REPLICA_OF).isEmpty();
        var loader =
                new KeyspaceLoader(
                        keyspace, values.get(), primary ? startMs : KeyspaceLoader.KEEP_EXPIRED);
        LOG.info("loading file={}", dump);
        DataSetLoad.start(
                dump,
                loop,
                loader,
                progress,
                new RdbLimits(
                        RdbLimits.STRING_BYTES_MAX,
                        keyspace.databases(),
                        settings.get(Directives.RDB_CHECKSUM)),
                background,
                () -> {},
                result -> {
                    loop.turn();
                    onDone.accept(
                            switch (result) {
                                case LoadResult.Loaded _ -> {
                                    LOG.info(
                                            "DB loaded from disk keys={} expired={} ms={}",
                                            loader.keys(),
                                            loader.keysExpired(),
                                            loop.nowMs() - startMs);
                                    yield new Result.Ready(loader.cut());
                                }
                                case LoadResult.Failed(String reason) ->
                                        new Result.Refused(
                                                "cannot load "
                                                        + dump
                                                        + ", which is left as it is: "
                                                        + reason);
                            });
                });
    }
}
