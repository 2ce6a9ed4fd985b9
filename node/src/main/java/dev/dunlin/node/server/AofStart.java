// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.Args;
import dev.dunlin.node.command.CommandContext;
import dev.dunlin.node.command.CommandRunner;
import dev.dunlin.node.command.CommandTable;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.persistence.aof.AofFiles;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.snapshot.KeyspaceLoader;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// What it takes to load an append-only file into this node.
///
/// Thread: owned by the node's loop.
final class AofStart {
    private final NodeLoop loop;
    private final Settings settings;
    private final CommandTable commands;
    private final CommandRunner runner;
    private final CommandContext ctx;
    private final LogWriter log;
    private final LoadProgress progress;
    private final Executor background;

    AofStart(
            NodeLoop loop,
            Settings settings,
            CommandTable commands,
            CommandRunner runner,
            LogWriter log,
            LoadProgress progress,
            Executor background) {
        this.loop = loop;
        this.settings = settings;
        this.commands = commands;
        this.runner = runner;
        this.ctx = runner.context();
        this.log = log;
        this.progress = progress;
        this.background = background;
    }

    /// Empties the node.
    void clear() {
        ctx.keyspace().clear();
        ctx.keyspace().libraries().clear();
    }

    /// Loads into the node, which is empty.
    void load(AofFiles files, Consumer<AofLoad.Result> onDone) {
        AofLoad.start(
                loop,
                files,
                new ReplayedCommands(
                        commands,
                        runner,
                        ctx.keyspace().libraries(),
                        log,
                        new Args(ctx.keyspace().index(), settings.get(Directives.CLUSTER_ENABLED))),
                // What has expired is kept: later commands may count on it.
                () -> new KeyspaceLoader(ctx.keyspace(), ctx.values()),
                progress,
                new RdbLimits(RdbLimits.STRING_BYTES_MAX, ctx.keyspace().databases(), true),
                settings.get(Directives.AOF_LOAD_TRUNCATED),
                background,
                onDone);
    }
}
