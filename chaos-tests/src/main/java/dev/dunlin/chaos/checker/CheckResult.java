// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import java.util.List;

/// What a checker concluded.
public sealed interface CheckResult {
    /// The promise was kept.
    record Valid() implements CheckResult {}

    /// The promise was broken; the witness is short and readable on its own.
    record Invalid(List<String> witness) implements CheckResult {}

    /// The checker could not decide. Never counts as kept.
    record Unknown(String reason) implements CheckResult {}

    /// {@return valid when there is no witness, else invalid}
    static CheckResult of(List<String> witness) {
        return witness.isEmpty() ? new Valid() : new Invalid(List.copyOf(witness));
    }
}
