// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/// Linearizability of registers across one failover under asynchronous replication.
///
/// A register is judged whole first. When that fails, the acknowledged tail of the deposed primary may have been lost, which this mode
/// allows; then what the deposed primary acknowledged and what the others acknowledged must each be linearizable alone, the
/// latter from any starting value.
public final class RegisterCheck {
    private RegisterCheck() {}

    /// What became of the registers.
    ///
    /// @param registers number of registers judged
    /// @param operations number of operations in them
    /// @param seams registers that are only linearizable on either side of the failover
    /// @param result the verdict over all registers
    public record Result(int registers, int operations, List<String> seams, CheckResult result) {}

    /// Judges all keys that `isRegister` accepts.
    public static Result check(
            Map<String, List<Operation>> byKey, Predicate<String> isRegister, FaultWindow window) {
        int registers = 0;
        int operations = 0;
        List<String> seams = new ArrayList<>();
        List<String> witness = new ArrayList<>();
        String undecided = "";
        for (Map.Entry<String, List<Operation>> entry : byKey.entrySet()) {
            if (!isRegister.test(entry.getKey())) {
                continue;
            }
            registers++;
            operations += entry.getValue().size();
            switch (Linearizable.check(entry.getValue())) {
                case CheckResult.Valid() -> {}
                case CheckResult.Unknown(String reason) ->
                        undecided = entry.getKey() + ": " + reason;
                case CheckResult.Invalid(List<String> whole) -> {
                    if (window.promoted() && sidesAreLinearizable(entry.getValue(), window)) {
                        seams.add(entry.getKey() + ": " + whole.getFirst());
                    } else {
                        witness.addAll(whole);
                    }
                }
            }
        }
        CheckResult result =
                witness.isEmpty() && !undecided.isEmpty()
                        ? new CheckResult.Unknown(undecided)
                        : CheckResult.of(witness);
        return new Result(registers, operations, seams, result);
    }

    private static boolean sidesAreLinearizable(List<Operation> operations, FaultWindow window) {
        List<Operation> before = new ArrayList<>();
        List<Operation> after = new ArrayList<>();
        for (Operation operation : operations) {
            boolean unknown = operation.kind() == Event.Kind.INFO;
            boolean deposed = operation.node().equals(window.deposed());
            if (deposed || unknown) {
                before.add(operation);
            }
            if (!deposed || unknown) {
                after.add(operation);
            }
        }
        return Linearizable.check(before) instanceof CheckResult.Valid
                && Linearizable.check(after, true, Linearizable.CONFIGURATIONS_MAX)
                        instanceof CheckResult.Valid;
    }
}
