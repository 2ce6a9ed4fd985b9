// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.Version;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.persistence.SnapshotJob;
import dev.dunlin.node.persistence.SnapshotTarget;
import dev.dunlin.node.persistence.aof.BaseText;
import dev.dunlin.node.persistence.rdb.RdbWriter;
import dev.dunlin.node.persistence.snapshot.SnapshotForm;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes the files that an append-only file begins with, from the node's snapshot.
///
/// Commands (`aof-use-rdb-preamble no`) are made of the finished RDB file, off the loop, which so has the same work with both.
///
/// Thread: owned by the node's loop.
final class AofBases {
    private static final Logger LOG = LoggerFactory.getLogger(AofBases.class);

    /// How it ended.
    sealed interface Result {
        /// @param file complete and on disk, for the caller to put in its place
        /// @param rdb whether it is an RDB file
        record Made(Path file, boolean rdb) implements Result {}

        record Failed(String reason) implements Result {}
    }

    private final NodeLoop loop;
    private final Settings settings;
    private final Keyspace keyspace;
    private final Snapshots snapshots;
    private final Executor background;

    AofBases(
            NodeLoop loop,
            Settings settings,
            Keyspace keyspace,
            Snapshots snapshots,
            Executor background) {
        this.loop = loop;
        this.settings = settings;
        this.keyspace = keyspace;
        this.snapshots = snapshots;
        this.background = background;
    }

    /// {@return whether a base may begin now}
    boolean mayBegin() {
        return snapshots.mayOpen(Snapshots.Use.REWRITE);
    }

    /// {@return the base of a node without keys}
    byte[] empty() {
        if (!settings.get(Directives.AOF_USE_RDB_PREAMBLE)) {
            return new byte[0];
        }
        try (var writer =
                new RdbWriter(
                        PooledByteBufAllocator.DEFAULT, 256, false, RdbWriter.Trailer.CHECKSUM)) {
            writer.header();
            writer.aux("redis-ver", Version.REDIS);
            writer.aux("redis-bits", 64);
            writer.aux("ctime", System.currentTimeMillis() / 1000);
            writer.aux("used-mem", keyspace.usedBytes());
            writer.aux("aof-base", 1);
            writer.end();
            ByteBuf bytes = writer.take();
            byte[] copy = new byte[bytes.readableBytes()];
            bytes.readBytes(copy);
            bytes.release();
            return copy;
        }
    }

    /// Begins with the data as it is at this very moment; only when [#mayBegin].
    ///
    /// @param onEnd told once, on the loop, in a later turn
    SnapshotJob begin(Consumer<Result> onEnd) {
        int port = settings.get(Directives.PORT);
        boolean rdb = settings.get(Directives.AOF_USE_RDB_PREAMBLE);
        Path directory = Path.of(settings.get(Directives.DIR));
        var target =
                new SnapshotTarget(
                        directory,
                        "temp-rewriteaof-bg-" + port + ".aof",
                        "temp-rewriteaof-" + port + ".aof",
                        true,
                        settings.get(Directives.AOF_REWRITE_INCREMENTAL_FSYNC));
        return SnapshotJob.start(
                snapshots.open(
                        Snapshots.Use.REWRITE,
                        // Times of fields are part of the data; Redis 7.0 cannot read a hash that
                        // has some, but has no way to make one either.
                        new SnapshotForm(
                                null,
                                settings.get(Directives.RDB_COMPRESSION),
                                true,
                                true,
                                RdbWriter.Trailer.LEFT_TO_CONSUMER,
                                keyspace.libraries().sources())),
                target,
                loop.eventLoop(),
                background,
                outcome -> {
                    switch (outcome) {
                        case SnapshotJob.Outcome.Done _ when !rdb ->
                                convert(
                                        target.file(),
                                        directory.resolve("temp-rewriteaof-text-" + port + ".aof"),
                                        onEnd);
                        case SnapshotJob.Outcome.Done _ ->
                                onEnd.accept(new Result.Made(target.file(), true));
                        case SnapshotJob.Outcome.Failed(String reason) ->
                                onEnd.accept(new Result.Failed(reason));
                        case SnapshotJob.Outcome.Cancelled _ ->
                                onEnd.accept(new Result.Failed("called off"));
                    }
                });
    }

    private void convert(Path rdb, Path text, Consumer<Result> onEnd) {
        try {
            background.execute(() -> {
                Result result;
                try {
                    BaseText.convert(rdb, text, keyspace.databases());
                    result = new Result.Made(text, false);
                } catch (IOException e) {
                    result = new Result.Failed(String.valueOf(e.getMessage()));
                    delete(text);
                }
                delete(rdb);
                Result end = result;
                loop.offer(() -> onEnd.accept(end));
            });
        } catch (RejectedExecutionException stopping) {
            LOG.debug("the node is stopping", stopping);
        }
    }

    /// Deletes what a result named, when it is of no use any more.
    void discard(@Nullable Result result) {
        if (result instanceof Result.Made(Path file, boolean _)) {
            try {
                background.execute(() -> delete(file));
            } catch (RejectedExecutionException stopping) {
                LOG.debug("the node is stopping", stopping);
            }
        }
    }

    private static void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            LOG.warn("temporary file not deleted path={}", file, e);
        }
    }
}
