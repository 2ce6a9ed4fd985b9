// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SyncScheduleTest {
    private static final long MS = 1_000_000;

    private final SyncSchedule schedule = new SyncSchedule();

    @Test
    void givenSeveralWrites_whenAsked_thenTheOldestCounts() {
        assertThat(schedule.isWaiting()).isFalse();
        schedule.came(100 * MS);
        schedule.came(400 * MS);

        assertThat(schedule.isWaiting()).isTrue();
        assertThat(schedule.leftNs(450 * MS)).isEqualTo(150 * MS);
        assertThat(schedule.leftNs(600 * MS)).isZero();
    }

    @Test
    void givenAWriteThatWaitedForASync_whenItIsTaken_thenItsWaitingCounts() {
        schedule.came(0);
        // The sync began at 500 and took 200 ms; the write came in its midst.
        schedule.synced();
        schedule.came(550 * MS);

        assertThat(schedule.leftNs(700 * MS)).isEqualTo(350 * MS);
    }

    @Test
    void givenAClockThatWrapsRound_whenAsked_thenItIsRight() {
        schedule.came(Long.MAX_VALUE - 10);

        assertThat(schedule.leftNs(Long.MIN_VALUE + 9)).isEqualTo(500 * MS - 20);
    }
}
