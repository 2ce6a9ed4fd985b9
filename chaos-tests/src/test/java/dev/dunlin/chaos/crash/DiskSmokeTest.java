// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.chaos.cluster.PrivateDisk;
import dev.dunlin.chaos.cluster.ServerUnderTest;
import dev.dunlin.chaos.scenario.Verdict;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One fault of a disk; the long form is `bin/dev chaos disk`.
class DiskSmokeTest {
    @TempDir Path dir;

    @BeforeAll
    static void assumeDisk() {
        Optional<String> obstacle = PrivateDisk.obstacle();
        obstacle.ifPresent(reason -> System.err.println("NOT RUN: " + reason));
        assumeTrue(obstacle.isEmpty(), () -> obstacle.orElse(""));
        assumeTrue(ServerUnderTest.redis().executes(), "redis-server is not installed");
    }

    @Test
    void givenRedis_whenItsDiskIsFull_thenItRefusesAndGoesOnWhenThereIsRoom() {
        DiskResult result =
                DiskRunner.run(ServerUnderTest.redis(), Setting.EVERYSEC, DiskFault.FULL, dir);

        System.out.println(result);
        assertThat(result.verdict()).isEqualTo(Verdict.PASS);
        assertThat(result.ended()).isFalse();
        assertThat(result.lost()).isZero();
        assertThat(result.refusals())
                .containsOnlyKeys(
                        "MISCONF Errors writing to the AOF file: No space left on device");
    }
}
