// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.persistence.SnapshotOutput;
import dev.dunlin.node.persistence.SnapshotTarget;
import dev.dunlin.node.persistence.rdb.LoadBatch;
import dev.dunlin.node.persistence.rdb.LoadBatches;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.rdb.RdbReader;
import dev.dunlin.node.persistence.rdb.RdbSource;
import dev.dunlin.node.persistence.snapshot.KeyspaceLoader;
import dev.dunlin.node.persistence.snapshot.KeyspaceSnapshot;
import dev.dunlin.node.value.Values;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// DEBUG RELOAD: the data set goes to its file and comes back, in one go.
///
/// Thread: on the node's loop, which it holds up: that is what tests want of it, and nobody else is allowed to ask for it.
final class DataSetReload {
    private static final int SLICE_BYTES = 64 << 10;
    private static final int BATCH_STEPS = 1024;

    private final Keyspace keyspace;
    private final Values values;
    private final Settings settings;

    DataSetReload(Keyspace keyspace, Values values, Settings settings) {
        this.keyspace = keyspace;
        this.values = values;
        this.settings = settings;
    }

    /// Writes a whole snapshot, and closes it.
    static void write(KeyspaceSnapshot snapshot, SnapshotTarget target) throws IOException {
        try (snapshot;
                var output = new SnapshotOutput(target)) {
            while (!snapshot.ended()) {
                ByteBuf slice = snapshot.next(SLICE_BYTES);
                if (slice == null) {
                    throw new IOException(String.valueOf(snapshot.failure()));
                }
                try {
                    output.write(slice);
                } finally {
                    slice.release();
                }
            }
            output.finish();
        }
    }

    /// {@return why the file could not be loaded as a whole, or null}
    ///
    /// @param flush whether what is there goes first
    /// @param merge whether a key that is there already is replaced; otherwise it is an error
    @Nullable String load(Path file, boolean flush, boolean merge) {
        if (flush) {
            keyspace.clear();
            keyspace.libraries().clear();
        }
        var loader =
                new KeyspaceLoader(
                        keyspace,
                        values,
                        KeyspaceLoader.KEEP_EXPIRED,
                        merge
                                ? KeyspaceLoader.Duplicates.REPLACE
                                : KeyspaceLoader.Duplicates.REFUSE);
        var limits =
                new RdbLimits(
                        RdbLimits.STRING_BYTES_MAX,
                        keyspace.databases(),
                        settings.get(Directives.RDB_CHECKSUM));
        try (InputStream in = Files.newInputStream(file)) {
            var batches =
                    new LoadBatches(
                            new RdbReader(RdbSource.of(in, Files.size(file)), limits),
                            SLICE_BYTES,
                            BATCH_STEPS);
            LoadBatch batch;
            do {
                batch = batches.next();
                String problem = loader.apply(batch);
                if (problem != null) {
                    return problem;
                }
            } while (!batch.last());
            return null;
        } catch (IOException e) {
            return e.toString();
        }
    }
}
