// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.Command;
import dev.dunlin.benchmarks.load.LoadGenerator;
import dev.dunlin.benchmarks.load.LoadResult;
import dev.dunlin.benchmarks.load.Meter;
import dev.dunlin.benchmarks.load.Workload;
import dev.dunlin.benchmarks.os.Pinning;
import dev.dunlin.benchmarks.os.ProcessMemory;
import dev.dunlin.benchmarks.server.ServerProcess;
import dev.dunlin.benchmarks.server.ServerSpec;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What a save or a rewrite of millions of keys costs those who write meanwhile, and how much memory it takes.
///
/// All servers hold the keys at the same time and take turns. Whatever a server starts, a child or threads, shares its one core. Memory is
/// watched in rounds of their own, because looking takes the kernel longer than a write may take.
public final class BackgroundTest {
    private static final int VALUE_BYTES = 32;
    private static final int FILL_CLIENTS = 16;
    private static final int FILL_PIPELINE = 64;
    private static final double NANOS_PER_MILLI = 1e6;

    private static final Meter NO_METER =
            new Meter() {
                @Override
                public void windowOpened() {}

                @Override
                public void windowClosed() {}
            };

    private final Pinning pinning;
    private final Effort effort;
    private final int clients;
    private final int pipeline;

    /// @param clients that write
    /// @param pipeline writes that each has on their way
    public BackgroundTest(Pinning pinning, Effort effort, int clients, int pipeline) {
        this.pinning = pinning;
        this.effort = effort;
        this.clients = clients;
        this.pipeline = pipeline;
    }

    /// {@return one result for each server}
    public List<BackgroundResult> run(List<ServerSpec> specs, BackgroundWork work)
            throws IOException, InterruptedException {
        List<ServerProcess> servers = new ArrayList<>();
        try {
            for (ServerSpec spec : specs) {
                ServerProcess server = ServerProcess.start(spec, pinning, work.directives());
                servers.add(server);
                fill(server);
            }
            return rounds(servers, work);
        } finally {
            for (ServerProcess server : servers.reversed()) {
                server.close();
            }
        }
    }

    private List<BackgroundResult> rounds(List<ServerProcess> servers, BackgroundWork work)
            throws IOException {
        List<List<BackgroundResult.Round>> rounds = new ArrayList<>();
        List<List<BackgroundResult.Memory>> memory = new ArrayList<>();
        for (ServerProcess _ : servers) {
            rounds.add(new ArrayList<>());
            memory.add(new ArrayList<>());
        }
        QuietMachine quiet = effort.quietMachine(pinning);
        for (int round = 0; round < effort.rounds(); round++) {
            for (int index = 0; index < servers.size(); index++) {
                quiet.await();
                rounds.get(index).add(round(servers.get(index), work));
            }
            for (int index = 0; index < servers.size(); index++) {
                memory.get(index).add(memory(servers.get(index), work));
            }
        }
        List<BackgroundResult> results = new ArrayList<>();
        for (int index = 0; index < servers.size(); index++) {
            results.add(
                    new BackgroundResult(
                            work,
                            servers.get(index).name(),
                            effort.loadKeys(),
                            List.copyOf(rounds.get(index)),
                            List.copyOf(memory.get(index))));
        }
        return results;
    }

    private BackgroundResult.Round round(ServerProcess server, BackgroundWork work)
            throws IOException {
        try (var generator = new LoadGenerator(server.port(), writes())) {
            LoadResult before = generator.measure(effort.warmUp(), effort.measured(), NO_METER);
            var watch = new BackgroundWatch(server, work, false);
            LoadResult during = during(generator, watch);
            return new BackgroundResult.Round(
                    watch.elapsedNanos() / 1e9, window(before), window(during));
        }
    }

    private BackgroundResult.Memory memory(ServerProcess server, BackgroundWork work)
            throws IOException {
        try (var generator = new LoadGenerator(server.port(), writes())) {
            generator.measure(effort.warmUp(), Duration.ZERO, NO_METER);
            long before = ProcessMemory.proportionalBytes(server.pid());
            var watch = new BackgroundWatch(server, work, true);
            during(generator, watch);
            return new BackgroundResult.Memory(before, watch.peakBytes());
        }
    }

    /// Writes until the work is done.
    private static LoadResult during(LoadGenerator generator, BackgroundWatch watch)
            throws IOException {
        LoadResult during =
                generator.measureWhile(
                        Duration.ofMillis(200),
                        watch::isRunning,
                        Duration.ofNanos(BackgroundWatch.LONGEST_NANOS),
                        new Meter() {
                            @Override
                            public void windowOpened() {
                                watch.start();
                            }

                            @Override
                            public void windowClosed() {}
                        });
        watch.join();
        return during;
    }

    private Workload writes() {
        return new Workload(Command.SET, pipeline, clients, VALUE_BYTES, effort.loadKeys());
    }

    private void fill(ServerProcess server) throws IOException {
        var all =
                new Workload(
                        Command.SET, FILL_PIPELINE, FILL_CLIENTS, VALUE_BYTES, effort.loadKeys());
        try (var generator = new LoadGenerator(server.port(), all)) {
            generator.sendAll();
        }
    }

    private static BackgroundResult.Window window(LoadResult load) {
        return new BackgroundResult.Window(
                load.throughput(),
                load.latencyMicros(99) / 1e3,
                load.latencyMicros(99.9) / 1e3,
                load.latenciesNanos().getMaxValue() / NANOS_PER_MILLI);
    }
}
