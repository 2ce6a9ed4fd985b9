// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.Command;
import dev.dunlin.benchmarks.load.Workload;
import dev.dunlin.benchmarks.os.Pinning;
import dev.dunlin.benchmarks.server.ServerProcess;
import dev.dunlin.benchmarks.server.ServerSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// The tests about keeping data, each with servers of its own.
public final class PersistenceTests {
    private static final String BGSAVE = "bgsave";
    private static final String REWRITE = "rewrite";
    private static final String LOAD = "load";
    private static final String AOF = "aof";

    /// What `--test` calls them.
    public static final List<String> NAMES = List.of(BGSAVE, REWRITE, LOAD, AOF);

    private static final int CLIENTS = 50;
    private static final List<Integer> PIPELINES = List.of(1, 16);
    private static final int VALUE_BYTES = 3;

    private final List<ServerSpec> specs;
    private final Pinning pinning;
    private final Effort effort;
    private final Report report;

    /// @param specs the servers, the judged one last
    public PersistenceTests(List<ServerSpec> specs, Pinning pinning, Effort effort, Report report) {
        this.specs = List.copyOf(specs);
        this.pinning = pinning;
        this.effort = effort;
        this.report = report;
    }

    /// Runs those tests that are asked for.
    ///
    /// @param clients that write during bgsave and rewrite, or empty for 50
    /// @param pipelines of bgsave, rewrite (the first) and aof (all), or empty for 1, and 1 and 16
    public PersistenceResult run(
            Predicate<String> asksFor, List<Integer> clients, List<Integer> pipelines)
            throws IOException, InterruptedException {
        int writers = clients.isEmpty() ? CLIENTS : clients.getFirst();
        var tables = new PersistenceReport(report);
        List<BackgroundResult> background = new ArrayList<>();
        for (BackgroundWork work : BackgroundWork.values()) {
            if (asksFor.test(work == BackgroundWork.BGSAVE ? BGSAVE : REWRITE)) {
                int pipeline = pipelines.isEmpty() ? 1 : pipelines.getFirst();
                List<BackgroundResult> results =
                        new BackgroundTest(pinning, effort, writers, pipeline).run(specs, work);
                tables.background(results, writers, pipeline);
                background.addAll(results);
            }
        }
        List<LoadTimeResult> loads = new ArrayList<>();
        if (asksFor.test(LOAD)) {
            for (LoadedFile file : LoadedFile.values()) {
                List<LoadTimeResult> results = new LoadTimeTest(pinning, effort).run(specs, file);
                tables.load(results);
                loads.addAll(results);
            }
        }
        List<DurableWrites> writes = new ArrayList<>();
        if (asksFor.test(AOF)) {
            for (String appendfsync : List.of("always", "everysec")) {
                writes.addAll(
                        writes(appendfsync, writers, pipelines.isEmpty() ? PIPELINES : pipelines));
            }
        }
        return new PersistenceResult(background, loads, writes);
    }

    private List<DurableWrites> writes(String appendfsync, int clients, List<Integer> pipelines)
            throws IOException, InterruptedException {
        Map<String, String> directives =
                Map.of(
                        "appendonly",
                        "yes",
                        "appendfsync",
                        appendfsync,
                        "auto-aof-rewrite-percentage",
                        "0");
        List<DurableWrites> all = new ArrayList<>();
        List<ServerProcess> servers = new ArrayList<>();
        try {
            for (ServerSpec spec : specs) {
                servers.add(ServerProcess.start(spec, pinning, directives));
            }
            report.note("");
            report.note("appendonly yes, appendfsync " + appendfsync);
            report.throughputHead();
            var test = new ThroughputTest(servers, pinning, effort);
            for (int pipeline : pipelines) {
                ThroughputResult result =
                        test.run(
                                new Workload(
                                        Command.SET,
                                        pipeline,
                                        clients,
                                        VALUE_BYTES,
                                        effort.keys()));
                report.throughput(result, effort.rounds());
                all.add(new DurableWrites(appendfsync, result));
            }
        } finally {
            for (ServerProcess server : servers.reversed()) {
                server.close();
            }
        }
        return all;
    }
}
