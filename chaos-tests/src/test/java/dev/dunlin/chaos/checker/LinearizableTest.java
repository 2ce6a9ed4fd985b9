// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import static dev.dunlin.chaos.checker.RegisterHistories.operation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LinearizableTest {
    private static final long SEED = Long.getLong("seed", 20_261_122L);

    @Test
    void givenHistoriesThatAreLinearizable_whenChecked_thenAllAreAccepted() {
        for (long seed = SEED; seed < SEED + 300; seed++) {
            var random = new SplittableRandom(seed);
            List<Operation> valid =
                    RegisterHistories.valid(random, 2 + random.nextInt(5), 60, random.nextInt(30));

            CheckResult result = Linearizable.check(valid);

            assertThat(result).as("seed %d", seed).isInstanceOf(CheckResult.Valid.class);
        }
    }

    @Test
    void givenOnePlantedViolation_whenChecked_thenEveryOneIsFound() {
        int planted = 0;
        for (long seed = SEED; planted < 1000; seed++) {
            var random = new SplittableRandom(seed);
            List<Operation> valid =
                    RegisterHistories.valid(random, 2 + random.nextInt(4), 40, random.nextInt(20));
            List<Operation> mutant = RegisterHistories.mutant(random, valid);
            if (mutant != null) {
                planted++;

                CheckResult result = Linearizable.check(mutant);

                assertThat(result).as("seed %d", seed).isInstanceOf(CheckResult.Invalid.class);
            }
        }
    }

    @Test
    void givenTinyRandomHistories_whenChecked_thenTheAnswerIsThatOfTryingAllOrders() {
        int invalid = 0;
        for (long seed = SEED; seed < SEED + 4000; seed++) {
            var random = new SplittableRandom(seed);
            List<Operation> tiny = tiny(random);

            boolean expected = someOrderWorks(tiny, new ArrayList<>(), null);
            CheckResult result = Linearizable.check(tiny);

            assertThat(result instanceof CheckResult.Valid)
                    .as("seed %d: %s", seed, tiny)
                    .isEqualTo(expected);
            invalid += expected ? 0 : 1;
        }
        // The comparison means something only when both answers are common.
        assertThat(invalid).isBetween(400, 3600);
    }

    @Test
    void givenAnUnknownWriteThatIsReadMuchLater_whenChecked_thenItMayTakeEffectThen() {
        List<Operation> operations =
                List.of(
                        operation(0, true, "a", 0, Operation.OPEN, Event.Kind.INFO),
                        operation(1, true, "b", 10, 20, Event.Kind.OK),
                        operation(2, false, "b", 30, 40, Event.Kind.OK),
                        operation(2, false, "a", 50, 60, Event.Kind.OK));

        assertThat(Linearizable.check(operations)).isInstanceOf(CheckResult.Valid.class);
    }

    @Test
    void givenAnUnknownWriteThatIsReadTwiceAroundAnother_whenChecked_thenItIsInvalid() {
        List<Operation> operations =
                List.of(
                        operation(0, true, "a", 0, Operation.OPEN, Event.Kind.INFO),
                        operation(2, false, "a", 5, 8, Event.Kind.OK),
                        operation(1, true, "b", 10, 20, Event.Kind.OK),
                        operation(2, false, "a", 50, 60, Event.Kind.OK));

        assertThat(Linearizable.check(operations)).isInstanceOf(CheckResult.Invalid.class);
    }

    @Test
    void givenARefusedWriteThatIsRead_whenChecked_thenItIsInvalid() {
        List<Operation> operations =
                List.of(
                        operation(0, true, "a", 0, 10, Event.Kind.FAIL),
                        operation(1, false, "a", 20, 30, Event.Kind.OK));

        assertThat(Linearizable.check(operations)).isInstanceOf(CheckResult.Invalid.class);
    }

    @Test
    void givenOneVerySlowOperation_whenHundredsOverlapIt_thenTheWindowGrows() {
        List<Operation> operations = new ArrayList<>();
        operations.add(operation(0, true, "slow", 0, 1_000_000, Event.Kind.OK));
        for (int count = 0; count < 300; count++) {
            long atNs = 10 + count * 20L;
            operations.add(operation(1, true, "v" + count, atNs, atNs + 5, Event.Kind.OK));
            operations.add(operation(1, false, "v" + count, atNs + 8, atNs + 12, Event.Kind.OK));
        }
        operations.add(operation(2, false, "slow", 1_000_100, 1_000_200, Event.Kind.OK));

        assertThat(Linearizable.check(operations)).isInstanceOf(CheckResult.Valid.class);
    }

    @Test
    void givenMoreWorkThanTheCapAllows_whenChecked_thenTheAnswerIsUnknown() {
        List<Operation> operations = new ArrayList<>();
        for (int process = 0; process < 14; process++) {
            operations.add(operation(process, true, "v" + process, process, 1000, Event.Kind.OK));
        }
        operations.add(operation(20, false, "never", 2000, 2001, Event.Kind.OK));

        CheckResult result = Linearizable.check(operations, false, 1000);

        assertThat(result).isInstanceOf(CheckResult.Unknown.class);
    }

    @Test
    void givenAnyStartingValue_whenTheFirstReadSeesAForeignOne_thenItIsTakenAsTheStart() {
        List<Operation> operations =
                List.of(
                        operation(0, false, "older", 0, 10, Event.Kind.OK),
                        operation(0, true, "a", 20, 30, Event.Kind.OK),
                        operation(0, false, "older", 40, 50, Event.Kind.OK));

        CheckResult upToTheRead =
                Linearizable.check(operations.subList(0, 2), true, Linearizable.CONFIGURATIONS_MAX);
        CheckResult whole = Linearizable.check(operations, true, Linearizable.CONFIGURATIONS_MAX);

        assertThat(upToTheRead).isInstanceOf(CheckResult.Valid.class);
        assertThat(whole).isInstanceOf(CheckResult.Invalid.class);
    }

    @Test
    void givenAnInvalidHistory_whenChecked_thenTheWitnessNamesTheReadThatCannotBe() {
        List<Operation> operations =
                List.of(
                        operation(0, true, "a", 0, 10, Event.Kind.OK),
                        operation(0, true, "b", 20, 30, Event.Kind.OK),
                        operation(7, false, "a", 40, 50, Event.Kind.OK));

        CheckResult result = Linearizable.check(operations);

        assertThat(result).isInstanceOf(CheckResult.Invalid.class);
        assertThat(((CheckResult.Invalid) result).witness())
                .anyMatch(line -> line.contains("value is then b"))
                .anyMatch(line -> line.contains("read k = a") && line.contains("process 7"));
    }

    private static List<Operation> tiny(SplittableRandom random) {
        List<Operation> operations = new ArrayList<>();
        int count = 2 + random.nextInt(5);
        for (int index = 0; index < count; index++) {
            boolean write = random.nextBoolean();
            // Odd and even times never meet, so that no two moments are equal.
            long invokeNs = random.nextLong(40) * 2;
            long completeNs = invokeNs + 1 + random.nextLong(20) * 2;
            boolean info = write && random.nextInt(4) == 0;
            String value = write ? "v" + index : readable(random, count);
            operations.add(
                    operation(
                            index,
                            write,
                            value,
                            invokeNs,
                            info ? Operation.OPEN : completeNs,
                            info ? Event.Kind.INFO : Event.Kind.OK));
        }
        return operations;
    }

    private static @Nullable String readable(SplittableRandom random, int count) {
        int index = random.nextInt(count + 1);
        return index == count ? null : "v" + index;
    }

    private static boolean someOrderWorks(
            List<Operation> left, List<Operation> done, @Nullable String value) {
        if (left.stream().noneMatch(Operation::ok)) {
            return true;
        }
        for (Operation next : left) {
            boolean mustWait = left.stream().anyMatch(other -> other.ok() && other.precedes(next));
            boolean legal = next.write() || Objects.equals(next.value(), value);
            if (!mustWait && legal) {
                List<Operation> rest = new ArrayList<>(left);
                rest.remove(next);
                if (someOrderWorks(rest, done, next.write() ? next.value() : value)) {
                    return true;
                }
            }
        }
        return false;
    }
}
