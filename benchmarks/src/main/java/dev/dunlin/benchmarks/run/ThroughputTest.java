// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.LoadGenerator;
import dev.dunlin.benchmarks.load.LoadResult;
import dev.dunlin.benchmarks.load.Workload;
import dev.dunlin.benchmarks.os.Pinning;
import dev.dunlin.benchmarks.server.ServerProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Drives one workload at each server in turn, round by round, so that whatever the machine does hits all of them.
///
/// A round measures every server once, in an order that turns around each time. When others used more than
/// [Effort#othersShareMax] of a core during any of its samples, the whole round is thrown away and taken again; the next one waits until the
/// machine is quiet.
public final class ThroughputTest {
    private static final Duration SETTLE = Duration.ofMillis(200);
    private static final int WARM_UPS_MAX = 12;

    /// Less gain than this from one warm-up to the next is noise.
    private static final double STEADY_SHARE = 0.03;

    private final List<ServerProcess> servers;
    private final Pinning pinning;
    private final Effort effort;
    private final Map<ServerProcess, Workload> loaded = new HashMap<>();

    /// @param servers running servers, the judged one last
    public ThroughputTest(List<ServerProcess> servers, Pinning pinning, Effort effort) {
        this.servers = List.copyOf(servers);
        this.pinning = pinning;
        this.effort = effort;
    }

    /// {@return the clean rounds of one workload, fewer than wanted when the machine was too busy}
    public ThroughputResult run(Workload workload) throws IOException {
        for (ServerProcess server : servers) {
            prepare(server, workload);
            warmUp(server, workload);
        }
        QuietMachine quiet = effort.quietMachine(pinning);
        List<List<Sample>> rounds = new ArrayList<>();
        int tried = 0;
        while (rounds.size() < effort.rounds() && tried < effort.attemptsMax()) {
            quiet.await();
            List<Sample> round = round(workload, tried % 2 == 1);
            tried++;
            if (round.stream().allMatch(s -> s.isClean(effort.othersShareMax()))) {
                rounds.add(round);
            }
        }
        List<ThroughputResult.PerServer> results = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            int index = i;
            results.add(
                    new ThroughputResult.PerServer(
                            servers.get(i).name(),
                            rounds.stream().map(round -> round.get(index)).toList()));
        }
        return new ThroughputResult(workload, results, tried - rounds.size());
    }

    /// Goes on until the server gets no faster: a JVM compiles what is hot while it runs, and beside a busy loop its compilers take their time.
    private void warmUp(ServerProcess server, Workload workload) throws IOException {
        double before = 0;
        for (int i = 0; i < WARM_UPS_MAX; i++) {
            double rate = sample(server, workload, effort.warmUp()).operationsPerSecond();
            if (rate < before * (1 + STEADY_SHARE)) {
                return;
            }
            before = rate;
        }
    }

    /// {@return one sample per server, in the servers' order whatever order they were measured in}
    private List<Sample> round(Workload workload, boolean backwards) throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (ServerProcess server : backwards ? servers.reversed() : servers) {
            samples.add(sample(server, workload, SETTLE));
        }
        if (backwards) {
            Collections.reverse(samples);
        }
        return samples;
    }

    private Sample sample(ServerProcess server, Workload workload, Duration warmUp)
            throws IOException {
        var meter = new WindowMeter(server.pid(), pinning);
        LoadResult load;
        try (var generator = new LoadGenerator(server.port(), workload)) {
            load = generator.measure(warmUp, effort.measured(), meter);
        }
        return new Sample(
                load.throughput(),
                meter.serverNanos() / 1e3 / Math.max(1, load.operations()),
                load.latencyMicros(50),
                load.latencyMicros(99),
                load.latencyMicros(99.9),
                meter.serverShare(),
                meter.generatorShare(),
                meter.othersShare());
    }

    /// Fills the keyspace, unless the last workload left exactly these keys.
    private void prepare(ServerProcess server, Workload workload) throws IOException {
        Workload loading = workload.loading();
        if (loading != null && loading.equals(loaded.get(server))) {
            return;
        }
        server.control().ask("FLUSHALL");
        loaded.remove(server);
        if (!workload.command().preparation().isEmpty()) {
            server.control().ask(workload.command().preparation().split(" "));
        }
        if (loading == null) {
            return;
        }
        try (var generator = new LoadGenerator(server.port(), loading)) {
            generator.sendAll();
        }
        loaded.put(server, loading);
    }
}
