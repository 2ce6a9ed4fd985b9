// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.offheap.DebugAllocator;
import dev.dunlin.node.offheap.SlabAllocator;
import dev.dunlin.node.persistence.rdb.LoadBatch;
import dev.dunlin.node.persistence.rdb.LoadBatches;
import dev.dunlin.node.persistence.rdb.RdbFiles;
import dev.dunlin.node.persistence.rdb.RdbFormatException;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.rdb.RdbReader;
import dev.dunlin.node.persistence.rdb.RdbSource;
import dev.dunlin.node.testkit.Seeds;
import dev.dunlin.node.value.Values;
import java.io.ByteArrayInputStream;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Files that somebody has damaged, loaded into a keyspace whose memory is watched: what is refused leaves nothing behind, what is not is
/// sound enough to be written again.
class LoadFuzzTest {
    private static final int MUTATIONS = Integer.getInteger("rdb.mutations", 3000);
    private static final RdbLimits LIMITS = new RdbLimits(1 << 20, 16, true);

    /// What a file may become at most: tables have their size from a hint that the file's bytes limit.
    private static final long USED_PER_BYTE_MAX = 400;

    private static final long USED_ANYWAY = 1 << 20;

    @Test
    void givenMutatedFiles_whenLoaded_thenTheyAreRefusedOrSound() throws Exception {
        List<byte[]> files = RdbFiles.all();
        int[] loaded = {0};
        Seeds.forEach(
                MUTATIONS,
                random -> {
                    byte[] file = RdbFiles.mutate(files.get(random.nextInt(files.size())), random);
                    // No checksum: else it alone would answer.
                    Arrays.fill(file, Math.max(0, file.length - 8), file.length, (byte) 0);
                    // Closing checks that no memory is lost.
                    try (var keyspace =
                            new Keyspace(
                                    new DebugAllocator(SlabAllocator.create(1L << 30)),
                                    16,
                                    1,
                                    random.nextLong())) {
                        if (load(file, keyspace)) {
                            loaded[0]++;
                            write(keyspace);
                        }
                        assertThat(keyspace.usedBytes())
                                .isLessThan(USED_ANYWAY + USED_PER_BYTE_MAX * file.length);
                    }
                });
        assertThat(loaded[0]).isPositive();
    }

    private static boolean load(byte[] file, Keyspace keyspace) throws Exception {
        var loader = new KeyspaceLoader(keyspace, new Values(keyspace));
        var batches =
                new LoadBatches(
                        new RdbReader(
                                RdbSource.of(new ByteArrayInputStream(file), file.length), LIMITS),
                        1 << 16,
                        100);
        try {
            LoadBatch batch;
            do {
                batch = batches.next();
                if (loader.apply(batch) != null) {
                    return false;
                }
            } while (!batch.last());
            return true;
        } catch (RdbFormatException refused) {
            return false;
        }
    }

    private static void write(Keyspace keyspace) {
        boolean[] released = {false};
        try (var snapshot =
                KeyspaceSnapshot.begin(
                        keyspace,
                        SnapshotForm.forFile(null, true, List.of()),
                        0,
                        () -> released[0] = true)) {
            while (!snapshot.ended()) {
                var slice = snapshot.next(1 << 16);
                assertThat(snapshot.failure()).isNull();
                if (slice != null) {
                    slice.release();
                }
            }
        }
        assertThat(released[0]).isTrue();
    }
}
