// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.chaos.cluster.ServerKind;
import org.junit.jupiter.api.Test;

class VerdictTest {
    @Test
    void givenTheControlGroupShowsItsKnownLosses_whenJudged_thenItPasses() {
        RunResult result = SampleRuns.zombie(ServerKind.REDIS, 20);

        assertThat(result.verdict()).isEqualTo(Verdict.PASS);
        assertThat(result.claims()).anyMatch(claim -> claim.status() == Claim.Status.CONTROL);
    }

    @Test
    void givenTheControlGroupLosesNothing_whenJudged_thenTheHarnessIsBlind() {
        RunResult result = SampleRuns.zombie(ServerKind.REDIS, 0);

        assertThat(result.verdict()).isEqualTo(Verdict.HARNESS);
    }

    @Test
    void givenDunlinAcknowledgesOneZombieWrite_whenJudged_thenItIsASafetyViolation() {
        RunResult result = SampleRuns.zombie(ServerKind.DUNLIN, 1);

        assertThat(result.verdict()).isEqualTo(Verdict.SAFETY);
        assertThat(result.measures())
                .containsEntry(Measure.ZOMBIE_ACKS, 1.0)
                .containsEntry(Measure.STALE_READS, 1.0)
                .containsEntry(Measure.LOST_WRITES, 1.0);
    }

    @Test
    void givenDunlinAcknowledgesNothingLate_whenJudged_thenItPasses() {
        RunResult result = SampleRuns.zombie(ServerKind.DUNLIN, 0);

        assertThat(result.claims()).allMatch(claim -> claim.status() == Claim.Status.HELD);
        assertThat(result.verdict()).isEqualTo(Verdict.PASS);
    }

    @Test
    void givenARunThatCouldNotBeCarriedOut_whenJudged_thenItIsTheHarness() {
        assertThat(SampleRuns.failed("no ports").verdict()).isEqualTo(Verdict.HARNESS);
    }

    @Test
    void givenAFailoverThatNobodyAskedFor_whenTheMachineIsCalm_thenItIsALivenessViolation() {
        RunResult result = SampleRuns.zombieWithNeedlessFailover(ServerKind.DUNLIN);

        assertThat(result.verdict()).isEqualTo(Verdict.LIVENESS);
    }
}
