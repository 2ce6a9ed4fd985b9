// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whatever happens to the harness, nothing of it stays on the machine.
class CleanupSmokeTest {
    private static final Duration LIMIT = Duration.ofSeconds(20);

    @ParameterizedTest
    @ValueSource(strings = {"process", "netns"})
    void givenAFrozenNode_whenTheHarnessIsKilled_thenItsWatchdogRemovesEverything(
            String environment) throws IOException {
        assumePossible(environment);
        Process harness = orphanMaker(environment);
        try {
            Orphan orphan = Orphan.of(harness);
            assertThat(ProcStat.alive(orphan.pid())).isTrue();

            harness.destroyForcibly();

            assertThat(Cluster.await(LIMIT, orphan::isGone)).isTrue();
            assertThat(Shell.run("ip", "netns", "list")).doesNotContain("dlc" + orphan.runId());
        } finally {
            harness.destroyForcibly();
        }
    }

    @Test
    void givenTheWatchdogDiedToo_whenTheNextRunStarts_thenItSweepsWhatWasLeft() throws IOException {
        assumePossible("process");
        Process harness = orphanMaker("process");
        Orphan orphan;
        try {
            orphan = Orphan.of(harness);
            // The watchdog is the only child of the harness that is not the node.
            harness.children()
                    .filter(child -> child.pid() != orphan.pid())
                    .forEach(ProcessHandle::destroyForcibly);
        } finally {
            harness.destroyForcibly();
        }
        assertThat(Cluster.await(LIMIT, () -> !harness.isAlive())).isTrue();
        assertThat(orphan.isGone()).isFalse();

        RunDirectory.create().close();

        assertThat(Cluster.await(LIMIT, orphan::isGone)).isTrue();
    }

    @Test
    void givenAPartition_whenHealedTwice_thenTheWiresAreAsBefore() {
        assumePossible("netns");
        var settings = new ClusterSettings(3, 1, 1000, Map.of());
        try (var environment = new NetnsEnvironment()) {
            ChaosNode node = environment.createNode("n1", ServerUnderTest.redis(), settings);
            node.start();
            environment.clientAddress("A");
            try (var near = new NodeProbe(node, environment.clientAddress("A"), NodeProbe.TIMEOUT);
                    var far =
                            new NodeProbe(
                                    node, environment.clientAddress("B"), NodeProbe.TIMEOUT)) {
                assertThat(Cluster.await(LIMIT, () -> far.ask("PING").isPresent())).isTrue();

                environment.cut(Set.of(new Link("B", "n1"), new Link("n1", "B")));

                assertThat(far.ask("PING")).isEmpty();
                assertThat(near.ask("PING")).contains("PONG");

                environment.cut(Set.of());
                environment.cut(Set.of());

                assertThat(far.ask("PING")).contains("PONG");
            }
        }
    }

    private static void assumePossible(String environment) {
        assumeTrue(ServerUnderTest.redis().executes(), "redis-server is not installed");
        Optional<String> obstacle = Environments.obstacle(environment);
        assumeTrue(obstacle.isEmpty(), () -> environment + ": " + obstacle.orElse(""));
    }

    private static Process orphanMaker(String environment) throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OrphanMaker.class.getName(),
                        environment)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /// What a killed harness leaves behind.
    private record Orphan(long pid, Path dir) {
        static Orphan of(Process harness) throws IOException {
            // The harness prints one short line, so the reader may be dropped afterwards.
            BufferedReader reader = harness.inputReader();
            String line = reader.readLine();
            assertThat(line).as("first line of the harness").startsWith("READY ");
            String[] words = line.split(" ", -1);
            return new Orphan(Long.parseLong(words[1]), Path.of(words[2]));
        }

        String runId() {
            String run = dir.getName(dir.getNameCount() - 2).toString();
            return run.substring(run.indexOf('-') + 1);
        }

        boolean isGone() {
            return !ProcStat.alive(pid) && !Files.exists(dir);
        }
    }
}
