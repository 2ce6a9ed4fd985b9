// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import static java.lang.String.format;
import static java.util.Locale.ROOT;

import java.util.List;
import java.util.function.ToDoubleFunction;

/// The tables about keeping data. Figures are medians of the rounds, in brackets the worst.
final class PersistenceReport {
    private final Report report;

    PersistenceReport(Report report) {
        this.report = report;
    }

    void background(List<BackgroundResult> results, int clients, int pipeline) {
        report.note("");
        report.note(
                format(
                        ROOT,
                        "%s: %,d keys, SET of 32 bytes to all of them meanwhile, %d clients, pipeline %d; medians (worst)",
                        results.getFirst().work().label(),
                        results.getFirst().keys(),
                        clients,
                        pipeline));
        report.note(
                format(
                        ROOT,
                        "%-12s %6s %14s %10s %10s  %-16s %-16s %-18s %s",
                        "server",
                        "rounds",
                        "seconds",
                        "ops/s",
                        "of before",
                        "p99 ms",
                        "p99.9 ms",
                        "longest ms",
                        "memory grows by MB"));
        for (BackgroundResult result : results) {
            List<BackgroundResult.Round> rounds = result.rounds();
            report.note(
                    format(
                            ROOT,
                            "%-12s %6d %14s %10.0f %9.0f%%  %-16s %-16s %-18s %s",
                            result.server(),
                            rounds.size(),
                            withWorst(rounds, BackgroundResult.Round::seconds),
                            Median.of(rounds, round -> round.during().operationsPerSecond()),
                            100
                                    * Median.of(
                                            rounds,
                                            round ->
                                                    round.during().operationsPerSecond()
                                                            / round.before().operationsPerSecond()),
                            withWorst(rounds, round -> round.during().p99Millis()),
                            withWorst(rounds, round -> round.during().p999Millis()),
                            withWorst(rounds, round -> round.during().maxMillis()),
                            withWorst(result.memory(), BackgroundResult.Memory::growthMegabytes)));
            report.note(
                    format(
                            ROOT,
                            "%-12s %6s %14s %10.0f %10s  %-16s %-16s %-18s",
                            "  before",
                            "",
                            "",
                            Median.of(rounds, round -> round.before().operationsPerSecond()),
                            "",
                            withWorst(rounds, round -> round.before().p99Millis()),
                            withWorst(rounds, round -> round.before().p999Millis()),
                            withWorst(rounds, round -> round.before().maxMillis())));
        }
    }

    void load(List<LoadTimeResult> results) {
        double reference = Median.of(results.getFirst().seconds(), Double::doubleValue);
        report.note("");
        report.note(
                format(
                        ROOT,
                        "load of %s: %,d keys; from the start of the process until it answers; medians (worst)",
                        results.getFirst().file().label(),
                        results.getFirst().keys()));
        report.note(
                format(
                        ROOT,
                        "%-12s %6s %10s %14s %14s %8s",
                        "server",
                        "rounds",
                        "file MB",
                        "seconds",
                        "empty seconds",
                        "ratio"));
        for (LoadTimeResult result : results) {
            report.note(
                    format(
                            ROOT,
                            "%-12s %6d %10.1f %14s %14s %8.2f",
                            result.server(),
                            result.seconds().size(),
                            result.bytes() / 1e6,
                            withWorst(result.seconds(), Double::doubleValue),
                            withWorst(result.emptySeconds(), Double::doubleValue),
                            Median.of(result.seconds(), Double::doubleValue) / reference));
        }
    }

    private static <T> String withWorst(List<T> samples, ToDoubleFunction<T> figure) {
        double worst = samples.stream().mapToDouble(figure).max().orElse(Double.NaN);
        return format(ROOT, "%.2f (%.2f)", Median.of(samples, figure), worst);
    }
}
