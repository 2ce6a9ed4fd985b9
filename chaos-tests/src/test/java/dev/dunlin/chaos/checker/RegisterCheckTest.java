// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.Operation;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RegisterCheckTest {
    private static final FaultWindow WINDOW = WriteHistories.WINDOW;

    @Test
    void givenTheTailOfTheDeposedPrimaryWasLost_whenChecked_thenItIsASeamAndNoViolation() {
        List<Operation> operations =
                List.of(
                        on("n1", true, "a", 0, 10),
                        on("n1", true, "b", 20, 30),
                        on("n4", false, "a", 21_000, 21_010),
                        on("n4", true, "c", 21_020, 21_030));

        RegisterCheck.Result result = check(operations, WINDOW);

        assertThat(result.result()).isInstanceOf(CheckResult.Valid.class);
        assertThat(result.seams()).hasSize(1);
    }

    @Test
    void givenTheSameWithoutAFailover_whenChecked_thenItIsAViolation() {
        List<Operation> operations =
                List.of(
                        on("n1", true, "a", 0, 10),
                        on("n1", true, "b", 20, 30),
                        on("n1", false, "a", 21_000, 21_010));
        var noFailover =
                new FaultWindow("n1", 10_000, 10_010, FaultWindow.NEVER, FaultWindow.NEVER);

        assertThat(check(operations, noFailover).result()).isInstanceOf(CheckResult.Invalid.class);
    }

    @Test
    void givenTheSuccessorLosesItsOwnWrite_whenChecked_thenItIsAViolation() {
        List<Operation> operations =
                List.of(
                        on("n1", true, "a", 0, 10),
                        on("n4", true, "b", 21_000, 21_010),
                        on("n4", false, "a", 21_020, 21_030));

        assertThat(check(operations, WINDOW).result()).isInstanceOf(CheckResult.Invalid.class);
    }

    private static RegisterCheck.Result check(List<Operation> operations, FaultWindow window) {
        return RegisterCheck.check(Map.of("k", operations), _ -> true, window);
    }

    private static Operation on(
            String node, boolean write, @Nullable String value, long invokeNs, long completeNs) {
        return new Operation(
                invokeNs, 0, write, "k", value, node, invokeNs, completeNs, Event.Kind.OK, null);
    }
}
