// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.dunlin.benchmarks.run.DataSet;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SideBySideTest {
    private static final Path REDIS = Path.of("/usr/bin/redis-server");

    @TempDir private Path results;

    @Test
    void givenHelp_whenAsked_thenItTeachesTheNullExperiment() {
        Run run = run("--help");

        assertThat(run.exitCode).isZero();
        assertThat(run.output)
                .contains(
                        "null experiment",
                        "--test",
                        "memory, memory_types, stall, stall_types, eviction, churn");
    }

    @Test
    void givenAWrongCommandLine_whenRun_thenItSaysWhatIsWrong() {
        assertThat(run("--test", "fly").exitCode).isEqualTo(2);
        assertThat(run("--pipeline", "0").output).contains("pipeline must be 1 to 1024");
        assertThat(run("--server", "redis").output).contains("a server is NAME=COMMAND");
        assertThat(run("--server", "a=x", "--server", "a=y").output)
                .contains("two servers have the same name");
        assertThat(run("--pin", "7").output).contains("pinning is auto, none");
    }

    @Test
    void givenAServerThatDoesNotStart_whenRun_thenItsOutputIsShown() {
        Run run = run("--pin", "none", "--server", "broken=sh -c echo");

        assertThat(run.exitCode).isEqualTo(1);
        assertThat(run.output).contains("broken ended at its start");
    }

    @Test
    void givenTwoRedisServers_whenMeasured_thenTablesAndFileHaveBoth() throws IOException {
        assumeTrue(Files.isExecutable(REDIS), "redis-server is not installed");

        Run run =
                run(
                        "--quick",
                        "--pin",
                        "none",
                        "--wait",
                        "0",
                        "--rounds",
                        "1",
                        "--keys",
                        "1000",
                        "--load-keys",
                        "20000",
                        "--test",
                        "hset,memory,stall,eviction",
                        "--pipeline",
                        "16",
                        "--results",
                        results.toString(),
                        "--keep",
                        "a run",
                        "--server",
                        "one=" + REDIS,
                        "--server",
                        "two=" + REDIS);

        assertThat(run.exitCode).as(run.output).isZero();
        assertThat(run.output)
                .contains(
                        "one: 7.",
                        "HSET",
                        "20,000 strings; bytes for each beyond the 48",
                        "stall:",
                        "eviction: 1,000 keys");
        assertThat(run.output).contains("allkeys-lru", "allkeys-lfu");
        JsonNode json = new ObjectMapper().readTree(results.resolve("kept/a-run.json").toFile());
        assertThat(json.at("/servers").size()).isEqualTo(2);
        assertThat(json.at("/throughput/0/servers/1/name").asText()).isEqualTo("two");
        // Redis 7.0 needs a dictEntry, two sds headers, a robj and its table slot: some 50 to 110
        // bytes.
        assertThat(overhead(json, 0)).isBetween(40.0, 120.0);
        assertThat(overhead(json, 1)).isEqualTo(overhead(json, 0), within(2.0));
    }

    @Test
    void givenTwoRedisServers_whenKeepingDataIsMeasured_thenEachTestHasBoth() throws IOException {
        assumeTrue(Files.isExecutable(REDIS), "redis-server is not installed");

        Run run =
                run(
                        "--quick",
                        "--pin",
                        "none",
                        "--wait",
                        "0",
                        "--rounds",
                        "1",
                        "--tolerate",
                        "1000",
                        "--keys",
                        "1000",
                        "--load-keys",
                        "20000",
                        "--test",
                        "bgsave,rewrite,load,aof",
                        "--pipeline",
                        "16",
                        "--results",
                        results.toString(),
                        "--keep",
                        "kept",
                        "--server",
                        "one=" + REDIS,
                        "--server",
                        "two=" + REDIS);

        assertThat(run.exitCode).as(run.output).isZero();
        JsonNode json =
                new ObjectMapper()
                        .readTree(results.resolve("kept/kept.json").toFile())
                        .at("/persistence");
        assertThat(json.at("/background").size()).isEqualTo(4);
        assertThat(json.at("/loads").size()).isEqualTo(6);
        assertThat(json.at("/writes").size()).isEqualTo(2);
        for (JsonNode background : json.at("/background")) {
            JsonNode round = background.at("/rounds/0");
            assertThat(round.at("/seconds").asDouble()).isPositive();
            assertThat(round.at("/during/operationsPerSecond").asDouble()).isPositive();
            assertThat(background.at("/memory/0/peakBytes").asLong()).isPositive();
        }
        for (JsonNode load : json.at("/loads")) {
            assertThat(load.at("/bytes").asLong()).isGreaterThan(20_000);
            assertThat(load.at("/seconds/0").asDouble()).isPositive();
        }
    }

    private static double overhead(JsonNode json, int server) {
        JsonNode memory = json.at("/memory/" + server);
        return (memory.get("usedBytes").asDouble() - memory.get("usedBaseBytes").asDouble())
                        / memory.get("items").asDouble()
                - DataSet.valueOf(memory.get("data").asText()).payloadBytes();
    }

    private record Run(int exitCode, String output) {}

    private static Run run(String... args) {
        var text = new StringWriter();
        int exitCode = SideBySide.run(List.of(args), new PrintWriter(text, true));
        return new Run(exitCode, text.toString());
    }
}
