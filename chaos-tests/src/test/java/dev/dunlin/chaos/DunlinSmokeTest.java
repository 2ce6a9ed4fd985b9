// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.chaos.scenario.Claim;
import dev.dunlin.chaos.scenario.Clusters;
import dev.dunlin.chaos.scenario.Measure;
import dev.dunlin.chaos.scenario.RunResult;
import dev.dunlin.chaos.scenario.Verdict;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// The runs that stock Redis fails, against Dunlin's node; its launcher is the property `dunlin.node`, which the build sets.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DunlinSmokeTest {
    private static final int RUNS = 3;

    private final Clusters clusters = new Clusters(RUNS);

    @AfterAll
    void stopClusters() {
        clusters.close();
    }

    @Test
    void givenDunlin_whenAPrimaryIsFrozenPastItsFailover_thenItAcknowledgesNothingLate() {
        RunResult result =
                Smoke.run(clusters, Smoke.dunlin(), Smoke.environment(), "zombie-primary");

        assertThat(brokenOrWorse(result)).isEmpty();
        assertThat(result.verdict()).isEqualTo(Verdict.PASS);
        assertThat(result.measures().get(Measure.ZOMBIE_ACKS)).isZero();
        assertThat(result.measures().get(Measure.STALE_READS)).isZero();
    }

    @Test
    void givenDunlin_whenAPrimaryIsCutOffWithItsClient_thenItStopsWithinTheNodeTimeout() {
        Smoke.assumeEnvironment("netns");

        RunResult result =
                Smoke.run(clusters, Smoke.dunlin(), "netns", "isolate-primary-with-client");

        assertThat(brokenOrWorse(result)).isEmpty();
        assertThat(result.verdict()).isEqualTo(Verdict.PASS);
        assertThat(result.measures().get(Measure.ACK_WINDOW_MS))
                .isLessThanOrEqualTo(Smoke.NODE_TIMEOUT_MS);
    }

    @Test
    void givenDunlin_whenAPrimaryIsKilled_thenItsReplicaTakesOver() {
        RunResult result = Smoke.run(clusters, Smoke.dunlin(), Smoke.environment(), "kill-primary");

        assertThat(brokenOrWorse(result)).isEmpty();
        assertThat(result.verdict()).isEqualTo(Verdict.PASS);
    }

    private static List<Claim> brokenOrWorse(RunResult result) {
        return result.claims().stream()
                .filter(claim -> claim.status() != Claim.Status.HELD)
                .toList();
    }
}
