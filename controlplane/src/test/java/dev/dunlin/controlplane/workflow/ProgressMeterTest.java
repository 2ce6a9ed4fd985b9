// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressMeterTest {
    private static final long MS = 1_000_000;

    private final List<Progress> published = new ArrayList<>();

    @Test
    void givenSteadySlots_whenHalfAreMoved_thenTheEtaIsTheOtherHalf() {
        var meter = new ProgressMeter(0, 1, 200, published::add);
        meter.keysExpected(2_000);
        for (int i = 0; i < 100; i++) {
            meter.keysMoved(10, 5 * MS);
            meter.slotMoved(10, 10 * MS, 5 * MS);
        }

        var last = published.getLast();

        assertThat(last.slotsDone()).isEqualTo(100);
        assertThat(last.keysDone()).isEqualTo(1_000);
        assertThat(last.slotsPerSecond()).isBetween(95.0, 105.0);
        assertThat(last.keysPerSecond()).isBetween(950.0, 1050.0);
        assertThat(last.eta()).isNotNull();
        assertThat(last.eta().seconds()).isBetween(0.8, 1.2);
        assertThat(last.eta().low()).isLessThan(last.eta().seconds());
        assertThat(last.eta().high()).isGreaterThan(last.eta().seconds());
    }

    @Test
    void givenAllKeysInTheLastSlots_whenTheEmptyOnesAreDone_thenTheEtaStillCountsTheKeys() {
        var meter = new ProgressMeter(0, 1, 110, published::add);
        meter.keysExpected(100_100);
        meter.keysMoved(100, 10 * MS);
        for (int i = 0; i < 100; i++) {
            meter.slotMoved(0, MS, 0);
        }

        var last = published.getLast();

        // 10 slots of 1 ms, and 100,000 keys of 0.1 ms.
        assertThat(last.eta()).isNotNull();
        assertThat(last.eta().seconds()).isBetween(9.0, 11.0);
    }

    @Test
    void givenTooFewMeasurements_whenAsked_thenThereIsNoEta() {
        var meter = new ProgressMeter(0, 1, 100, published::add);
        meter.slotMoved(1, MS, 0);

        assertThat(published.getLast().eta()).isNull();
    }

    @Test
    void givenAStall_whenItMovesAgain_thenTheReasonIsGone() {
        var meter = new ProgressMeter(0, 1, 100, published::add);

        meter.stalled("127.0.0.1:7002: Connection refused (try 1 of 8)");
        assertThat(published.getLast().stallReason()).contains("refused");
        meter.slotMoved(1, MS, 0);

        assertThat(published.getLast().stallReason()).isEmpty();
    }
}
