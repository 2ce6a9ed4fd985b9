// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.chaos.cluster.PrivateDisk;
import dev.dunlin.chaos.cluster.ServerKind;
import dev.dunlin.chaos.cluster.ServerUnderTest;
import dev.dunlin.chaos.scenario.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A few crashes of each kind; the long form is `bin/dev chaos crash`.
class CrashSmokeTest {
    private static final int RUNS = 2;
    private static final long SEED = Long.getLong("seed", 20_261_126L);
    private static final CrashPlan.Load LOAD = new CrashPlan.Load(3, 16, 250, 5_000, 10);

    @TempDir Path dir;

    @ParameterizedTest
    @EnumSource(Setting.class)
    void givenRedis_whenItIsKilled_thenItKeepsWhatItsSettingPromises(Setting setting) {
        assertThat(run(redis(), setting, Crash.KILL)).containsOnly(Verdict.PASS);
    }

    @Test
    void givenRedis_whenItsLastWriteIsTorn_thenOnlyThatIsGone() {
        assertThat(run(redis(), Setting.ALWAYS, Crash.TORN)).containsOnly(Verdict.PASS);
    }

    @Test
    void givenRedis_whenThePowerIsCut_thenWhatItSyncedIsThere() {
        assumeDisk();

        assertThat(run(redis(), Setting.ALWAYS, Crash.POWER)).containsOnly(Verdict.PASS);
    }

    @ParameterizedTest
    @EnumSource(
            value = Setting.class,
            names = {"ALWAYS", "RDB", "REWRITE"})
    void givenDunlin_whenItIsKilled_thenItKeepsWhatItsSettingPromises(Setting setting) {
        assertThat(run(dunlin(), setting, Crash.KILL)).containsOnly(Verdict.PASS);
    }

    @Test
    void givenDunlin_whenThePowerIsCut_thenAtMostTheLastSecondIsGone() {
        assumeDisk();

        assertThat(run(dunlin(), Setting.EVERYSEC, Crash.POWER)).containsOnly(Verdict.PASS);
    }

    @Test
    void givenAServerThatKeepsNothing_whenItIsKilled_thenItIsCaught() throws IOException {
        ServerUnderTest liar = liar("--appendonly no");

        assertThat(run(liar, Setting.EVERYSEC, Crash.KILL)).contains(Verdict.SAFETY);
    }

    @Test
    void givenAServerThatDoesNotSync_whenThePowerIsCut_thenItIsCaught() throws IOException {
        assumeDisk();
        ServerUnderTest liar = liar("--appendfsync no");

        assertThat(run(liar, Setting.ALWAYS, Crash.POWER)).contains(Verdict.SAFETY);
    }

    private List<Verdict> run(ServerUnderTest server, Setting setting, Crash crash) {
        var plan =
                new CrashPlan(
                        server, setting, Map.of(), crash, RUNS, LOAD, SEED, dir.resolve("runs"));
        return CrashRunner.run(plan, result -> System.out.println(plan.label() + " " + result))
                .stream()
                .map(result -> result.verdict(plan))
                .toList();
    }

    /// redis-server with a directive that breaks what the others promise.
    private ServerUnderTest liar(String directive) throws IOException {
        Path script = dir.resolve("liar");
        Files.writeString(
                script, "#!/bin/sh\nexec " + redis().executable() + " \"$@\" " + directive + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        return new ServerUnderTest(ServerKind.OTHER, "liar", script);
    }

    private static ServerUnderTest redis() {
        ServerUnderTest redis = ServerUnderTest.redis();
        if (!redis.executes()) {
            System.err.println("NOT RUN: " + redis.executable() + " is not installed");
        }
        assumeTrue(redis.executes(), () -> redis.executable() + " is not installed");
        return redis;
    }

    private static ServerUnderTest dunlin() {
        String launcher = System.getProperty(ServerUnderTest.DUNLIN_PROPERTY, "");
        if (launcher.isBlank()) {
            System.err.println("NOT RUN: no launcher in -D" + ServerUnderTest.DUNLIN_PROPERTY);
        }
        assumeTrue(!launcher.isBlank(), "no -D" + ServerUnderTest.DUNLIN_PROPERTY);
        return ServerUnderTest.dunlin(Path.of(launcher));
    }

    private static void assumeDisk() {
        Optional<String> obstacle = PrivateDisk.obstacle();
        obstacle.ifPresent(reason -> System.err.println("NOT RUN: " + reason));
        assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
    }
}
