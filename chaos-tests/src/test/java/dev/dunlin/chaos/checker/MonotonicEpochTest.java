// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.History;
import org.junit.jupiter.api.Test;

class MonotonicEpochTest {
    @Test
    void givenAFailover_whenEpochsGrow_thenItIsValid() {
        assertThat(MonotonicEpoch.check(failover("replica:7")))
                .isInstanceOf(CheckResult.Valid.class);
    }

    @Test
    void givenANodeForgetsItsEpoch_whenChecked_thenItIsNamed() {
        CheckResult result = MonotonicEpoch.check(failover("replica:0"));

        assertThat(result).isInstanceOf(CheckResult.Invalid.class);
        assertThat(((CheckResult.Invalid) result).witness())
                .singleElement()
                .asString()
                .contains("n1 goes from epoch 1 back to 0");
    }

    @Test
    void givenTwoPrimariesEndInOneEpoch_whenChecked_thenBothAreNamed() {
        CheckResult result = MonotonicEpoch.check(failover("primary:7"));

        assertThat(result).isInstanceOf(CheckResult.Invalid.class);
        assertThat(((CheckResult.Invalid) result).witness())
                .singleElement()
                .asString()
                .contains("n1", "n4", "epoch 7");
    }

    private static History failover(String oldPrimaryAfterwards) {
        return new WriteHistories()
                .role("n1", "primary:1")
                .role("n4", "replica:1")
                .role("n1", Event.SILENT)
                .role("n4", "primary:7")
                .role("n1", oldPrimaryAfterwards)
                .end();
    }
}
