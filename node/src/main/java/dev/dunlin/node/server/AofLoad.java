// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.persistence.aof.AofFiles;
import dev.dunlin.node.persistence.aof.AofFormatException;
import dev.dunlin.node.persistence.aof.AofManifest.AofFile;
import dev.dunlin.node.persistence.aof.AofReader;
import dev.dunlin.node.persistence.aof.CommandBlock;
import dev.dunlin.node.persistence.aof.ManifestException;
import dev.dunlin.node.persistence.rdb.LoadBatch;
import dev.dunlin.node.persistence.rdb.LoadBatches;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.rdb.RdbReader;
import dev.dunlin.node.persistence.rdb.RdbSource;
import dev.dunlin.node.persistence.snapshot.KeyspaceLoader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Loads an append-only file: a background thread reads and checks, the node's loop runs commands, a block per turn.
///
/// What is wrong where, and what becomes of it, is as in Redis: a cut off end of the last file is taken away (`aof-load-truncated`), all
/// else that is not whole keeps the node from starting, and the files as they are. One thing is forgiven that Redis does not: empty files
/// behind the one that is cut off, which a crash between two files may leave.
///
/// Thread: made and told of its end on the node's loop. At most [#BLOCKS_IN_FLIGHT] blocks are between the two.
final class AofLoad {
    private static final Logger LOG = LoggerFactory.getLogger(AofLoad.class);
    private static final int BLOCKS_IN_FLIGHT = 6;
    private static final int BATCH_BYTES_MAX = 256 * 1024;
    private static final int BATCH_STEPS_MAX = 1024;
    private static final byte[] RDB_MAGIC = {'R', 'E', 'D', 'I', 'S'};

    /// How it ended.
    sealed interface Result {
        /// @param bytes of all files
        /// @param baseBytes of the base
        record Loaded(AofFiles files, long bytes, long baseBytes) implements Result {}

        /// What is in the keyspace is of no use.
        record Failed(String reason) implements Result {}
    }

    /// Why not.
    private static final class LoadException extends Exception {
        private static final long serialVersionUID = 1L;

        LoadException(String reason) {
            super(reason);
        }
    }

    private final NodeLoop loop;
    private final AofFiles files;
    private final ReplayedCommands commands;
    private final Supplier<KeyspaceLoader> loaders;
    private final LoadProgress progress;
    private final RdbLimits limits;
    private final boolean cutsOff;
    private final Consumer<Result> onDone;
    private final Semaphore inFlight = new Semaphore(BLOCKS_IN_FLIGHT);

    /// Why the loop cannot go on; written by the loop.
    private volatile @Nullable String problem;

    private volatile boolean ended;

    /// Bytes of the files before the one that is read; of the reading thread only.
    private long bytesBefore;

    private AofLoad(
            NodeLoop loop,
            AofFiles files,
            ReplayedCommands commands,
            Supplier<KeyspaceLoader> loaders,
            LoadProgress progress,
            RdbLimits limits,
            boolean cutsOff,
            Consumer<Result> onDone) {
        this.loop = loop;
        this.files = files;
        this.commands = commands;
        this.loaders = loaders;
        this.progress = progress;
        this.limits = limits;
        this.cutsOff = cutsOff;
        this.onDone = onDone;
    }

    /// Starts loading into an empty keyspace. The node counts as loading until its owner ends that.
    ///
    /// @param loaders makes what takes a base that is an RDB file; asked on the loop
    /// @param cutsOff `aof-load-truncated`
    /// @param onDone told once, on the loop
    static void start(
            NodeLoop loop,
            AofFiles files,
            ReplayedCommands commands,
            Supplier<KeyspaceLoader> loaders,
            LoadProgress progress,
            RdbLimits limits,
            boolean cutsOff,
            Executor background,
            Consumer<Result> onDone) {
        var load = new AofLoad(loop, files, commands, loaders, progress, limits, cutsOff, onDone);
        progress.begin(0, loop.nowMs());
        background.execute(load::run);
    }

    private void run() {
        Result result;
        try {
            result = read();
        } catch (LoadException e) {
            result = new Result.Failed(String.valueOf(e.getMessage()));
        } catch (ManifestException e) {
            result = new Result.Failed("manifest: " + e.brief());
        } catch (IOException e) {
            result = new Result.Failed(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            result = new Result.Failed("interrupted");
        }
        Result end = result;
        submit(() -> onDone.accept(end));
    }

    private Result read()
            throws IOException, ManifestException, LoadException, InterruptedException {
        files.find();
        long total = files.totalBytes();
        long startMs = System.currentTimeMillis();
        submit(() -> progress.begin(total, startMs));
        List<AofFile> all = files.manifest().toLoad();
        int last = lastWithBytes(all);
        for (int i = 0; i < all.size(); i++) {
            read(all.get(i), i >= last);
        }
        // All blocks back means all of them are in place.
        inFlight.acquire(BLOCKS_IN_FLIGHT);
        inFlight.release(BLOCKS_IN_FLIGHT);
        check();
        LOG.info("append-only file loaded files={} bytes={}", all.size(), bytesBefore);
        return new Result.Loaded(files, bytesBefore, files.baseBytes());
    }

    private int lastWithBytes(List<AofFile> all) throws IOException {
        int last = all.size() - 1;
        while (last > 0 && files.size(all.get(last)) == 0) {
            last--;
        }
        return last;
    }

    private void read(AofFile file, boolean last)
            throws IOException, LoadException, InterruptedException {
        Path path = files.path(file);
        long bytes = files.size(file);
        submit(commands::beginFile);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long offset = startsWithMagic(channel) ? readRdb(file, channel, bytes) : 0;
            channel.position(offset);
            readCommands(file, channel, offset, bytes, last);
        }
        bytesBefore += files.size(file);
    }

    private static boolean startsWithMagic(FileChannel channel) throws IOException {
        byte[] first = new byte[RDB_MAGIC.length];
        int count = channel.read(java.nio.ByteBuffer.wrap(first), 0);
        return count == first.length && java.util.Arrays.equals(first, RDB_MAGIC);
    }

    /// {@return where in the file the RDB part ends}
    private long readRdb(AofFile file, FileChannel channel, long bytes)
            throws IOException, LoadException, InterruptedException {
        channel.position(0);
        InputStream input = Channels.newInputStream(channel);
        var reader = new RdbReader(RdbSource.of(input, bytes), limits);
        var batches = new LoadBatches(reader, BATCH_BYTES_MAX, BATCH_STEPS_MAX);
        KeyspaceLoader[] loader = new KeyspaceLoader[1];
        submit(() -> loader[0] = loaders.get());
        boolean last = false;
        try {
            while (!last) {
                LoadBatch batch = batches.next();
                last = batch.last();
                pass(
                        () -> {
                            String before = problem;
                            if (before != null) {
                                return before;
                            }
                            String wrong = loader[0].apply(batch);
                            progress.usedMemoryThen(loader[0].usedMemoryThen());
                            return wrong;
                        },
                        bytesBefore + batch.fileOffset());
            }
        } catch (IOException e) {
            throw new LoadException(
                    "Error reading the RDB preamble of the AOF file "
                            + file.name()
                            + ", AOF loading aborted: "
                            + e.getMessage());
        }
        return reader.offset();
    }

    private void readCommands(
            AofFile file, FileChannel channel, long offset, long bytes, boolean last)
            throws IOException, LoadException, InterruptedException {
        var reader = new AofReader(channel, offset, bytes, (_, _) -> true);
        try {
            for (CommandBlock block = reader.next(); block != null; block = reader.next()) {
                CommandBlock full = block;
                pass(() -> run(full, file), bytesBefore + block.endOffset());
            }
        } catch (AofFormatException e) {
            throw new LoadException(
                    "Bad file format reading the append only file "
                            + file.name()
                            + " at byte "
                            + e.offset()
                            + " ("
                            + e.reason()
                            + "): make a backup of your AOF file, then use dunlin-node check-aof"
                            + " --fix <filename.manifest>");
        } finally {
            reader.drop();
        }
        if (reader.isCutOff()) {
            cutOff(file, reader, bytes, last);
        }
    }

    private @Nullable String run(CommandBlock block, AofFile file) {
        String before = problem;
        try {
            if (before != null) {
                return before;
            }
            String unknown = commands.run(block, loop.nowMs());
            return unknown == null
                    ? null
                    : "Unknown command '"
                            + unknown
                            + "' reading the append only file "
                            + file.name();
        } finally {
            block.release();
        }
    }

    private void cutOff(AofFile file, AofReader reader, long bytes, boolean last)
            throws IOException, LoadException {
        if (reader.endsInTransaction()) {
            LOG.warn("Revert incomplete MULTI/EXEC transaction from AOF file {}", file.name());
        }
        if (!last) {
            throw new LoadException(
                    "the append only file "
                            + file.name()
                            + " is cut off at byte "
                            + reader.validBytes()
                            + ", and is not the last file");
        }
        if (!cutsOff) {
            throw new LoadException(
                    "Unexpected end of file reading the append only file "
                            + file.name()
                            + " at byte "
                            + reader.validBytes()
                            + ". You can: 1) Make a backup of your AOF file, then use dunlin-node"
                            + " check-aof --fix <filename.manifest>. 2) Alternatively you can set"
                            + " the 'aof-load-truncated' configuration option to yes and restart"
                            + " the server.");
        }
        LOG.warn("!!! Warning: short read while loading the AOF file {}!!!", file.name());
        LOG.warn(
                "!!! Truncating the AOF {} from {} bytes at offset {} !!!",
                file.name(),
                bytes,
                reader.validBytes());
        files.truncate(file, reader.validBytes());
        LOG.warn("AOF {} loaded anyway because aof-load-truncated is enabled", file.name());
    }

    private interface Step {
        /// {@return why the node cannot go on, or null}
        @Nullable String run();
    }

    /// Hands something to the loop, when there is room.
    private void pass(Step step, long bytesThen) throws LoadException, InterruptedException {
        check();
        inFlight.acquire();
        submit(() -> {
            loop.turn();
            problem = step.run();
            progress.reached(bytesThen);
            inFlight.release();
        });
    }

    private void check() throws LoadException {
        String wrong = problem;
        if (wrong != null) {
            throw new LoadException(wrong);
        }
        if (ended) {
            throw new LoadException("the node is stopping");
        }
    }

    private void submit(Runnable task) {
        if (!loop.offer(task)) {
            ended = true;
        }
    }
}
