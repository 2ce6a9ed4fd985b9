// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import dev.dunlin.chaos.scenario.Measure;
import dev.dunlin.chaos.scenario.RunResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Two servers side by side: for each scenario and figure the medians and their ratio.
final class Comparison {
    private Comparison() {}

    /// One line of the table.
    ///
    /// @param scenario scenario name
    /// @param measure the figure
    /// @param firstLabel the control group's label
    /// @param firstValues its values, never empty
    /// @param secondLabel the other server's label
    /// @param secondValues its values, never empty
    record Row(
            String scenario,
            Measure measure,
            String firstLabel,
            List<Double> firstValues,
            String secondLabel,
            List<Double> secondValues) {
        Distribution first() {
            return Distribution.of(firstValues);
        }

        Distribution second() {
            return Distribution.of(secondValues);
        }

        /// {@return the second median in parts of the first; a dash when both or the first are 0}
        String ratio() {
            if (first().median() == 0) {
                return second().median() == 0 ? "equal" : "worse";
            }
            return String.format(Locale.ROOT, "%.2fx", second().median() / first().median());
        }

        String text() {
            return String.format(
                    Locale.ROOT,
                    "%-28s %-48s %s %s   %s %s   %s",
                    scenario,
                    measure.text() + ", " + measure.unit(),
                    firstLabel,
                    first().text(),
                    secondLabel,
                    second().text(),
                    ratio());
        }
    }

    /// {@return the rows when exactly two servers ran; nothing otherwise}
    static List<Row> of(List<RunResult> results) {
        List<String> labels =
                results.stream().map(result -> result.plan().server().label()).distinct().toList();
        if (labels.size() != 2) {
            return List.of();
        }
        Map<String, List<RunResult>> byScenario = new LinkedHashMap<>();
        for (RunResult result : results) {
            byScenario
                    .computeIfAbsent(result.plan().scenario().name(), _ -> new ArrayList<>())
                    .add(result);
        }
        List<Row> rows = new ArrayList<>();
        byScenario.forEach((scenario, runs) -> {
            for (Measure measure : Measure.values()) {
                List<Double> first = values(runs, labels.get(0), measure);
                List<Double> second = values(runs, labels.get(1), measure);
                if (!measure.ofMachine()
                        && !first.isEmpty()
                        && !second.isEmpty()
                        && Distribution.of(first).max() + Distribution.of(second).max() > 0) {
                    rows.add(
                            new Row(
                                    scenario,
                                    measure,
                                    labels.get(0),
                                    first,
                                    labels.get(1),
                                    second));
                }
            }
        });
        return rows;
    }

    private static List<Double> values(List<RunResult> runs, String label, Measure measure) {
        return runs.stream()
                .filter(run -> run.plan().server().label().equals(label))
                .filter(run -> run.measures().containsKey(measure))
                .map(run -> run.measures().getOrDefault(measure, 0.0))
                .toList();
    }
}
