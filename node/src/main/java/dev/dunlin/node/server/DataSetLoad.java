// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.persistence.rdb.LoadBatch;
import dev.dunlin.node.persistence.rdb.LoadBatches;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.rdb.RdbReader;
import dev.dunlin.node.persistence.rdb.RdbSource;
import dev.dunlin.node.persistence.snapshot.KeyspaceLoader;
import dev.dunlin.node.replication.ReplicationHost.LoadResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;

/// Loads one RDB file: a background thread reads and checks it, the node's loop puts it in place, a batch per turn.
///
/// At most [#BATCHES_IN_FLIGHT] batches are between the two, so memory is bounded however large the file.
///
/// Thread: made, cancelled and told of its end on the node's loop.
final class DataSetLoad {
    private static final int BATCH_BYTES_MAX = 256 * 1024;
    private static final int BATCH_STEPS_MAX = 1024;
    private static final int BATCHES_IN_FLIGHT = 4;

    private final NodeLoop loop;
    private final KeyspaceLoader loader;
    private final LoadProgress progress;
    private final RdbLimits limits;
    private final Runnable onRead;
    private final Consumer<LoadResult> onDone;
    private final Semaphore inFlight = new Semaphore(BATCHES_IN_FLIGHT);
    private volatile boolean cancelled;
    private boolean done;

    private DataSetLoad(
            NodeLoop loop,
            KeyspaceLoader loader,
            LoadProgress progress,
            RdbLimits limits,
            Runnable onRead,
            Consumer<LoadResult> onDone) {
        this.loop = loop;
        this.loader = loader;
        this.progress = progress;
        this.limits = limits;
        this.onRead = onRead;
        this.onDone = onDone;
    }

    /// Starts loading.
    ///
    /// @param onRead called in the background when the whole file was read and is right, before the last of it is put in place
    /// @param onDone told on the loop, unless the load is cancelled before
    static DataSetLoad start(
            Path file,
            NodeLoop loop,
            KeyspaceLoader loader,
            LoadProgress progress,
            RdbLimits limits,
            Executor background,
            Runnable onRead,
            Consumer<LoadResult> onDone) {
        var load = new DataSetLoad(loop, loader, progress, limits, onRead, onDone);
        progress.begin(file.toFile().length(), loop.nowMs());
        background.execute(() -> load.read(file));
        return load;
    }

    /// {@return keys put in place so far}
    long keys() {
        return loader.keys();
    }

    /// Stops; `onDone` is not told any more.
    void cancel() {
        cancelled = true;
        done = true;
        progress.end();
        inFlight.release(BATCHES_IN_FLIGHT);
    }

    private void read(Path file) {
        try (InputStream input = Files.newInputStream(file)) {
            var batches =
                    new LoadBatches(
                            new RdbReader(RdbSource.of(input, Files.size(file)), limits),
                            BATCH_BYTES_MAX,
                            BATCH_STEPS_MAX);
            boolean last = false;
            while (!last && !cancelled) {
                LoadBatch batch = batches.next();
                last = batch.last();
                inFlight.acquire();
                if (last && !cancelled) {
                    onRead.run();
                }
                submit(() -> apply(batch));
            }
        } catch (IOException e) {
            submit(() -> finish(new LoadResult.Failed(String.valueOf(e.getMessage()))));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            submit(() -> finish(new LoadResult.Failed("interrupted")));
        }
    }

    private void submit(Runnable task) {
        if (!loop.offer(task)) {
            cancelled = true;
        }
    }

    private void apply(LoadBatch batch) {
        if (done) {
            return;
        }
        String problem = loader.apply(batch);
        progress.reached(batch.fileOffset());
        progress.usedMemoryThen(loader.usedMemoryThen());
        progress.keys(loader.keys(), loader.keysExpired());
        inFlight.release();
        if (problem != null) {
            cancelled = true;
            finish(new LoadResult.Failed("before byte " + batch.fileOffset() + ": " + problem));
        } else if (batch.last()) {
            finish(new LoadResult.Loaded(loader.streamDatabase()));
        }
    }

    private void finish(LoadResult result) {
        if (!done) {
            done = true;
            progress.end();
            onDone.accept(result);
        }
    }
}
