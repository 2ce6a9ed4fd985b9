// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.dunlin.chaos.crash.DiskResult;
import dev.dunlin.chaos.scenario.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// Faults of disks on the terminal as they go, and as files in the end.
///
/// Thread: one owner.
public final class DiskReport {
    private final PrintWriter out;
    private final Path folder;
    private final List<DiskResult> all = new ArrayList<>();

    /// @param out for lines
    /// @param folder for files
    public DiskReport(PrintWriter out, Path folder) {
        this.out = out;
        this.folder = folder;
    }

    /// Prints the head of the table.
    public void start() {
        out.printf(
                Locale.ROOT,
                "%-8s %-9s %-10s %-8s %9s %6s %6s %14s %14s  %s%n",
                "verdict",
                "setting",
                "disk",
                "server",
                "acked",
                "lost",
                "ended",
                "longest read",
                "writes again",
                "refusals");
        out.flush();
    }

    /// Says loudly that nothing can run.
    public void notRun(String reason) {
        out.println("NOT RUN  " + reason);
        out.flush();
    }

    /// Prints one run.
    public void run(DiskResult result) {
        all.add(result);
        out.printf(
                Locale.ROOT,
                "%-8s %-9s %-10s %-8s %9d %6d %6s %11.0f ms %14s  %s%n",
                result.verdict(),
                result.setting().label(),
                result.fault().label(),
                result.server(),
                result.acked(),
                result.lost(),
                result.ended() ? "yes" : "no",
                result.longestReadMs(),
                resumed(result),
                refusals(result.refusals()));
        result.violations().forEach(text -> out.println("         " + text));
        if (result.failure() != null) {
            out.println("         " + result.failure());
        }
        out.flush();
    }

    /// Writes the files.
    ///
    /// @return the verdict over all
    public Verdict end() throws IOException {
        Verdict overall =
                all.stream().map(DiskResult::verdict).reduce(Verdict.PASS, Verdict::worse);
        if (all.isEmpty()) {
            overall = Verdict.HARNESS;
        }
        Files.createDirectories(folder);
        ArrayNode runs = JsonFile.list();
        all.forEach(result -> add(runs.addObject(), result));
        JsonFile.write(folder.resolve("summary.json"), runs);
        Files.writeString(folder.resolve("index.html"), page(overall));
        out.printf(
                Locale.ROOT,
                "%s  %d runs, report: %s%n",
                overall,
                all.size(),
                folder.resolve("index.html").toAbsolutePath());
        out.flush();
        return overall;
    }

    private static void add(ObjectNode node, DiskResult result) {
        node.put("server", result.server());
        node.put("setting", result.setting().label());
        node.put("fault", result.fault().label());
        node.put("verdict", result.verdict().name());
        node.put("acked", result.acked());
        node.put("lost", result.lost());
        node.put("ended", result.ended());
        node.put("longestReadMs", Math.round(result.longestReadMs() * 10) / 10.0);
        node.put("resumedMs", Math.round(result.resumedMs() * 10) / 10.0);
        ObjectNode refusals = node.putObject("refusals");
        result.refusals().forEach(refusals::put);
        ArrayNode violations = node.putArray("violations");
        result.violations().forEach(violations::add);
        node.put("failure", result.failure());
    }

    private String page(Verdict overall) throws IOException {
        var page = new StringBuilder(16 * 1024);
        page.append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n");
        page.append("<title>Dunlin disk faults</title>\n<style>\n").append(HtmlReport.styleSheet());
        page.append(
                "</style></head>\n<body><main>\n<header><div><h1>Dunlin disk faults</h1></div>");
        page.append("<div class=\"overall\"><span class=\"pill big ").append(overall).append("\">");
        page.append(overall).append("</span></div></header>\n<div class=\"card scroll\"><table>");
        page.append("<tr><th>setting</th><th>disk</th><th>server</th><th>verdict</th>");
        page.append("<th class=\"number\">acknowledged</th><th class=\"number\">lost</th>");
        page.append("<th>ended</th><th class=\"number\">longest read, ms</th>");
        page.append("<th class=\"number\">writes again</th><th>refusals, findings</th></tr>\n");
        for (DiskResult result : all) {
            page.append("<tr><td class=\"name\">").append(result.setting().label());
            page.append("</td><td>").append(result.fault().story());
            page.append("</td><td class=\"name\">").append(Html.escape(result.server()));
            page.append("</td><td>").append(Html.pill(result.verdict()));
            page.append("</td><td class=\"number\">").append(Html.number((double) result.acked()));
            page.append("</td><td class=\"number\">").append(Html.number((double) result.lost()));
            page.append("</td><td>").append(result.ended() ? "yes" : "no");
            page.append("</td><td class=\"number\">").append(Html.number(result.longestReadMs()));
            page.append("</td><td class=\"number\">").append(resumed(result)).append("</td><td>");
            page.append(Html.escape(refusals(result.refusals())));
            for (String violation : result.violations()) {
                page.append("<br><span class=\"bad\">").append(Html.escape(violation));
                page.append("</span>");
            }
            if (result.failure() != null) {
                page.append("<br>").append(Html.escape(result.failure()));
            }
            page.append("</td></tr>\n");
        }
        return page.append("</table></div>\n</main></body></html>\n").toString();
    }

    private static String resumed(DiskResult result) {
        return result.resumedMs() < 0
                ? "-"
                : String.format(Locale.ROOT, "%.0f ms", result.resumedMs());
    }

    private static String refusals(Map<String, Integer> refusals) {
        return refusals.entrySet().stream()
                .map(entry -> entry.getValue() + "x " + entry.getKey())
                .collect(Collectors.joining("; "));
    }
}
