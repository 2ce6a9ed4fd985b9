// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import dev.dunlin.chaos.cluster.ServerUnderTest;
import dev.dunlin.chaos.crash.CrashPlan;
import dev.dunlin.chaos.crash.CrashResult;
import dev.dunlin.chaos.scenario.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// The crash matrix on the terminal as it goes, and as files in the end.
///
/// Thread: one owner.
public final class CrashReport {
    private final PrintWriter out;
    private final Path folder;
    private final long seed;
    private final List<CrashSeries> all = new ArrayList<>();
    private final List<String> notRun = new ArrayList<>();

    /// @param out for lines
    /// @param folder for files
    public CrashReport(PrintWriter out, Path folder, long seed) {
        this.out = out;
        this.folder = folder;
        this.seed = seed;
    }

    /// Prints what is about to happen.
    public void start(List<ServerUnderTest> servers, CrashPlan.Load load) {
        out.printf(
                Locale.ROOT,
                "crash: %s, %d clients, pipelines up to %d, up to %d ms of load, %d keys of filler, seed %d, into %s%n",
                servers.stream().map(ServerUnderTest::label).collect(Collectors.joining(" and ")),
                load.clients(),
                load.pipelineMax(),
                load.loadMsMax(),
                load.fillerKeys(),
                seed,
                folder);
        out.printf(
                Locale.ROOT,
                "%-8s %-9s %-6s %-8s %5s %9s %6s %7s  %-36s %-36s %s%n",
                "verdict",
                "setting",
                "crash",
                "server",
                "runs",
                "acked",
                "lost",
                "in runs",
                "age of the oldest lost, ms",
                "ready again, ms",
                "snapshot under way");
    }

    /// Says loudly that something wanted does not run.
    public void notRun(String reason) {
        notRun.add(reason);
        out.printf(Locale.ROOT, "NOT RUN  %s%n", reason);
    }

    /// Prints a run that was not as it should be.
    public void run(CrashPlan plan, CrashResult result) {
        Verdict verdict = result.verdict(plan);
        if (verdict != Verdict.PASS) {
            out.printf(
                    Locale.ROOT,
                    "%-8s %s run %d: acknowledged %d, lost %d, oldest %.0f ms, %d of them saved before%n",
                    verdict,
                    plan.label(),
                    result.number(),
                    result.acked(),
                    result.lost(),
                    result.oldestLostMs(),
                    result.lostBeforeSave());
            result.violations().forEach(text -> out.printf(Locale.ROOT, "         %s%n", text));
            if (result.failure() != null) {
                out.printf(Locale.ROOT, "         %s%n", result.failure());
            }
            if (result.late() != null) {
                out.printf(Locale.ROOT, "         %s%n", result.late());
            }
        }
    }

    /// Prints the line of a finished plan.
    public void series(CrashSeries series) {
        all.add(series);
        out.printf(
                Locale.ROOT,
                "%-8s %-9s %-6s %-8s %5d %9d %6d %7d  %-36s %-36s %s%n",
                series.verdict(),
                series.plan().setting().label(),
                series.plan().crash().label(),
                series.plan().server().label(),
                series.results().size(),
                series.acked(),
                series.lost(),
                series.runsWithLoss(),
                series.distribution(CrashResult::oldestLostMs).map(Distribution::text).orElse("-"),
                series.distribution(CrashResult::readyMs).map(Distribution::text).orElse("-"),
                series.underWay() + " of " + series.results().size());
        series.blind().ifPresent(reason -> out.printf(Locale.ROOT, "         %s%n", reason));
    }

    /// Writes the files.
    ///
    /// @return the verdict over all
    public Verdict end() throws IOException {
        Verdict overall =
                all.stream().map(CrashSeries::verdict).reduce(Verdict.PASS, Verdict::worse);
        if (all.isEmpty()) {
            overall = Verdict.HARNESS;
        }
        Files.createDirectories(folder);
        CrashJson.write(folder.resolve("summary.json"), all, notRun, seed);
        CrashHtml.write(folder.resolve("index.html"), all, notRun, seed, overall);
        out.printf(
                Locale.ROOT,
                "%s  %d lines, report: %s%n",
                overall,
                all.size(),
                folder.resolve("index.html").toAbsolutePath());
        return overall;
    }
}
