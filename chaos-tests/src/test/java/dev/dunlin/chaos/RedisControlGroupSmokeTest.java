// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.chaos.scenario.Claim;
import dev.dunlin.chaos.scenario.Clusters;
import dev.dunlin.chaos.scenario.Measure;
import dev.dunlin.chaos.scenario.RunResult;
import dev.dunlin.chaos.scenario.Verdict;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Stock Redis must be caught losing what it is known to lose; a harness that does not see it sees nothing.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedisControlGroupSmokeTest {
    private static final int RUNS = 3;

    private final Clusters clusters = new Clusters(RUNS);

    @AfterAll
    void stopClusters() {
        clusters.close();
    }

    @Test
    void givenRedis_whenAPrimaryIsFrozenPastItsFailover_thenItsLateAcknowledgementsAreFoundLost() {
        RunResult result =
                Smoke.run(clusters, Smoke.redis(), Smoke.environment(), "zombie-primary");

        assertThat(result.verdict()).isEqualTo(Verdict.PASS);
        assertThat(result.measures().get(Measure.ZOMBIE_ACKS)).isGreaterThanOrEqualTo(20);
        assertThat(result.measures().get(Measure.LOST_WRITES)).isGreaterThanOrEqualTo(20);
        assertThat(result.measures().get(Measure.STALE_READS)).isGreaterThanOrEqualTo(4);
        assertThat(result.claims())
                .filteredOn(claim -> claim.id().equals("control"))
                .hasSize(2)
                .allMatch(claim -> claim.status() == Claim.Status.CONTROL);
    }

    @Test
    void givenRedis_whenAPrimaryIsCutOffWithItsClient_thenItsAcknowledgementsAreFoundLost() {
        Smoke.assumeEnvironment("netns");

        RunResult result =
                Smoke.run(clusters, Smoke.redis(), "netns", "isolate-primary-with-client");

        assertThat(result.verdict()).isEqualTo(Verdict.PASS);
        assertThat(result.measures().get(Measure.ACK_WINDOW_MS))
                .isGreaterThan(0.75 * Smoke.NODE_TIMEOUT_MS);
        assertThat(result.measures().get(Measure.LOST_WRITES)).isGreaterThan(300);
        assertThat(result.claims())
                .filteredOn(claim -> claim.id().equals("control"))
                .hasSize(2)
                .allMatch(claim -> claim.status() == Claim.Status.CONTROL);
    }
}
