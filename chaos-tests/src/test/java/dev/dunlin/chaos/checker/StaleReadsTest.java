// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import static dev.dunlin.chaos.checker.RegisterHistories.operation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.Operation;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StaleReadsTest {
    private static final long SEED = Long.getLong("seed", 20_261_122L);

    @Test
    void givenHistoriesThatAreLinearizable_whenChecked_thenNoReadIsBad() {
        for (long seed = SEED; seed < SEED + 300; seed++) {
            var random = new SplittableRandom(seed);
            List<Operation> valid = RegisterHistories.valid(random, 5, 60, 20);

            assertThat(StaleReads.check(valid)).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void givenOnePlantedViolation_whenChecked_thenEveryOneIsFound() {
        int planted = 0;
        for (long seed = SEED; planted < 1000; seed++) {
            var random = new SplittableRandom(seed);
            List<Operation> valid = RegisterHistories.valid(random, 4, 40, 10);
            List<Operation> mutant = RegisterHistories.mutant(random, valid);
            if (mutant != null) {
                planted++;
                assertThat(StaleReads.check(mutant)).as("seed %d", seed).isNotEmpty();
            }
        }
    }

    @Test
    void givenAReadThatOverlapsTheNewerWrite_whenChecked_thenTheOlderValueIsFine() {
        List<Operation> operations =
                List.of(
                        operation(0, true, "old", 0, 10, Event.Kind.OK),
                        operation(0, true, "new", 20, 40, Event.Kind.OK),
                        operation(1, false, "old", 30, 50, Event.Kind.OK));

        assertThat(StaleReads.check(operations)).isEmpty();
    }

    @Test
    void givenTheOldValueAfterTheNewOneWasAcknowledged_whenChecked_thenTheReadIsStale() {
        List<Operation> operations =
                List.of(
                        operation(0, true, "old", 0, 10, Event.Kind.OK),
                        operation(0, true, "new", 20, 40, Event.Kind.OK),
                        operation(1, false, "old", 41, 50, Event.Kind.OK));

        assertThat(StaleReads.check(operations))
                .singleElement()
                .satisfies(bad -> assertThat(bad.phantom()).isFalse());
    }

    @Test
    void givenTheValueOfARefusedWrite_whenChecked_thenItIsAPhantom() {
        List<Operation> operations =
                List.of(
                        operation(0, true, "refused", 0, 10, Event.Kind.FAIL),
                        operation(1, false, "refused", 41, 50, Event.Kind.OK));

        assertThat(StaleReads.check(operations))
                .singleElement()
                .satisfies(bad -> assertThat(bad.phantom()).isTrue());
    }
}
