// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import dev.dunlin.chaos.crash.CrashResult;
import dev.dunlin.chaos.scenario.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/// The crash matrix for people: one page that needs no other file and no network.
final class CrashHtml {
    private CrashHtml() {}

    static void write(
            Path file, List<CrashSeries> all, List<String> notRun, long seed, Verdict overall)
            throws IOException {
        var out = new StringBuilder(64 * 1024);
        out.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
        out.append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        out.append("<title>Dunlin crash matrix</title>\n<style>\n").append(HtmlReport.styleSheet());
        out.append("</style></head>\n<body><main>\n<header><div><h1>Dunlin crash matrix</h1>\n");
        out.append("<p class=\"sub\">")
                .append(all.stream().mapToInt(series -> series.results().size()).sum())
                .append(" crashes, seed ")
                .append(seed)
                .append("</p></div>\n<div class=\"overall\"><span class=\"pill big ")
                .append(overall)
                .append("\">")
                .append(overall)
                .append("</span></div></header>\n");
        matrix(out, all, notRun);
        strips(out, all, "Age of the oldest lost write, ms", CrashResult::oldestLostMs);
        strips(out, all, "Time until it served again, ms", CrashResult::readyMs);
        findings(out, all);
        out.append(
                "<footer>A verdict follows from what clients sent and saw. Each client's state after the crash must be one that"
                        + " it had, all of one instant; what is missing then of the acknowledged is lost.</footer>\n");
        out.append("</main></body></html>\n");
        Files.writeString(file, out);
    }

    private static void matrix(StringBuilder out, List<CrashSeries> all, List<String> notRun) {
        out.append("<div class=\"card scroll\"><table><tr><th>setting</th><th>crash</th>");
        out.append("<th>server</th><th class=\"number\">runs</th><th>verdict</th><th>promise</th>");
        out.append("<th class=\"number\">acknowledged</th><th class=\"number\">lost</th>");
        out.append("<th class=\"number\">in runs</th><th class=\"number\">oldest lost, ms</th>");
        out.append("<th class=\"number\">ready, ms</th>");
        out.append("<th class=\"number\">snapshot under way</th></tr>\n");
        for (CrashSeries series : all) {
            out.append("<tr><td class=\"name\" title=\"")
                    .append(Html.escape(series.plan().setting().story()))
                    .append("\">")
                    .append(series.plan().setting().label())
                    .append("</td><td>")
                    .append(series.plan().crash().story())
                    .append("</td><td class=\"name\">")
                    .append(Html.escape(series.plan().server().label()))
                    .append("</td>");
            number(out, Html.number(series.results().size()));
            out.append("<td>").append(Html.pill(series.verdict())).append("</td><td>");
            out.append(series.plan().setting().promise().text()).append("</td>");
            number(out, Html.number((double) series.acked()));
            number(out, Html.number((double) series.lost()));
            number(out, Html.number((double) series.runsWithLoss()));
            number(out, middleAndMax(series, CrashResult::oldestLostMs));
            number(out, middleAndMax(series, CrashResult::readyMs));
            number(out, series.underWay() + "");
            out.append("</tr>\n");
        }
        for (String reason : notRun) {
            out.append("<tr><td colspan=\"12\" class=\"HARNESS\">not run: ");
            out.append(Html.escape(reason)).append("</td></tr>\n");
        }
        out.append("</table><p class=\"sub\">Times: median (maximum).</p></div>\n");
    }

    private static void strips(
            StringBuilder out,
            List<CrashSeries> all,
            String title,
            ToDoubleFunction<CrashResult> figure) {
        Map<String, List<CrashSeries>> groups = new LinkedHashMap<>();
        for (CrashSeries series : all) {
            groups.computeIfAbsent(
                            series.plan().setting().label() + ", " + series.plan().crash().story(),
                            _ -> new ArrayList<>())
                    .add(series);
        }
        out.append("<h2>").append(title).append("</h2>\n<div class=\"card scroll\"><table>\n");
        groups.forEach((name, group) -> {
            List<List<Double>> rows = group.stream().map(series -> series.values(figure)).toList();
            if (rows.stream().flatMap(List::stream).anyMatch(value -> value > 0)) {
                out.append("<tr><td class=\"name\">").append(name).append("</td><td>");
                out.append(
                        group.stream()
                                .map(series -> Html.escape(series.plan().server().label()))
                                .reduce((left, right) -> left + "<br>" + right)
                                .orElse(""));
                out.append("</td><td>");
                out.append(
                        group.stream()
                                .map(series ->
                                        series.distribution(figure)
                                                .map(Distribution::text)
                                                .orElse("–"))
                                .reduce((left, right) -> left + "<br>" + right)
                                .orElse(""));
                out.append("</td><td class=\"middle\" style=\"width:310px\">");
                out.append(StripPlot.draw(rows)).append("</td></tr>\n");
            }
        });
        out.append("</table></div>\n");
    }

    private static void findings(StringBuilder out, List<CrashSeries> all) {
        for (CrashSeries series : all) {
            for (CrashResult result : series.results()) {
                if (result.verdict(series.plan()) == Verdict.PASS) {
                    continue;
                }
                out.append("<details class=\"card\" open><summary><h3>")
                        .append(Html.escape(series.plan().label()))
                        .append(" #")
                        .append(result.number())
                        .append("</h3>")
                        .append(Html.pill(result.verdict(series.plan())))
                        .append("</summary>\n<p>Acknowledged ")
                        .append(result.acked())
                        .append(", lost ")
                        .append(result.lost())
                        .append(", the oldest ")
                        .append(Html.number(result.oldestLostMs()))
                        .append(" ms before the crash; ")
                        .append(result.lostBeforeSave())
                        .append(" of them before the last complete save.</p>\n<pre>");
                result.violations().forEach(text -> out.append(Html.escape(text)).append('\n'));
                out.append(Html.escape(result.failure() == null ? "" : result.failure()));
                out.append(Html.escape(result.late() == null ? "" : result.late()));
                out.append("</pre></details>\n");
            }
        }
    }

    private static String middleAndMax(CrashSeries series, ToDoubleFunction<CrashResult> figure) {
        return series.distribution(figure)
                .map(all -> Html.number(all.median()) + " (" + Html.number(all.max()) + ")")
                .orElse("–");
    }

    private static void number(StringBuilder out, String text) {
        out.append("<td class=\"number\">").append(text).append("</td>");
    }
}
