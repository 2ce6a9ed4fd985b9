// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import dev.dunlin.benchmarks.load.Workload;
import java.io.PrintWriter;
import java.util.List;

/// Prints results as they come, in tables of fixed columns.
public final class Report {
    private static final double GENERATOR_LIMIT = 0.95;

    private final PrintWriter out;

    /// @param out where the tables go; flushed after every line
    public Report(PrintWriter out) {
        this.out = out;
    }

    /// The head of the throughput table.
    public void throughputHead() {
        line("");
        line(
                format(
                        ROOT,
                        "%-12s %4s %5s %6s  %-12s %10s %9s %9s %9s %9s  %-22s %5s %4s",
                        "test",
                        "pipe",
                        "conns",
                        "value",
                        "server",
                        "ops/s",
                        "CPU us/op",
                        "p50 us",
                        "p99 us",
                        "p99.9 us",
                        "ratio (lowest..highest)",
                        "CPU",
                        "gen"));
    }

    /// One workload: a line per server.
    public void throughput(ThroughputResult result, int roundsWanted) {
        Workload cell = result.workload();
        if (!result.hasRounds()) {
            line(
                    format(
                            ROOT,
                            "%-12s %4d %5d %4d B  ! no clean round: other processes used the cores",
                            cell.command(),
                            cell.pipeline(),
                            cell.clients(),
                            cell.valueBytes()));
            return;
        }
        boolean first = true;
        for (ThroughputResult.PerServer server : result.servers()) {
            String what =
                    first
                            ? format(
                                    ROOT,
                                    "%-12s %4d %5d %4d B",
                                    cell.command(),
                                    cell.pipeline(),
                                    cell.clients(),
                                    cell.valueBytes())
                            : " ".repeat(30);
            first = false;
            ThroughputResult.Ratio ratio = result.throughputRatio(server);
            List<Sample> samples = server.samples();
            line(
                    format(
                            ROOT,
                            "%-30s  %-12s %10.0f %9.3f %9.1f %9.1f %9.1f  %5.2f (%.2f..%.2f)      %5.2f %3.0f%%",
                            what,
                            server.name(),
                            server.throughput(),
                            server.cpuMicros(),
                            Median.of(samples, Sample::p50Micros),
                            Median.of(samples, Sample::p99Micros),
                            Median.of(samples, Sample::p999Micros),
                            ratio.median(),
                            ratio.low(),
                            ratio.high(),
                            result.cpuRatio(server),
                            100 * Median.of(samples, Sample::generatorShare)));
        }
        int clean = result.servers().getFirst().samples().size();
        if (clean < roundsWanted) {
            line(
                    format(
                            ROOT,
                            "      ! only %d of %d rounds were clean: other processes used the cores",
                            clean,
                            roundsWanted));
        }
        if (result.generatorShare() > GENERATOR_LIMIT) {
            line("      ! the generator's core was full: judge by CPU per operation");
        }
    }

    /// The memory table.
    public void memory(List<MemoryResult> results) {
        line("");
        line(
                format(
                        ROOT,
                        "memory: %,d %s; bytes for each beyond the %d that were asked to be kept, warm empty server taken off",
                        results.getFirst().items(),
                        results.getFirst().data().label(),
                        results.getFirst().data().payloadBytes()));
        line(
                format(
                        ROOT,
                        "%-12s %12s %12s %14s %14s",
                        "server",
                        "used_memory",
                        "resident",
                        "empty used",
                        "empty resident"));
        for (MemoryResult result : results) {
            line(
                    format(
                            ROOT,
                            "%-12s %10.1f B %10.1f B %11.1f MB %11.1f MB",
                            result.server(),
                            result.usedOverhead(),
                            result.residentOverhead(),
                            result.usedBaseBytes() / 1e6,
                            result.residentBaseBytes() / 1e6));
        }
    }

    /// The stall table.
    public void stall(StallResult result, int roundsWanted) {
        line("");
        line(
                format(
                        ROOT,
                        "stall: wait of a PING sent each millisecond while %,d keys are loaded, from when it was due",
                        result.keys()));
        line(
                format(
                        ROOT,
                        "%-12s %6s %12s %12s %12s %10s %10s %14s",
                        "server",
                        "rounds",
                        "longest ms",
                        "median of",
                        "p99.9 ms",
                        "over 1 ms",
                        "over 10 ms",
                        "generator late"));
        for (StallResult.PerServer server : result.servers()) {
            List<StallResult.Round> rounds = server.rounds();
            line(
                    format(
                            ROOT,
                            "%-12s %6d %12.2f %12.2f %12.2f %10d %10d %11.2f ms",
                            server.name(),
                            rounds.size(),
                            rounds.stream()
                                    .mapToDouble(StallResult.Round::maxMillis)
                                    .max()
                                    .orElse(Double.NaN),
                            Median.of(rounds, StallResult.Round::maxMillis),
                            Median.of(rounds, StallResult.Round::p999Millis),
                            rounds.stream().mapToLong(StallResult.Round::over1Millis).sum(),
                            rounds.stream().mapToLong(StallResult.Round::over10Millis).sum(),
                            rounds.stream()
                                    .mapToDouble(StallResult.Round::generatorLateMillis)
                                    .max()
                                    .orElse(Double.NaN)));
            if (rounds.size() < roundsWanted) {
                line(
                        format(
                                ROOT,
                                "  ! only %d of %d rounds were clean",
                                rounds.size(),
                                roundsWanted));
            }
        }
    }

    /// The head of the table of long operations.
    public void longOperationHead(long elements) {
        line("");
        line(
                format(
                        ROOT,
                        "long operations on %,d elements: longest wait of a PING sent each millisecond meanwhile",
                        elements));
        line(
                format(
                        ROOT,
                        "%-16s %-12s %12s %12s",
                        "operation",
                        "server",
                        "median of ms",
                        "longest ms"));
    }

    /// One long operation: a line per server.
    public void longOperation(List<LongOperationResult> results) {
        for (LongOperationResult result : results) {
            line(
                    format(
                            ROOT,
                            "%-16s %-12s %12.2f %12.2f",
                            result.operation().label(),
                            result.server(),
                            Median.of(result.longestMillis(), Double::doubleValue),
                            result.longestMillis().stream()
                                    .mapToDouble(Double::doubleValue)
                                    .max()
                                    .orElse(Double.NaN)));
        }
    }

    /// The hit ratios: a line per policy and server.
    public void eviction(List<EvictionResult> results) {
        line("");
        line(
                format(
                        ROOT,
                        "eviction: %,d keys asked for by a Zipf distribution, room for %,d",
                        results.getFirst().keys(),
                        results.getFirst().room()));
        line(
                format(
                        ROOT,
                        "%-14s %-12s %10s %12s %16s",
                        "policy",
                        "server",
                        "hits %",
                        "evicted",
                        "over the limit"));
        for (EvictionResult result : results) {
            line(
                    format(
                            ROOT,
                            "%-14s %-12s %10.2f %12d %14.2f %%",
                            result.policy(),
                            result.server(),
                            result.hitPercent(),
                            result.evicted(),
                            100 * result.mostOverLimit()));
        }
    }

    /// Physical memory after churn: a line per server and point.
    public void churn(List<ChurnResult> results) {
        line("");
        line("churn: keys written over with values of changing sizes, then most of them deleted");
        line(
                format(
                        ROOT,
                        "%-12s %-18s %10s %10s %10s %12s %12s %9s",
                        "server",
                        "point",
                        "keys",
                        "used MB",
                        "RSS MB",
                        "base RSS MB",
                        "RSS excess",
                        "after"));
        for (ChurnResult result : results) {
            line(
                    format(
                            ROOT,
                            "%-12s %-18s %10d %10.1f %10.1f %12.1f %10.1f %% %7.1f s",
                            result.server(),
                            result.point(),
                            result.keys(),
                            result.usedBytes() / 1e6,
                            result.residentBytes() / 1e6,
                            result.residentBaseBytes() / 1e6,
                            result.excessPercent(),
                            result.seconds()));
        }
    }

    /// Any other line.
    public void note(String text) {
        line(text);
    }

    private void line(String text) {
        out.println(text);
        out.flush();
    }
}
