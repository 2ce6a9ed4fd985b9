// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import dev.dunlin.chaos.crash.CrashPlan;
import dev.dunlin.chaos.crash.CrashResult;
import dev.dunlin.chaos.scenario.Verdict;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// All runs of one plan: one line of the crash matrix.
///
/// @param plan what was done
/// @param results in order
public record CrashSeries(CrashPlan plan, List<CrashResult> results) {
    /// {@return the worst verdict; HARNESS when nothing was ever under way where something should have been}
    Verdict verdict() {
        Verdict worst =
                results.stream()
                        .map(result -> result.verdict(plan))
                        .reduce(Verdict.PASS, Verdict::worse);
        return blind().isPresent() ? worst.worse(Verdict.HARNESS) : worst;
    }

    /// {@return why the series proves nothing; empty when it does}
    Optional<String> blind() {
        if (results.isEmpty()) {
            return Optional.of("nothing ran");
        }
        boolean background =
                switch (plan.setting()) {
                    case RDB, REWRITE -> true;
                    case ALWAYS, EVERYSEC, NO -> false;
                };
        if (background && underWay() == 0 && results.size() >= 5) {
            return Optional.of("no crash met a snapshot under way; more --filler makes it longer");
        }
        return Optional.empty();
    }

    long underWay() {
        return results.stream().filter(CrashResult::underWay).count();
    }

    long acked() {
        return results.stream().mapToLong(CrashResult::acked).sum();
    }

    long lost() {
        return results.stream().mapToLong(CrashResult::lost).sum();
    }

    long runsWithLoss() {
        return results.stream().filter(result -> result.lost() > 0).count();
    }

    /// {@return a figure of all runs that say something; empty when there are none}
    Optional<Distribution> distribution(ToDoubleFunction<CrashResult> figure) {
        List<Double> values = values(figure);
        return values.isEmpty() ? Optional.empty() : Optional.of(Distribution.of(values));
    }

    List<Double> values(ToDoubleFunction<CrashResult> figure) {
        return results.stream()
                .filter(result -> result.failure() == null && result.late() == null)
                .map(figure::applyAsDouble)
                .toList();
    }
}
