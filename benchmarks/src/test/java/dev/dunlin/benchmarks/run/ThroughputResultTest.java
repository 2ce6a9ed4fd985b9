// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dunlin.benchmarks.load.Command;
import dev.dunlin.benchmarks.load.Workload;
import dev.dunlin.benchmarks.run.ThroughputResult.PerServer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ThroughputResultTest {
    private static final Workload SET = new Workload(Command.SET, 1, 50, 3, 1_000);

    @Test
    void givenThreeServers_whenTheLastIsJudged_thenTheFasterOfTheOthersIsTheReference() {
        var result =
                new ThroughputResult(
                        SET,
                        List.of(
                                server("redis", 100, 110, 90),
                                server("valkey", 120, 130, 125),
                                server("dunlin", 180, 130, 250)),
                        0);

        assertThat(result.reference().name()).isEqualTo("valkey");
        ThroughputResult.Ratio ratio = result.judgedRatio();
        assertThat(ratio.median()).isEqualTo(180.0 / 125, within(1e-9));
        assertThat(ratio.low()).isEqualTo(1.0, within(1e-9));
        assertThat(ratio.high()).isEqualTo(2.0, within(1e-9));
    }

    @Test
    void givenNoCleanRound_whenAsked_thenThereIsNothingToCompare() {
        var result = new ThroughputResult(SET, List.of(server("a"), server("b")), 12);

        assertThat(result.hasRounds()).isFalse();
        assertThat(result.judgedRatio().median()).isNaN();
    }

    @Test
    void givenAnEvenNumberOfSamples_whenTheMedianIsTaken_thenItIsBetweenTheMiddleTwo() {
        assertThat(Median.of(List.of(4.0, 1.0, 3.0, 2.0), Double::doubleValue)).isEqualTo(2.5);
    }

    @Test
    void givenOthersOnTheCores_whenTheyTakeMoreThanEightPercent_thenTheSampleIsSpoiled() {
        assertThat(sample(1, 0.08).isClean(Effort.full().othersShareMax())).isTrue();
        assertThat(sample(1, 0.081).isClean(Effort.full().othersShareMax())).isFalse();
    }

    @Test
    void givenMemoryReadings_whenSpreadOverTheKeys_thenBaseAndPayloadAreTakenOff() {
        var result =
                new MemoryResult("redis", DataSet.STRINGS, 1_000, 1_000_000, 1_152_000, 0, 148_000);

        assertThat(result.usedOverhead()).isEqualTo(104.0);
        assertThat(result.residentOverhead()).isEqualTo(100.0);
    }

    private static PerServer server(String name, double... operationsPerSecond) {
        return new PerServer(
                name, Arrays.stream(operationsPerSecond).mapToObj(v -> sample(v, 0)).toList());
    }

    private static Sample sample(double operationsPerSecond, double othersShare) {
        return new Sample(operationsPerSecond, 1, 1, 1, 1, 1, 0.5, othersShare);
    }
}
