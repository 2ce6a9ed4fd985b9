// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.BatchClient;
import dev.dunlin.benchmarks.os.Pinning;
import dev.dunlin.benchmarks.server.ServerProcess;
import dev.dunlin.benchmarks.server.ServerSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// How much physical memory data takes after it has been written over ten times with values of ever changing size, and after most of it was
/// deleted.
///
/// Each figure is taken when it has not become smaller for a while, so that what a server does in the background counts.
public final class ChurnTest {
    private static final int ROUNDS = 10;
    private static final int BATCH = 64;
    private static final int SMALLEST_BYTES = 16;

    /// The mean size doubles from round to round, and begins anew.
    private static final int SIZES = 5;

    private static final int DELETED_PERCENT = 80;
    private static final long SEED = 7;
    private static final long STEADY_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long SETTLE_NANOS_MAX = TimeUnit.SECONDS.toNanos(180);

    private final Pinning pinning;
    private final Effort effort;

    /// A test for servers that run where `pinning` says.
    public ChurnTest(Pinning pinning, Effort effort) {
        this.pinning = pinning;
        this.effort = effort;
    }

    /// {@return the points of the churn of a server started for this}
    public List<ChurnResult> run(ServerSpec spec) throws IOException, InterruptedException {
        int keys = (int) effort.loadKeys() / 5;
        try (var server = ServerProcess.start(spec, pinning);
                var client = new BatchClient(server.port())) {
            var random = new SplittableRandom(SEED);
            // Code and buffers that any load brings are no data.
            for (int round = 0; round < ROUNDS; round++) {
                write(client, random, keys / 5, SMALLEST_BYTES << (round % SIZES));
            }
            server.control().ask("FLUSHALL");
            settle(server);
            var measure = new Measure(server);
            for (int round = 0; round < ROUNDS; round++) {
                write(client, random, keys, SMALLEST_BYTES << (round % SIZES));
            }
            measure.at("written " + ROUNDS + " times");
            delete(client, random, keys);
            measure.at(DELETED_PERCENT + " % deleted");
            return measure.results;
        }
    }

    /// The figures of one server.
    private static final class Measure {
        private final ServerProcess server;
        private final long usedBase;
        private final long residentBase;
        private final List<ChurnResult> results = new ArrayList<>();

        Measure(ServerProcess server) throws IOException {
            this.server = server;
            usedBase = server.usedBytes();
            residentBase = server.residentBytes();
        }

        void at(String point) throws IOException {
            double seconds = settle(server);
            results.add(
                    new ChurnResult(
                            server.name(),
                            point,
                            Long.parseLong(server.control().ask("DBSIZE")),
                            usedBase,
                            server.usedBytes(),
                            residentBase,
                            server.residentBytes(),
                            seconds));
        }
    }

    /// Writes as many keys as there are, each one at random, with values of 1 to twice a mean size.
    private static void write(BatchClient client, SplittableRandom random, int keys, int meanBytes)
            throws IOException {
        long[] batch = new long[BATCH];
        int[] bytes = new int[BATCH];
        for (int from = 0; from < keys; from += BATCH) {
            for (int i = 0; i < BATCH; i++) {
                batch[i] = random.nextInt(keys);
                bytes[i] = 1 + random.nextInt(2 * meanBytes);
            }
            client.set(batch, BATCH, bytes);
        }
    }

    private static void delete(BatchClient client, SplittableRandom random, int keys)
            throws IOException {
        long[] batch = new long[BATCH];
        int count = 0;
        for (int key = 0; key < keys; key++) {
            if (random.nextInt(100) < DELETED_PERCENT) {
                batch[count++] = key;
            }
            if (count == BATCH || key == keys - 1) {
                client.delete(batch, count);
                count = 0;
            }
        }
    }

    /// Waits until the physical memory does not become smaller any more.
    ///
    /// @return seconds until it was smallest
    private static double settle(ServerProcess server) throws IOException {
        long start = System.nanoTime();
        long smallest = Long.MAX_VALUE;
        long since = start;
        while (System.nanoTime() - since < STEADY_NANOS
                && System.nanoTime() - start < SETTLE_NANOS_MAX) {
            long resident = server.residentBytes();
            if (resident < smallest - (1 << 20)) {
                smallest = resident;
                since = System.nanoTime();
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
        }
        return (since - start) / 1e9;
    }
}
