// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.persistence.rdb.LoadBatch;
import dev.dunlin.node.persistence.rdb.LoadBatches;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.rdb.RdbReader;
import dev.dunlin.node.persistence.rdb.RdbSource;
import dev.dunlin.node.persistence.rdb.RdbWriter;
import dev.dunlin.node.persistence.snapshot.KeyspaceLoader;
import dev.dunlin.node.persistence.snapshot.KeyspaceSnapshot;
import dev.dunlin.node.persistence.snapshot.SnapshotForm;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A snapshot holds the data of its cut, whatever is swapped and written while it is made.
class SnapshotSwapTest {
    private static final int KEYS = 3000;
    private static final int SLICE_BYTES = 512;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void givenDatabasesAreSwapped_whenASnapshotIsMade_thenItHoldsEachKeyInItsOldDatabase(long seed)
            throws IOException {
        var random = new Random(seed);
        try (var from = new CommandHarness(false);
                var to = new CommandHarness(false)) {
            Client client = from.client();
            for (int i = 0; i < KEYS; i++) {
                from.call(client, "SELECT", "" + random.nextInt(CommandHarness.DATABASES));
                from.call(client, "SET", "k" + random.nextInt(KEYS), "v" + i);
            }
            String cut = digest(from);

            byte[] file = snapshotAmidSwaps(from, client, random);

            load(file, to);
            assertThat(digest(to)).isEqualTo(cut);
            assertThat(digest(from)).isNotEqualTo(cut);
        }
    }

    private static String digest(CommandHarness harness) {
        return new DataSetDigest(harness.keyspace, harness.context.values()).all();
    }

    private static byte[] snapshotAmidSwaps(CommandHarness harness, Client client, Random random) {
        boolean[] released = {false};
        var snapshot =
                KeyspaceSnapshot.begin(
                        harness.keyspace,
                        new SnapshotForm(
                                null, true, false, false, RdbWriter.Trailer.CHECKSUM, List.of()),
                        harness.nowMs,
                        () -> released[0] = true);
        var bytes = new ByteArrayOutputStream();
        int swaps = 0;
        while (!snapshot.ended()) {
            ByteBuf slice = snapshot.next(SLICE_BYTES);
            assertThat(snapshot.failure()).isNull();
            if (slice != null) {
                byte[] copy = new byte[slice.readableBytes()];
                slice.readBytes(copy);
                slice.release();
                bytes.writeBytes(copy);
            }
            if (random.nextInt(3) == 0) {
                swaps++;
                String left = "" + random.nextInt(CommandHarness.DATABASES);
                String right = "" + random.nextInt(CommandHarness.DATABASES);
                harness.call(client, "SWAPDB", left, right);
            }
            harness.call(client, "SELECT", "" + random.nextInt(CommandHarness.DATABASES));
            harness.call(client, "SET", "k" + random.nextInt(2 * KEYS), "new");
            harness.call(client, "DEL", "k" + random.nextInt(KEYS));
        }
        snapshot.close();
        assertThat(swaps).isGreaterThan(3);
        assertThat(released[0]).isTrue();
        return bytes.toByteArray();
    }

    private static void load(byte[] file, CommandHarness target) throws IOException {
        var loader = new KeyspaceLoader(target.keyspace, target.context.values());
        var limits = new RdbLimits(RdbLimits.STRING_BYTES_MAX, CommandHarness.DATABASES, true);
        var batches =
                new LoadBatches(
                        new RdbReader(RdbSource.of(new ByteArrayInputStream(file)), limits),
                        1 << 16,
                        100);
        LoadBatch batch;
        do {
            batch = batches.next();
            assertThat(loader.apply(batch)).isNull();
        } while (!batch.last());
    }
}
