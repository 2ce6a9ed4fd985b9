// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import dev.dunlin.chaos.cluster.ClusterSettings;
import dev.dunlin.chaos.cluster.Environments;
import dev.dunlin.chaos.cluster.ServerUnderTest;
import dev.dunlin.chaos.scenario.Claim;
import dev.dunlin.chaos.scenario.Measure;
import dev.dunlin.chaos.scenario.RunResult;
import dev.dunlin.chaos.scenario.Scenario;
import dev.dunlin.chaos.scenario.Verdict;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Lines for a terminal or a build log.
public final class ConsoleReport {
    private final PrintWriter out;

    /// A report that writes to `out`.
    public ConsoleReport(PrintWriter out) {
        this.out = out;
    }

    /// Prints the catalogue.
    public void list(List<Scenario> scenarios, List<String> environments) {
        for (Scenario scenario : scenarios) {
            line(
                    String.format(
                            Locale.ROOT,
                            "%-30s %-10s %s",
                            scenario.name(),
                            scenario.nemesis(),
                            scenario.story()));
        }
        line("");
        for (String environment : environments) {
            line(
                    String.format(
                            Locale.ROOT,
                            "environment %-8s %s",
                            environment,
                            Environments.obstacle(environment)
                                    .map(reason -> "not available: " + reason)
                                    .orElseGet(() -> Environments.faults(environment).toString())));
        }
    }

    /// Prints what is about to happen.
    public void start(
            List<ServerUnderTest> servers,
            String environment,
            ClusterSettings settings,
            long seed,
            Path folder) {
        line(
                String.format(
                        Locale.ROOT,
                        "chaos: %s in %s, %d primaries with %d replicas each, node timeout %d ms, seed %d, into %s",
                        servers.stream()
                                .map(ServerUnderTest::label)
                                .collect(Collectors.joining(" and ")),
                        environment,
                        settings.primaries(),
                        settings.replicas(),
                        settings.nodeTimeoutMs(),
                        seed,
                        folder));
    }

    /// Says loudly that something wanted does not run.
    public void notRun(String reason) {
        line("NOT RUN  " + reason);
    }

    /// Prints one finished run.
    public void run(RunResult result) {
        line(
                String.format(
                        Locale.ROOT,
                        "%-8s %-28s %-12s %5.1f s  %s",
                        result.verdict(),
                        result.plan().scenario().name(),
                        result.plan().server().label(),
                        result.durationMs() / 1000.0,
                        figures(result.measures())));
        if (result.failure() != null) {
            line("         " + result.failure());
        }
        for (Claim claim : result.claims()) {
            if (claim.status() != Claim.Status.HELD) {
                line(
                        String.format(
                                Locale.ROOT,
                                "         %-7s %-7s %s: %s",
                                claim.status(),
                                claim.id(),
                                claim.promise(),
                                claim.finding()));
                if (claim.status() != Claim.Status.CONTROL) {
                    claim.witness().forEach(text -> line("                   " + text));
                }
            }
        }
    }

    /// Prints the comparison, when there is one, and the overall verdict.
    public void end(List<RunResult> results, Verdict overall, Path page) {
        for (Comparison.Row row : Comparison.of(results)) {
            line(row.text());
        }
        line(
                String.format(
                        Locale.ROOT,
                        "%s  %d runs, report: %s",
                        overall,
                        results.size(),
                        page.toAbsolutePath()));
    }

    private static String figures(Map<Measure, Double> measures) {
        return measures.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .map(entry ->
                        String.format(
                                Locale.ROOT,
                                "%s %.0f %s",
                                entry.getKey().text(),
                                entry.getValue(),
                                entry.getKey().unit()))
                .collect(Collectors.joining(", "));
    }

    private void line(String text) {
        out.println(text);
        out.flush();
    }
}
