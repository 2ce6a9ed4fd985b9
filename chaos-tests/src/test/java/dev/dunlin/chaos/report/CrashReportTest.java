// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dunlin.chaos.cluster.ServerUnderTest;
import dev.dunlin.chaos.crash.Crash;
import dev.dunlin.chaos.crash.CrashPlan;
import dev.dunlin.chaos.crash.CrashResult;
import dev.dunlin.chaos.crash.Setting;
import dev.dunlin.chaos.scenario.Verdict;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashReportTest {
    @TempDir Path dir;

    private final StringWriter console = new StringWriter();

    @Test
    void givenLossesWithinTheSecond_whenReported_thenTheyPassAndAreShown() throws IOException {
        assertThat(report(plan(Setting.EVERYSEC), run(1, 40, 800), run(2, 0, 0)))
                .isEqualTo(Verdict.PASS);

        assertThat(console.toString()).contains("max 800 (2)");
        JsonNode json = new ObjectMapper().readTree(Files.readString(dir.resolve("summary.json")));
        assertThat(json.at("/series/0/lost").asLong()).isEqualTo(40);
        assertThat(json.at("/series/0/runs/0/oldestLostMs").asDouble()).isEqualTo(800);
        assertThat(json.at("/series/0/verdict").asText()).isEqualTo("PASS");
    }

    @Test
    void givenALossThatIsTooOld_whenReported_thenThePromiseIsBroken() throws IOException {
        assertThat(report(plan(Setting.EVERYSEC), run(1, 40, 1200))).isEqualTo(Verdict.SAFETY);
        assertThat(report(plan(Setting.ALWAYS), run(1, 1, 0.1))).isEqualTo(Verdict.SAFETY);
    }

    @Test
    void givenNoSnapshotUnderWay_whenReported_thenTheSeriesProvesNothing() throws IOException {
        CrashResult[] runs = new CrashResult[10];
        for (int number = 0; number < runs.length; number++) {
            runs[number] = run(number + 1, 0, 0);
        }

        assertThat(report(plan(Setting.REWRITE), runs)).isEqualTo(Verdict.HARNESS);
    }

    @Test
    void givenHostileText_whenThePageIsWritten_thenItStaysTextAndPicturesAreWellFormed()
            throws Exception {
        var bad =
                new CrashResult(
                        1,
                        10,
                        2,
                        5,
                        0,
                        100,
                        false,
                        List.of("k is <script>alert(1)</script>"),
                        null,
                        null);

        report(plan(Setting.ALWAYS), bad);

        String page = Files.readString(dir.resolve("index.html"));
        assertThat(page).contains("&lt;script&gt;").doesNotContain("<script>", "http:", "src=");
        Matcher pictures = Pattern.compile("(?s)<svg.*?</svg>").matcher(page);
        int count = 0;
        while (pictures.find()) {
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(
                            new ByteArrayInputStream(
                                    pictures.group().getBytes(StandardCharsets.UTF_8)));
            count++;
        }
        assertThat(count).isEqualTo(2);
    }

    private Verdict report(CrashPlan plan, CrashResult... runs) throws IOException {
        var report = new CrashReport(new PrintWriter(console), dir, 7);
        for (CrashResult run : runs) {
            report.run(plan, run);
        }
        report.series(new CrashSeries(plan, List.of(runs)));
        return report.end();
    }

    private CrashPlan plan(Setting setting) {
        return new CrashPlan(
                ServerUnderTest.dunlin(Path.of("node")),
                setting,
                Map.of(),
                Crash.KILL,
                10,
                new CrashPlan.Load(1, 1, 100, 0, 1),
                7,
                dir);
    }

    private static CrashResult run(int number, long lost, double oldestMs) {
        return new CrashResult(number, 1000, lost, oldestMs, 0, 300, false, List.of(), null, null);
    }
}
