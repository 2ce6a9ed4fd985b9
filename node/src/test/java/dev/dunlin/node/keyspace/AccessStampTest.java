// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.SlabAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessStampTest {
    private static final long MINUTE_MS = 60_000;

    private final SlabAllocator allocator = SlabAllocator.create(1 << 20);
    private final long entry = allocator.address(allocator.allocate(64));
    private final AccessStamp stamp = new AccessStamp();
    private long nowMs = 1_700_000_000_000L;

    AccessStampTest() {
        stamp.time(nowMs);
        Entry.initialize(entry, ValueKind.STRING, 1, 1, false, stamp.fresh());
    }

    @AfterEach
    void close() {
        allocator.close();
    }

    private void pass(long ms) {
        nowMs += ms;
        stamp.time(nowMs);
    }

    private int frequency() {
        return stamp.frequency(Entry.access(entry));
    }

    @Test
    void givenTimes_whenSecondsPass_thenTheEntryIsIdleForThem() {
        pass(12_300);
        assertThat(stamp.idleSeconds(Entry.access(entry))).isBetween(12, 13);

        stamp.touch(entry);
        assertThat(stamp.idleSeconds(Entry.access(entry))).isZero();
    }

    @Test
    void givenClockThatGoesRound_whenAsked_thenIdleTimeIsRightAllTheSame() {
        nowMs = (1L << 24) * 1000 * 102 - 5000;
        stamp.time(nowMs);
        stamp.touch(entry);
        pass(20_000);

        assertThat(stamp.idleSeconds(Entry.access(entry))).isEqualTo(20);
    }

    @Test
    void givenIdleTimeFromElsewhere_whenRestored_thenItIsThat() {
        assertThat(stamp.idleSeconds(stamp.restored(1000, -1))).isEqualTo(1000);
        assertThat(stamp.idleSeconds(stamp.restored(-1, 20))).isZero();
        // Longer than the clock goes round: long, whatever it is.
        assertThat(stamp.idleSeconds(stamp.restored(1L << 30, -1))).isGreaterThan(1 << 22);
    }

    @Test
    void givenCounts_whenKeyIsNew_thenItBeginsWithFiveAndDecaysByMinutes() {
        stamp.configure(AccessStamp.Recorded.FREQUENCY, 10, 1);
        Entry.access(entry, stamp.fresh());

        assertThat(frequency()).isEqualTo(AccessStamp.FRESH_COUNTER);
        pass(3 * MINUTE_MS);
        assertThat(frequency()).isEqualTo(2);
        pass(300 * MINUTE_MS);
        assertThat(frequency()).isZero();
    }

    @Test
    void givenDecayOfZero_whenTimePasses_thenNothingIsForgotten() {
        stamp.configure(AccessStamp.Recorded.FREQUENCY, 10, 0);
        Entry.access(entry, stamp.restored(-1, 100));
        pass(1000 * MINUTE_MS);

        assertThat(frequency()).isEqualTo(100);
    }

    /// The figures are those of the table in redis.conf.
    @ParameterizedTest
    @CsvSource({"0, 1000, 255", "1, 1000, 49", "10, 1000, 18", "100, 1000, 11", "10, 100000, 142"})
    void givenFactor_whenAccessedSoOften_thenTheCounterIsAboutAsRedisSays(
            int factor, int accesses, int counter) {
        stamp.configure(AccessStamp.Recorded.FREQUENCY, factor, 1);
        double sum = 0;
        int runs = 50;
        for (int run = 0; run < runs; run++) {
            Entry.access(entry, stamp.fresh());
            for (int i = 0; i < accesses; i++) {
                stamp.touch(entry);
            }
            sum += frequency();
        }

        assertThat(sum / runs).isCloseTo(counter, within(Math.max(2.2, counter * 0.06)));
    }
}
