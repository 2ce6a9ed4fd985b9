// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.clusterbus.model.Slot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Unmodified cluster clients, each with its normal settings, on one cluster of Dunlins and all at the same time: they write to all
/// slots, follow MOVED when a primary hands over, and go on after another primary is killed with kill -9. Errors are allowed only
/// until the takeover; nothing that was acknowledged may be lost, because a command goes to the replica's socket before its reply
/// goes to the client, and the kernel delivers both after the process is gone.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ClusterClientsTest {
    private static final int NODE_TIMEOUT_MS = 2000;
    private static final int BENCHMARK_REQUESTS = 5000;
    private static final int BENCHMARK_SECONDS = 60;
    private static final String PYTHON = "/usr/bin/python3";

    /// redis-py works a few times slower than the others: it gets every eighth slot.
    private static final int PYTHON_STRIDE = 8;

    @TempDir private static Path dir;

    private @Nullable DunlinCluster formed;
    private @Nullable ServerProcess killed;
    private final List<FailoverStory> stories = new ArrayList<>();
    private final List<Benchmark> benchmarks = new ArrayList<>();

    /// A run of redis-benchmark.
    private record Benchmark(int exitCode, String output) {}

    @BeforeAll
    void killOnePrimaryUnderAllClients() throws Exception {
        assumeTrue(
                ScriptClient.isInstalled("redis-cli")
                        && ScriptClient.isInstalled("redis-benchmark"),
                "SKIPPED: redis-cli and redis-benchmark are not installed (bin/dev setup)");
        // With both native transports of this module on its path, Lettuce takes the channels of one
        // and the loops of the other.
        System.setProperty("io.lettuce.core.iouring", "false");
        DunlinCluster cluster = DunlinCluster.form(dir, NODE_TIMEOUT_MS);
        formed = cluster;
        benchmarks.add(benchmark(cluster.nodes().getFirst().port()));
        List<ServerProcess> primaries = cluster.primaries();
        startClients(cluster);
        for (FailoverStory story : stories) {
            story.awaitWriting();
        }

        cluster.handOver(primaries.get(0));
        killed = primaries.get(1);
        cluster.killAndAwaitTakeover(primaries.get(1));

        stories.forEach(FailoverStory::takeoverSeen);
    }

    private void startClients(DunlinCluster cluster) throws Exception {
        int port = cluster.nodes().getFirst().port();
        List<String> keys = keyOfEachSlot();
        Path keysFile = Files.write(dir.resolve("keys"), keys);
        stories.add(
                FailoverStory.start(
                        "redis-cli", keys, () -> new RedisCliKeyValues(cluster.nodes(), dir)));
        stories.add(FailoverStory.start("lettuce", keys, () -> new LettuceKeyValues(port)));
        stories.add(FailoverStory.start("jedis", keys, () -> new JedisKeyValues(port)));
        if (hasNode()) {
            stories.add(
                    script(
                            "ioredis",
                            () ->
                                    List.of(
                                            "node",
                                            ScriptClient.npmInstall("ioredis", "story.js")
                                                    .toString()),
                            port,
                            keysFile));
        }
        if (ScriptClient.hasModule(PYTHON, "redis.cluster")) {
            List<String> some =
                    IntStream.range(0, keys.size() / PYTHON_STRIDE)
                            .mapToObj(i -> keys.get(i * PYTHON_STRIDE))
                            .toList();
            Path someFile = Files.write(dir.resolve("some-keys"), some);
            String script = ScriptClient.source("redis-py", "story.py").toString();
            stories.add(script("redis-py", () -> List.of(PYTHON, script), port, someFile));
        }
    }

    private static FailoverStory script(
            String name, Callable<List<String>> command, int port, Path keys) {
        return ScriptClient.start(
                name,
                command,
                List.of(
                        Integer.toString(port),
                        keys.toString(),
                        Integer.toString(FailoverStory.DEADLINE_SECONDS)),
                dir.resolve(name + ".errors"));
    }

    private static boolean hasNode() {
        return ScriptClient.isInstalled("node") && ScriptClient.isInstalled("npm");
    }

    /// {@return the slots' keys, by slot: so redis-cli, which connects anew for each redirection, is redirected seldom}
    private static List<String> keyOfEachSlot() {
        var keys = new String[Slot.COUNT];
        int missing = keys.length;
        for (int i = 0; missing > 0; i++) {
            String key = "{" + i + "}";
            int slot = Slot.ofKey(key.getBytes(UTF_8));
            if (keys[slot] == null) {
                keys[slot] = key;
                missing--;
            }
        }
        return Arrays.asList(keys);
    }

    @AfterAll
    void stop() {
        if (formed != null) {
            formed.close();
        }
    }

    @Test
    void givenRedisCli_whenAPrimaryHandsOverAndAnotherIsKilled_thenItGoesOnAndNothingIsLost()
            throws Exception {
        assertWentOn("redis-cli");
    }

    @Test
    void givenLettuce_whenAPrimaryHandsOverAndAnotherIsKilled_thenItGoesOnAndNothingIsLost()
            throws Exception {
        assertWentOn("lettuce");
    }

    @Test
    void givenJedis_whenAPrimaryHandsOverAndAnotherIsKilled_thenItGoesOnAndNothingIsLost()
            throws Exception {
        assertWentOn("jedis");
    }

    @Test
    void givenIoredis_whenAPrimaryHandsOverAndAnotherIsKilled_thenItGoesOnAndNothingIsLost()
            throws Exception {
        assumeTrue(hasNode(), "SKIPPED: node and npm are not installed (bin/dev setup)");
        assertWentOn("ioredis");
    }

    @Test
    void givenRedisPy_whenAPrimaryHandsOverAndAnotherIsKilled_thenItGoesOnAndNothingIsLost()
            throws Exception {
        assumeTrue(
                ScriptClient.hasModule(PYTHON, "redis.cluster"),
                "SKIPPED: python3-redis is not installed (bin/dev setup)");
        assertWentOn("redis-py");
    }

    private void assertWentOn(String client) throws Exception {
        FailoverStory story =
                stories.stream().filter(s -> s.name().equals(client)).findFirst().orElseThrow();
        ClientReport report = story.report();
        System.out.println(client + ": " + report);
        assertThat(report.failures()).isEmpty();
        assertThat(report.slots()).isGreaterThanOrEqualTo(Slot.COUNT / PYTHON_STRIDE);
        assertThat(report.writes()).isGreaterThanOrEqualTo(50);
    }

    /// redis-benchmark gives up at the first connection that breaks, also with redis-server; so it runs before and after. Of the dead
    /// primary it says that it has no slots, which is so.
    @Test
    void givenRedisBenchmarkInClusterMode_whenRunBeforeAndAfterTheTakeover_thenItHasNoErrors()
            throws Exception {
        ServerProcess alive =
                Objects.requireNonNull(formed).nodes().stream()
                        .filter(ServerProcess::answers)
                        .findFirst()
                        .orElseThrow();
        benchmarks.add(benchmark(alive.port()));

        String noSlots =
                "WARNING: Master node "
                        + Objects.requireNonNull(killed).address()
                        + " has no slots, skipping...";
        assertThat(benchmarks)
                .hasSize(2)
                .allSatisfy(run -> {
                    assertThat(run.exitCode()).describedAs(run.output()).isZero();
                    assertThat(run.output().replace(noSlots, ""))
                            .contains("Cluster has 3 master nodes")
                            .containsPattern("(?s)SET: .* requests per second.*GET: .* requests")
                            .doesNotContainIgnoringCase("err")
                            .doesNotContainIgnoringCase("warn")
                            .doesNotContain("MOVED");
                });
    }

    private static Benchmark benchmark(int port) throws Exception {
        String requests = Integer.toString(BENCHMARK_REQUESTS);
        Process process =
                new ProcessBuilder(
                                "redis-benchmark",
                                "--cluster",
                                "-p",
                                Integer.toString(port),
                                "-t",
                                "set,get",
                                "-n",
                                requests,
                                "-r",
                                requests,
                                "-c",
                                "12",
                                "-q")
                        .redirectErrorStream(true)
                        .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        if (!process.waitFor(BENCHMARK_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Benchmark(process.exitValue(), output);
    }
}
