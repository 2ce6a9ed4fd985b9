// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.chaos.scenario.Claim;
import dev.dunlin.chaos.scenario.Measure;
import dev.dunlin.chaos.scenario.RunResult;
import dev.dunlin.chaos.scenario.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The runs that stock Redis fails, against Dunlin's node; its launcher is given as `-Ddunlin.node`.
class DunlinSmokeTest {
    @Test
    void givenDunlin_whenAPrimaryIsFrozenPastItsFailover_thenItAcknowledgesNothingLate() {
        RunResult result = Smoke.run(Smoke.dunlin(), "process", "zombie-primary");

        assertThat(brokenOrWorse(result)).isEmpty();
        assertThat(result.verdict()).isEqualTo(Verdict.PASS);
        assertThat(result.measures().get(Measure.ZOMBIE_ACKS)).isZero();
        assertThat(result.measures().get(Measure.STALE_READS)).isZero();
    }

    @Test
    void givenDunlin_whenAPrimaryIsCutOffWithItsClient_thenItStopsWithinTheNodeTimeout() {
        Smoke.assumeEnvironment("netns");

        RunResult result = Smoke.run(Smoke.dunlin(), "netns", "isolate-primary-with-client");

        assertThat(brokenOrWorse(result)).isEmpty();
        assertThat(result.verdict()).isEqualTo(Verdict.PASS);
        assertThat(result.measures().get(Measure.ACK_WINDOW_MS))
                .isLessThanOrEqualTo(Smoke.NODE_TIMEOUT_MS);
    }

    @Test
    void givenDunlin_whenAPrimaryIsKilled_thenItsReplicaTakesOver() {
        RunResult result = Smoke.run(Smoke.dunlin(), "process", "kill-primary");

        assertThat(brokenOrWorse(result)).isEmpty();
        assertThat(result.verdict()).isEqualTo(Verdict.PASS);
    }

    private static List<Claim> brokenOrWorse(RunResult result) {
        return result.claims().stream()
                .filter(claim -> claim.status() != Claim.Status.HELD)
                .toList();
    }
}
