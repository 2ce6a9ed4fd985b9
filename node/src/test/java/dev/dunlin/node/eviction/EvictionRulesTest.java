// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.eviction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.config.Directives;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EvictionRulesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 50000",
        "10, 500000",
        "11, 575000",
        "20, 2022778",
        "100, 9223372036854775807"
    })
    void givenTenacity_whenAsked_thenTheTimeGrowsByStepsAndThenByFactors(int tenacity, long nanos) {
        assertThat(EvictionTime.limitNanos(tenacity)).isEqualTo(nanos);
    }

    @ParameterizedTest
    @CsvSource({
        "1000, 1000, 0",
        "1000, 1100, 0",
        "10000, 10499, 0",
        "10000, 10500, 1",
        "10000, 15250, 13",
        "10000, 20000, 25",
        "10000, 90000, 25",
        "0, 1000, 25"
    })
    void givenWaste_whenItPassesTheBounds_thenEffortRisesWithIt(
            long used, long resident, int percent) {
        var effort = new DefragEffort(100, 5, 100, 1, 25);

        assertThat(effort.percent(used, resident)).isEqualTo(percent);
    }

    @Test
    void givenTenacityOf99_whenAsked_thenItIsAboutTwoMinutes() {
        assertThat(EvictionTime.limitNanos(99) / 1_000_000_000).isBetween(100L, 140L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "volatile-lru",
                "volatile-lfu",
                "volatile-random",
                "volatile-ttl",
                "allkeys-lru",
                "allkeys-lfu",
                "allkeys-random",
                "noeviction"
            })
    void givenEveryName_whenRead_thenThePolicyIsWhatItSays(String name) {
        assertThat(Directives.MAX_MEMORY_POLICY.type().parse(java.util.List.of(name)))
                .isEqualTo(name);
        EvictionPolicy policy = EvictionPolicy.of(name);

        assertThat(policy.onlyExpiring()).isEqualTo(name.startsWith("volatile"));
        assertThat(policy.order())
                .isEqualTo(
                        switch (name.substring(name.indexOf('-') + 1)) {
                            case "lru" -> EvictionPolicy.Order.IDLE;
                            case "lfu" -> EvictionPolicy.Order.FREQUENCY;
                            case "random" -> EvictionPolicy.Order.RANDOM;
                            case "ttl" -> EvictionPolicy.Order.EXPIRY;
                            default -> EvictionPolicy.Order.NONE;
                        });
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0, 0",
        "0, 1000000, 0",
        "1000000, 0, 1000000",
        "1000, 0, 131072",
        "5%, 0, 0",
        "0%, 100000000, 0",
        "5%, 100000000, 5000000",
        "1%, 1000, 131072"
    })
    void givenClientLimit_whenItIsAShare_thenItIsOneOfMaxmemory(
            String setting, long memoryBytesMax, long bytes) {
        assertThat(ClientLimit.bytes(setting, memoryBytesMax)).isEqualTo(bytes);
    }
}
