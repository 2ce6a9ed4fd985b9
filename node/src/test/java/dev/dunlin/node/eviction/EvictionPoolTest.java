// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvictionPoolTest {
    private final EvictionPool pool = new EvictionPool();

    private long best() {
        return pool.score(pool.size() - 1);
    }

    @Test
    void givenFewCandidates_whenTaken_thenTheHighestScoreComesFirst() {
        for (long score : new long[] {5, 9, 1, 7}) {
            pool.offer(score, 0, 0, (int) score, score);
        }

        List<Long> taken = new ArrayList<>();
        while (pool.size() > 0) {
            assertThat(pool.ref(pool.size() - 1)).isEqualTo((int) best());
            taken.add(best());
            pool.removeLast();
        }
        assertThat(taken).containsExactly(9L, 7L, 5L, 1L);
    }

    @Test
    void givenTheSameEntryTwice_whenOffered_thenItTakesOnePlace() {
        pool.offer(5, 0, 0, 1, 77);
        pool.offer(6, 0, 0, 1, 77);
        pool.offer(5, 1, 0, 1, 77);

        assertThat(pool.size()).isEqualTo(2);
    }

    @Test
    void givenFullPool_whenALowScoreComes_thenItIsNotWanted() {
        for (int i = 0; i < EvictionPool.CAPACITY; i++) {
            pool.offer(10 + i, 0, 0, i + 1, i);
        }

        assertThat(pool.wants(10)).isFalse();
        assertThat(pool.wants(11)).isTrue();
        pool.offer(3, 0, 0, 99, 99);
        assertThat(pool.score(0)).isEqualTo(10);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void givenManyCandidates_whenOffered_thenTheBestSixteenAreKeptInOrder(long seed) {
        var random = new SplittableRandom(seed);
        List<Long> all = new ArrayList<>();
        for (int i = 1; i <= 1000; i++) {
            long score = random.nextLong(500);
            all.add(score);
            pool.offer(score, random.nextInt(4), random.nextInt(100), i, i * 31L);
        }
        all.sort(Comparator.naturalOrder());

        List<Long> kept = new ArrayList<>();
        for (int i = 0; i < pool.size(); i++) {
            kept.add(pool.score(i));
            assertThat(pool.hash(i)).isEqualTo(pool.ref(i) * 31L);
        }
        assertThat(kept)
                .describedAs("seed %d", seed)
                .isEqualTo(all.subList(all.size() - EvictionPool.CAPACITY, all.size()));
    }
}
