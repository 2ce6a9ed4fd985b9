// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SnapshotPaceTest {
    private static final long US = 1_000;

    private final SnapshotPace pace = new SnapshotPace(0);
    private long nowNs;

    @Test
    void givenNobodyElse_whenTheLoopComesBack_thenItTakesAWholeSliceEachTime() {
        for (int turn = 0; turn < 100; turn++) {
            assertThat(back(5 * US)).isEqualTo(SnapshotPace.SLICE_BYTES);
            take(400 * US);
        }
    }

    @Test
    void givenClientsAllTheTime_whenTheLoopComesBack_thenTheyGetAsLongAsTheSnapshot() {
        long snapshotNs = 0;
        long othersNs = 0;
        for (int turn = 0; turn < 1000; turn++) {
            othersNs += 40 * US;
            int bytes = back(40 * US);
            if (bytes > 0) {
                assertThat(bytes).isEqualTo(SnapshotPace.BUSY_SLICE_BYTES);
                take(100 * US);
                snapshotNs += 100 * US;
            }
        }
        assertThat((double) snapshotNs / othersNs).isBetween(0.7, 1.0);
    }

    @Test
    void givenAnIdleMomentBetweenBatches_whenTheLoopComesBack_thenItIsUsedForASmallSlice() {
        back(300 * US);
        take(100 * US);
        assertThat(back(30 * US)).isZero();

        assertThat(back(5 * US)).isEqualTo(SnapshotPace.BUSY_SLICE_BYTES);
    }

    @Test
    void givenClientsThatHaveGone_whenAMomentHasPassed_thenSlicesAreWholeAgain() {
        back(300 * US);
        take(100 * US);
        int bytes = 0;
        for (long waitedNs = 0; waitedNs < SnapshotPace.BUSY_NS; waitedNs += 105 * US) {
            bytes = back(5 * US);
            assertThat(bytes).isPositive();
            take(100 * US);
        }

        assertThat(back(5 * US)).isEqualTo(SnapshotPace.SLICE_BYTES);
    }

    private int back(long afterNs) {
        nowNs += afterNs;
        return pace.begin(nowNs);
    }

    private void take(long tookNs) {
        nowNs += tookNs;
        pace.end(nowNs);
    }
}
