// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.Command;
import dev.dunlin.benchmarks.load.LoadGenerator;
import dev.dunlin.benchmarks.load.LongRequest;
import dev.dunlin.benchmarks.load.ProbeResult;
import dev.dunlin.benchmarks.load.Workload;
import dev.dunlin.benchmarks.os.Pinning;
import dev.dunlin.benchmarks.server.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// How long others wait while one client asks for something about a million elements.
///
/// Each round loads what the request is about, then sends it once while a probe sends a PING each millisecond.
public final class LongOperationTest {
    private static final int VALUE_BYTES = 3;
    private static final double NANOS_PER_MILLI = 1e6;

    private final List<ServerProcess> servers;
    private final Pinning pinning;
    private final Effort effort;

    /// @param servers running servers, the judged one last
    public LongOperationTest(List<ServerProcess> servers, Pinning pinning, Effort effort) {
        this.servers = List.copyOf(servers);
        this.pinning = pinning;
        this.effort = effort;
    }

    /// {@return one result for each server}
    ///
    /// @param elements how many there are in each collection
    public List<LongOperationResult> run(LongOperation operation, long elements)
            throws IOException {
        List<List<Double>> waits = new ArrayList<>();
        servers.forEach(_ -> waits.add(new ArrayList<>()));
        QuietMachine quiet = effort.quietMachine(pinning);
        // The first round is for warm code.
        for (int round = 0; round <= effort.rounds(); round++) {
            for (int i = 0; i < servers.size(); i++) {
                quiet.await();
                double longest = longestWaitMillis(servers.get(i), operation, elements);
                if (round > 0) {
                    waits.get(i).add(longest);
                }
            }
        }
        List<LongOperationResult> results = new ArrayList<>();
        for (int i = 0; i < servers.size(); i++) {
            results.add(
                    new LongOperationResult(
                            operation, servers.get(i).name(), elements, List.copyOf(waits.get(i))));
        }
        return results;
    }

    private static double longestWaitMillis(
            ServerProcess server, LongOperation operation, long elements) throws IOException {
        server.control().ask("FLUSHALL");
        for (Command loader : operation.loaders()) {
            var workload = new Workload(loader, 64, 16, VALUE_BYTES, elements);
            try (var generator = new LoadGenerator(server.port(), workload)) {
                generator.sendAll();
            }
        }
        ProbeResult probe = LongRequest.send(server.port(), operation.request());
        return probe.latenciesNanos().getMaxValue() / NANOS_PER_MILLI;
    }
}
