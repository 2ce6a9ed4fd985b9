// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import org.jspecify.annotations.Nullable;

/// How far a workflow is.
///
/// @param currentStep the step being carried out, empty before the first and after the last
/// @param keysTotal as counted when the move began; clients may add and remove keys meanwhile
/// @param eta null until there is enough evidence
/// @param stallReason why nothing moves, empty while it moves
public record Progress(
        int stepsDone,
        int stepsTotal,
        String currentStep,
        int slotsDone,
        int slotsTotal,
        long keysDone,
        long keysTotal,
        double keysPerSecond,
        double slotsPerSecond,
        @Nullable Eta eta,
        String stallReason) {
    /// Time left.
    ///
    /// @param low if everything goes as well as it went at its best
    /// @param high if it goes as badly as it went at its worst
    public record Eta(double seconds, double low, double high) {}

    /// {@return the progress of a workflow that has done `stepsDone` steps and is idle}
    static Progress idle(int stepsDone, int stepsTotal, int slotsDone, int slotsTotal) {
        return new Progress(stepsDone, stepsTotal, "", slotsDone, slotsTotal, 0, 0, 0, 0, null, "");
    }
}
