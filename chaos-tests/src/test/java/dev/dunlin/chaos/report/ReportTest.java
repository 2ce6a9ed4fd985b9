// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dunlin.chaos.cluster.ServerKind;
import dev.dunlin.chaos.scenario.RunResult;
import dev.dunlin.chaos.scenario.SampleRuns;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final List<RunResult> RUNS =
            List.of(
                    SampleRuns.zombie(ServerKind.REDIS, 20),
                    SampleRuns.zombie(ServerKind.DUNLIN, 0),
                    SampleRuns.zombie(ServerKind.REDIS, 25),
                    SampleRuns.zombie(ServerKind.DUNLIN, 0));

    @TempDir Path dir;

    @Test
    void givenRuns_whenThePageIsWritten_thenItNeedsNothingElse() throws IOException {
        String page = page(RUNS);

        assertThat(page).doesNotContain("http:", "https:", "src=", "@import", "<script");
        assertThat(page).contains("zombie-primary", "frozen (SIGSTOP)", "successor acknowledges");
        assertThat(page).contains("class=\"lost\"", "20 zombie: its successor was serving");
    }

    @Test
    void givenRuns_whenThePageIsWritten_thenEveryPictureIsWellFormed() throws Exception {
        Matcher pictures = Pattern.compile("(?s)<svg.*?</svg>").matcher(page(RUNS));
        int count = 0;
        while (pictures.find()) {
            byte[] xml = pictures.group().getBytes(StandardCharsets.UTF_8);
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(xml));
            count++;
        }
        assertThat(count).isGreaterThan(5);
    }

    @Test
    void givenHostileText_whenThePageIsWritten_thenItStaysText() throws IOException {
        String page = page(List.of(SampleRuns.failed("<script>alert(\"1\")</script> & more")));

        assertThat(page).contains("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; more");
        assertThat(page).doesNotContain("<script>");
    }

    @Test
    void givenTwoServers_whenCompared_thenMediansAndRatiosStandSideBySide() {
        List<Comparison.Row> rows = Comparison.of(RUNS);

        assertThat(rows)
                .anySatisfy(row -> {
                    assertThat(row.measure().name()).isEqualTo("ZOMBIE_ACKS");
                    assertThat(row.firstValues()).containsExactly(20.0, 25.0);
                    assertThat(row.secondValues()).containsExactly(0.0, 0.0);
                    assertThat(row.ratio()).isEqualTo("0.00x");
                })
                .anySatisfy(row -> {
                    assertThat(row.measure().name()).isEqualTo("FAILOVER_MS");
                    assertThat(row.ratio()).isEqualTo("1.00x");
                });
        assertThat(Comparison.of(RUNS.subList(0, 1))).isEmpty();
    }

    @Test
    void givenRuns_whenTheSummaryIsWritten_thenItsNamesAreStable() throws IOException {
        Path file = dir.resolve("summary.json");

        SummaryJson.write(file, RUNS, List.of("x needs y"), 42);

        JsonNode root = new ObjectMapper().readTree(Files.readString(file));
        assertThat(root.path("seed").longValue()).isEqualTo(42);
        assertThat(root.path("notRun").path(0).textValue()).isEqualTo("x needs y");
        JsonNode run = root.path("runs").path(0);
        assertThat(run.path("scenario").textValue()).isEqualTo("zombie-primary");
        assertThat(run.path("verdict").textValue()).isEqualTo("PASS");
        assertThat(run.path("measures").path("zombie_acks").doubleValue()).isEqualTo(20);
        assertThat(run.path("claims").path(0).path("status").textValue()).isEqualTo("CONTROL");
    }

    @Test
    void givenValues_whenSummed_thenQuantilesAreMeasuredValues() {
        Distribution all = Distribution.of(List.of(5.0, 1.0, 4.0, 2.0));

        assertThat(all).isEqualTo(new Distribution(4, 1.0, 2.0, 5.0, 5.0));
    }

    private String page(List<RunResult> runs) throws IOException {
        Path file = dir.resolve("index.html");
        HtmlReport.write(file, runs, List.of(), 42);
        return Files.readString(file);
    }
}
