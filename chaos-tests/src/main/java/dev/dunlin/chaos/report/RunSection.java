// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import dev.dunlin.chaos.checker.LostWrites;
import dev.dunlin.chaos.scenario.Claim;
import dev.dunlin.chaos.scenario.Evidence;
import dev.dunlin.chaos.scenario.RunResult;
import dev.dunlin.chaos.scenario.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One run on the page: its timeline, its claims, and where its files are.
final class RunSection {
    private RunSection() {}

    /// @param open whether the section starts unfolded
    /// @param timeline whether its timeline is drawn
    static String write(RunResult result, boolean open, boolean timeline) {
        var out = new StringBuilder(64 * 1024);
        String folder = Html.escape(String.valueOf(result.plan().dir().getFileName()));
        out.append("<details class=\"card\"").append(open ? " open" : "").append(">\n<summary>");
        out.append("<h3>").append(Html.escape(result.plan().scenario().name())).append("</h3>");
        out.append("<span>").append(Html.escape(result.plan().server().label()));
        out.append(" <span class=\"sub\">#")
                .append(folder.split("-", -1)[0])
                .append("</span></span>");
        out.append(verdict(result.verdict(), List.of(result)));
        out.append("<span class=\"figures\">")
                .append(headline(result))
                .append("</span></summary>\n");
        out.append("<p class=\"sub\">").append(Html.escape(result.plan().scenario().story()));
        out.append("</p>\n");
        Evidence evidence = result.evidence();
        String failure = result.failure();
        if (failure != null) {
            out.append("<pre class=\"HARNESS\">").append(Html.escape(failure)).append("</pre>\n");
        }
        if (evidence != null && timeline) {
            out.append("<div class=\"scroll\">").append(TimelineSvg.draw(evidence));
            out.append("</div>\n");
        }
        if (evidence != null && !evidence.lost().lost().isEmpty()) {
            out.append("<p class=\"sub\">Lost: ").append(causes(evidence.lost())).append("</p>\n");
        }
        claims(out, result.claims());
        out.append("<p class=\"sub\">Seed ").append(result.plan().seed());
        out.append(", ").append(Html.escape(result.plan().environment()));
        out.append(", node timeout ").append(result.plan().settings().nodeTimeoutMs());
        out.append(" ms. Files: <a href=\"")
                .append(folder)
                .append("/history.jsonl\">history</a>, ");
        out.append("<a href=\"").append(folder).append("/\">logs</a>.</p>\n</details>\n");
        return out.toString();
    }

    /// {@return the verdict as a pill; a control group that shows its known losses is marked as such}
    static String verdict(Verdict verdict, List<RunResult> runs) {
        boolean control =
                runs.stream()
                        .flatMap(run -> run.claims().stream())
                        .anyMatch(claim -> claim.status() == Claim.Status.CONTROL);
        return Html.pill(verdict == Verdict.PASS && control ? Claim.Status.CONTROL : verdict);
    }

    private static String headline(RunResult result) {
        List<String> figures = new ArrayList<>();
        result.measures()
                .forEach((measure, value) -> {
                    if (value > 0 && HtmlReport.HEADLINE.contains(measure)) {
                        figures.add(
                                Html.escape(measure.text())
                                        + " "
                                        + Html.number(value)
                                        + " "
                                        + measure.unit());
                    }
                });
        return String.join(" · ", figures);
    }

    private static String causes(LostWrites.Result lost) {
        List<String> causes = new ArrayList<>();
        for (LostWrites.Cause cause : LostWrites.Cause.values()) {
            long count = lost.count(cause);
            if (count > 0) {
                causes.add(String.format(Locale.ROOT, "%,d %s", count, cause.text()));
            }
        }
        return String.join(", ", causes);
    }

    private static void claims(StringBuilder out, List<Claim> claims) {
        if (claims.isEmpty()) {
            return;
        }
        out.append("<table><tr><th>claim</th><th></th><th>promise</th><th>finding</th></tr>\n");
        for (Claim claim : claims) {
            out.append("<tr><td>").append(Html.escape(claim.id())).append("</td><td>");
            out.append(Html.pill(claim.status())).append("</td><td>");
            out.append(Html.escape(claim.promise())).append("</td><td>");
            out.append(Html.escape(claim.finding()));
            if (!claim.witness().isEmpty() && claim.verdict() != Verdict.PASS) {
                out.append("<pre>").append(Html.escape(String.join("\n", claim.witness())));
                out.append("</pre>");
            } else if (!claim.witness().isEmpty()) {
                out.append("<details class=\"witness\"><summary>show</summary><pre>");
                out.append(Html.escape(String.join("\n", claim.witness())));
                out.append("</pre></details>");
            }
            out.append("</td></tr>\n");
        }
        out.append("</table>\n");
    }
}
