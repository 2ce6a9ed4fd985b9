// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.Command;
import dev.dunlin.benchmarks.load.LoadGenerator;
import dev.dunlin.benchmarks.load.ProbeResult;
import dev.dunlin.benchmarks.load.Workload;
import dev.dunlin.benchmarks.os.Pinning;
import dev.dunlin.benchmarks.server.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/// The longest gap that a client sees while the keyspace grows from nothing to millions of keys: table growth, memory management,
/// collectors.
///
/// The load comes from few connections, so that the queue before a PING is short and a gap is the server's own. Rounds in which
/// others used the cores are taken again, like those of [ThroughputTest].
public final class StallTest {
    private static final int CLIENTS = 4;
    private static final int PIPELINE = 16;
    private static final int VALUE_BYTES = 32;
    private static final long MILLI = 1_000_000;

    private final List<ServerProcess> servers;
    private final Pinning pinning;
    private final Effort effort;

    /// @param servers running servers, the judged one last
    public StallTest(List<ServerProcess> servers, Pinning pinning, Effort effort) {
        this.servers = List.copyOf(servers);
        this.pinning = pinning;
        this.effort = effort;
    }

    /// {@return the clean rounds, fewer than wanted when the machine was too busy}
    public StallResult run() throws IOException {
        QuietMachine quiet = effort.quietMachine(pinning);
        List<List<StallResult.Round>> rounds = new ArrayList<>();
        for (ServerProcess server : servers) {
            rounds.add(new ArrayList<>());
            round(
                    server,
                    Math.max(1, effort.loadKeys() / 10)); // warm code, whose figures nobody keeps
        }
        for (int tried = 0; tried < effort.attemptsMax(); tried++) {
            for (int i = 0; i < servers.size(); i++) {
                if (rounds.get(i).size() < effort.rounds()) {
                    quiet.await();
                    StallResult.Round round = round(servers.get(i), effort.loadKeys());
                    if (round.othersShare() <= effort.othersShareMax()) {
                        rounds.get(i).add(round);
                    }
                }
            }
        }
        List<StallResult.PerServer> results = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            results.add(
                    new StallResult.PerServer(servers.get(i).name(), List.copyOf(rounds.get(i))));
        }
        return new StallResult(effort.loadKeys(), results);
    }

    private StallResult.Round round(ServerProcess server, long keys) throws IOException {
        server.control().ask("FLUSHALL");
        var meter = new WindowMeter(server.pid(), pinning);
        ProbeResult probe;
        var workload = new Workload(Command.SET, PIPELINE, CLIENTS, VALUE_BYTES, keys);
        try (var generator = new LoadGenerator(server.port(), workload)) {
            meter.windowOpened();
            probe = generator.sendAllProbed(server.port(), pinning.cores().isPresent());
            meter.windowClosed();
        }
        Histogram latencies = probe.latenciesNanos();
        return new StallResult.Round(
                millis(latencies.getMaxValue()),
                millis(latencies.getValueAtPercentile(99.9)),
                over(latencies, MILLI),
                over(latencies, 10 * MILLI),
                latencies.getTotalCount(),
                millis(probe.latestSendNanos()),
                meter.othersShare());
    }

    private static long over(Histogram latencies, long nanos) {
        long max = latencies.getMaxValue();
        return max <= nanos ? 0 : latencies.getCountBetweenValues(nanos, max);
    }

    private static double millis(long nanos) {
        return (double) nanos / MILLI;
    }
}
