// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.chaos.cluster.ClusterSettings;
import dev.dunlin.chaos.cluster.Environments;
import dev.dunlin.chaos.cluster.ServerUnderTest;
import dev.dunlin.chaos.report.ConsoleReport;
import dev.dunlin.chaos.report.HtmlReport;
import dev.dunlin.chaos.report.SummaryJson;
import dev.dunlin.chaos.scenario.Clusters;
import dev.dunlin.chaos.scenario.RunPlan;
import dev.dunlin.chaos.scenario.RunResult;
import dev.dunlin.chaos.scenario.ScenarioRunner;
import dev.dunlin.chaos.scenario.Scenarios;
import dev.dunlin.chaos.scenario.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the smoke tests share: one short run of one scenario, with its report kept under `target/chaos-smoke`. The runs of one
/// test class share a cluster as long as they pass, because forming one takes longer than a run.
final class Smoke {
    /// Long enough that a build machine which does other things besides does not fail over by itself.
    static final long NODE_TIMEOUT_MS = 2000;

    private static final int ATTEMPTS_MAX = 3;
    private static final long SEED = Long.getLong("seed", 20_261_122L);

    private Smoke() {}

    /// Skips the test, saying so where nobody can miss it, when the machine lacks the environment.
    static void assumeEnvironment(String environment) {
        Optional<String> obstacle = Environments.obstacle(environment);
        obstacle.ifPresent(reason -> shout(environment + ": " + reason));
        assumeTrue(obstacle.isEmpty(), () -> environment + ": " + obstacle.orElse(""));
    }

    /// {@return the control group; skips the test loudly when it is not installed}
    static ServerUnderTest redis() {
        ServerUnderTest redis = ServerUnderTest.redis();
        if (!redis.executes()) {
            shout(redis.executable() + " is not installed");
        }
        assumeTrue(redis.executes(), () -> redis.executable() + " is not installed");
        return redis;
    }

    /// {@return Dunlin's node; skips the test loudly when no launcher is given}
    static ServerUnderTest dunlin() {
        String launcher = System.getProperty(ServerUnderTest.DUNLIN_PROPERTY, "");
        if (launcher.isBlank()) {
            shout("no launcher of Dunlin's node in -D" + ServerUnderTest.DUNLIN_PROPERTY);
        }
        assumeTrue(!launcher.isBlank(), "no -D" + ServerUnderTest.DUNLIN_PROPERTY);
        return ServerUnderTest.dunlin(Path.of(launcher));
    }

    /// Runs a scenario. A run that proves nothing, which happens when someone else stalls the machine, is repeated a few
    /// times; a finding about the server never is.
    static RunResult run(
            Clusters clusters, ServerUnderTest server, String environment, String scenario) {
        RunResult result = runOnce(clusters, server, environment, scenario);
        for (int attempt = 1; attempt < ATTEMPTS_MAX; attempt++) {
            if (result.verdict() != Verdict.HARNESS) {
                return result;
            }
            System.err.println("HARNESS, once more: " + scenario);
            result = runOnce(clusters, server, environment, scenario);
        }
        return result;
    }

    /// {@return network namespaces where they can be had, processes on loopback elsewhere}
    static String environment() {
        return Environments.obstacle("netns").isEmpty() ? "netns" : "process";
    }

    private static RunResult runOnce(
            Clusters clusters, ServerUnderTest server, String environment, String scenario) {
        Path folder = Path.of("target", "chaos-smoke", server.label() + "-" + scenario);
        var plan =
                new RunPlan(
                        Scenarios.named(scenario).orElseThrow(),
                        server,
                        environment,
                        new ClusterSettings(3, 1, NODE_TIMEOUT_MS, Map.of()),
                        SEED,
                        folder.resolve("run"));
        RunResult result = ScenarioRunner.run(plan, clusters);
        new ConsoleReport(new PrintWriter(System.out, true, StandardCharsets.UTF_8)).run(result);
        try {
            HtmlReport.write(folder.resolve("index.html"), List.of(result), List.of(), SEED);
            SummaryJson.write(folder.resolve("summary.json"), List.of(result), List.of(), SEED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return result;
    }

    private static void shout(String reason) {
        System.err.println("NOT RUN: " + reason);
    }
}
