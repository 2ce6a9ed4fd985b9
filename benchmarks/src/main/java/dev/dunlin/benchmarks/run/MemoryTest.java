// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.Command;
import dev.dunlin.benchmarks.load.LoadGenerator;
import dev.dunlin.benchmarks.load.Workload;
import dev.dunlin.benchmarks.os.Pinning;
import dev.dunlin.benchmarks.server.ServerProcess;
import dev.dunlin.benchmarks.server.ServerSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Bytes per key, or element, beyond what somebody asked to keep.
///
/// The base that is taken off is the server after a load that leaves no keys behind, so that code, threads and buffers which any
/// load brings are not counted as data.
public final class MemoryTest {
    private static final long CLIENTS_GONE_MAX_NANOS = TimeUnit.SECONDS.toNanos(30);

    private final Pinning pinning;
    private final Effort effort;

    /// A test for servers that run where `pinning` says.
    public MemoryTest(Pinning pinning, Effort effort) {
        this.pinning = pinning;
        this.effort = effort;
    }

    /// {@return the memory of a server started for this}
    ///
    /// @param items how many keys, or elements of the one key
    /// @throws IOException also when the server does not have every key afterwards
    public MemoryResult run(ServerSpec spec, DataSet data, long items)
            throws IOException, InterruptedException {
        try (var server = ServerProcess.start(spec, pinning)) {
            var oneKey = new Workload(Command.SET, 64, 16, data.valueBytes(), 1);
            try (var generator = new LoadGenerator(server.port(), oneKey)) {
                generator.measure(
                        effort.warmUp(), Duration.ZERO, new WindowMeter(server.pid(), pinning));
            }
            server.control().ask("FLUSHALL");
            awaitClientsGone(server);
            long usedBase = server.usedBytes();
            long residentBase = server.residentBytes();
            var all =
                    new Workload(
                            data.loader(),
                            64,
                            16,
                            data.valueBytes(),
                            items * data.requestsPerItem());
            try (var generator = new LoadGenerator(server.port(), all)) {
                generator.sendAll();
            }
            awaitClientsGone(server);
            long stored = Long.parseLong(server.control().ask("DBSIZE"));
            if (stored != data.keys(items)) {
                throw new IOException(
                        spec.name() + " has " + stored + " keys of " + data.keys(items));
            }
            return new MemoryResult(
                    spec.name(),
                    data,
                    items,
                    usedBase,
                    server.usedBytes(),
                    residentBase,
                    server.residentBytes());
        }
    }

    /// The buffers of the load's connections are neither base nor data.
    private static void awaitClientsGone(ServerProcess server) throws IOException {
        long deadline = System.nanoTime() + CLIENTS_GONE_MAX_NANOS;
        while (!server.control().info("clients", "connected_clients").equals("1")) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(server.name() + " still counts closed connections");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
