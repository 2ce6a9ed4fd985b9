// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import dev.dunlin.chaos.HarnessException;
import dev.dunlin.chaos.scenario.Measure;
import dev.dunlin.chaos.scenario.RunResult;
import dev.dunlin.chaos.scenario.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The results for people: one page that needs no other file and no network.
public final class HtmlReport {
    /// The figures that stand in tables and headlines.
    static final Set<Measure> HEADLINE =
            EnumSet.of(
                    Measure.FAILOVER_MS,
                    Measure.ACK_WINDOW_MS,
                    Measure.LOST_WRITES,
                    Measure.ZOMBIE_ACKS,
                    Measure.STALE_READS,
                    Measure.OTHER_SHARDS_GAP_MS,
                    Measure.SETTLE_MS);

    // More pictures than these make the page slow; the histories of all runs are kept beside it.
    private static final int TIMELINES_OF_A_KIND_MAX = 3;
    private static final int TIMELINES_OF_FAILURES_MAX = 20;

    private HtmlReport() {}

    /// Writes the page.
    public static void write(Path file, List<RunResult> results, List<String> notRun, long seed)
            throws IOException {
        Map<String, List<RunResult>> groups = new LinkedHashMap<>();
        for (RunResult result : results) {
            String group = result.plan().scenario().name() + '\0' + result.plan().server().label();
            groups.computeIfAbsent(group, _ -> new ArrayList<>()).add(result);
        }
        var out = new StringBuilder(256 * 1024);
        out.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
        out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        out.append("<title>Dunlin chaos</title>\n<style>\n").append(styleSheet());
        out.append("</style></head>\n<body><main>\n");
        header(out, results, seed);
        verdicts(out, groups, notRun);
        comparison(out, results);
        out.append("<h2>Runs</h2>\n").append(legend());
        sections(out, groups);
        out.append(
                "<footer>NT is the node timeout. A verdict comes from the history of what clients sent and saw; servers are"
                        + " never asked how it went. CONTROL marks what stock Redis is known to do.</footer>\n");
        out.append("</main></body></html>\n");
        Files.writeString(file, out);
    }

    private static void header(StringBuilder out, List<RunResult> results, long seed) {
        Verdict overall =
                results.stream().map(RunResult::verdict).reduce(Verdict.PASS, Verdict::worse);
        Verdict shown = results.isEmpty() ? Verdict.HARNESS : overall;
        out.append("<header>").append(bird()).append("<div><h1>Dunlin chaos</h1>\n");
        out.append("<p class=\"sub\">").append(results.size()).append(" runs, seed ").append(seed);
        results.stream()
                .findFirst()
                .ifPresent(first ->
                        out.append(", node timeout ")
                                .append(first.plan().settings().nodeTimeoutMs())
                                .append(" ms, ")
                                .append(Html.escape(first.plan().environment())));
        out.append("</p></div>\n<div class=\"overall\"><span class=\"pill big ").append(shown);
        out.append("\">").append(shown).append("</span></div></header>\n");
    }

    private static void verdicts(
            StringBuilder out, Map<String, List<RunResult>> groups, List<String> notRun) {
        out.append("<div class=\"card scroll\"><table><tr><th>scenario</th><th>server</th>");
        out.append("<th class=\"number\">runs</th><th>verdict</th>");
        for (Measure measure : HEADLINE) {
            out.append("<th class=\"number\" title=\"").append(Html.escape(measure.text()));
            out.append("\">").append(Html.escape(measure.brief()));
            out.append(measure.unit().equals("ms") ? ", ms" : "").append("</th>");
        }
        out.append("</tr>\n");
        for (List<RunResult> runs : groups.values()) {
            RunResult first = runs.getFirst();
            Verdict worst =
                    runs.stream().map(RunResult::verdict).reduce(Verdict.PASS, Verdict::worse);
            out.append("<tr><td class=\"name\">")
                    .append(Html.escape(first.plan().scenario().name()));
            out.append("</td><td class=\"name\">");
            out.append(Html.escape(first.plan().server().label()));
            out.append("</td><td class=\"number\">").append(runs.size()).append("</td><td>");
            out.append(RunSection.verdict(worst, runs)).append("</td>");
            for (Measure measure : HEADLINE) {
                out.append(cell(values(runs, measure)));
            }
            out.append("</tr>\n");
        }
        for (String reason : notRun) {
            out.append("<tr><td colspan=\"4\" class=\"HARNESS\">not run: ");
            out.append(Html.escape(reason)).append("</td></tr>\n");
        }
        out.append("</table><p class=\"sub\">With several runs: median (maximum).</p></div>\n");
    }

    private static String cell(List<Double> values) {
        if (values.isEmpty()) {
            return "<td class=\"number zero\">–</td>";
        }
        Distribution all = Distribution.of(values);
        String text =
                values.size() == 1
                        ? Html.number(all.max())
                        : Html.number(all.median()) + " (" + Html.number(all.max()) + ")";
        return "<td class=\"number"
                + (all.max() == 0 ? " zero" : "")
                + "\" title=\""
                + Html.escape(all.text())
                + "\">"
                + text
                + "</td>";
    }

    private static void comparison(StringBuilder out, List<RunResult> results) {
        List<Comparison.Row> rows = Comparison.of(results);
        if (rows.isEmpty()) {
            distributions(out, results);
            return;
        }
        out.append(
                "<h2>Side by side</h2>\n<div class=\"card scroll\"><table><tr><th>scenario</th>");
        out.append("<th>figure</th><th class=\"number\">")
                .append(Html.escape(rows.getFirst().firstLabel()));
        out.append("</th><th class=\"number\">").append(Html.escape(rows.getFirst().secondLabel()));
        out.append("</th><th class=\"number\">ratio</th><th>every run</th></tr>\n");
        String scenario = "";
        for (Comparison.Row row : rows) {
            boolean first = !row.scenario().equals(scenario);
            scenario = row.scenario();
            out.append("<tr><td class=\"name\">").append(first ? Html.escape(scenario) : "");
            out.append("</td><td>");
            out.append(Html.escape(row.measure().text())).append(", ").append(row.measure().unit());
            out.append("</td>").append(cell(row.firstValues())).append(cell(row.secondValues()));
            out.append("<td class=\"number\">").append(row.ratio());
            out.append("</td><td class=\"middle\" style=\"width:310px\">");
            out.append(StripPlot.draw(List.of(row.firstValues(), row.secondValues())));
            out.append("</td></tr>\n");
        }
        out.append("</table></div>\n");
    }

    // One server, several runs: the spread of its failovers is the interesting part.
    private static void distributions(StringBuilder out, List<RunResult> results) {
        Map<String, List<RunResult>> byScenario = new LinkedHashMap<>();
        for (RunResult result : results) {
            byScenario
                    .computeIfAbsent(result.plan().scenario().name(), _ -> new ArrayList<>())
                    .add(result);
        }
        if (byScenario.values().stream().noneMatch(runs -> runs.size() > 1)) {
            return;
        }
        out.append(
                "<h2>Every run</h2>\n<div class=\"card scroll\"><table><tr><th>scenario</th><th>figure</th>");
        out.append("<th class=\"number\">min</th><th class=\"number\">median</th>");
        out.append("<th class=\"number\">max</th><th></th></tr>\n");
        byScenario.forEach((scenario, runs) -> {
            for (Measure measure : HEADLINE) {
                List<Double> values = values(runs, measure);
                if (values.size() > 1 && Distribution.of(values).max() > 0) {
                    Distribution all = Distribution.of(values);
                    out.append("<tr><td>").append(Html.escape(scenario)).append("</td><td>");
                    out.append(Html.escape(measure.text())).append(", ").append(measure.unit());
                    out.append("</td><td class=\"number\">").append(Html.number(all.min()));
                    out.append("</td><td class=\"number\">").append(Html.number(all.median()));
                    out.append("</td><td class=\"number\">").append(Html.number(all.max()));
                    out.append("</td><td class=\"middle\" style=\"width:310px\">");
                    out.append(StripPlot.draw(List.of(values))).append("</td></tr>\n");
                }
            }
        });
        out.append("</table></div>\n");
    }

    private static void sections(StringBuilder out, Map<String, List<RunResult>> groups) {
        int failures = 0;
        for (List<RunResult> runs : groups.values()) {
            for (int index = 0; index < runs.size(); index++) {
                boolean failed = runs.get(index).verdict() != Verdict.PASS;
                failures += failed ? 1 : 0;
                boolean timeline =
                        index < TIMELINES_OF_A_KIND_MAX
                                || (failed && failures <= TIMELINES_OF_FAILURES_MAX);
                boolean open = (index == 0 && groups.size() <= 10) || (failed && timeline);
                out.append(RunSection.write(runs.get(index), open, timeline));
            }
        }
    }

    private static List<Double> values(List<RunResult> runs, Measure measure) {
        return runs.stream()
                .filter(run -> run.measures().containsKey(measure))
                .map(run -> run.measures().getOrDefault(measure, 0.0))
                .toList();
    }

    // The patterns are defined once here and used by all pictures.
    private static String legend() {
        return """
        <svg viewBox="0 0 1180 24" width="100%" role="img" aria-label="legend">
        <defs>
        <pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="4" height="4" style="fill:var(--card)"/><rect width="2" height="4" style="fill:var(--lost)"/></pattern>
        <pattern id="silence" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(-45)">
        <rect width="7" height="7" style="fill:var(--replica)"/><rect width="3" height="7" style="fill:var(--silent)"/></pattern>
        </defs>
        <rect class="primary" x="1" y="4" width="26" height="15" rx="4"/><text x="33" y="16">primary</text>
        <rect class="replica" x="96" y="4" width="26" height="15" rx="4"/><text x="128" y="16">replica</text>
        <rect class="silent" x="186" y="4" width="26" height="15" rx="4"/><text x="218" y="16">silent</text>
        <circle class="ack" cx="280" cy="12" r="6"/><text x="292" y="16">acknowledged in 50 ms</text>
        <circle class="lost" cx="452" cy="12" r="6"/><text x="464" y="16">acknowledged, then lost</text>
        <rect class="fault" x="620" y="6" width="26" height="12" rx="3"/><text x="652" y="16">fault</text>
        <line class="promote" x1="698" y1="12" x2="728" y2="12"/><text x="734" y="16">take-over</text>
        <rect class="served" x="800" y="6" width="20" height="12"/><text x="826" y="16">writes kept</text>
        <rect class="unserved" x="906" y="6" width="20" height="12"/><text x="932" y="16">none</text>
        <circle class="latency" cx="985" cy="12" r="3"/><text x="994" y="16">median wait</text>
        <circle class="latencymax" cx="1080" cy="12" r="3"/><text x="1089" y="16">longest wait</text>
        </svg>
        """;
    }

    private static String bird() {
        return """
        <svg width="74" height="44" viewBox="0 0 74 44" aria-hidden="true" fill="none" stroke="var(--ack)" stroke-width="2.4"
         stroke-linecap="round"><path d="M4 14q8-9 15 1q6-10 15-3"/><path d="M30 30q7-8 13 1q5-9 13-3"/>
        <path d="M46 12q5-6 10 1q4-7 10-2"/></svg>
        """;
    }

    static String styleSheet() throws IOException {
        try (InputStream in = HtmlReport.class.getResourceAsStream("report.css")) {
            if (in == null) {
                throw new HarnessException("report.css is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
