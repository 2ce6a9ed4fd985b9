// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import dev.dunlin.chaos.cluster.ServerKind;
import dev.dunlin.chaos.scenario.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one crash brought.
///
/// @param number of the run within its plan, from 1
/// @param acked operations that were acknowledged in it
/// @param lost of these, how many are gone
/// @param oldestLostMs age of the oldest lost one at the crash; 0 when none is lost
/// @param lostBeforeSave of the lost ones, how many the last complete save must have had
/// @param readyMs from the start of the process until it served, in milliseconds
/// @param underWay whether a save or a rewrite was going on
/// @param violations what must never be
/// @param failure why the run says nothing; null when it does
/// @param late why the node did not come back; null when it did
public record CrashResult(
        int number,
        long acked,
        long lost,
        double oldestLostMs,
        long lostBeforeSave,
        double readyMs,
        boolean underWay,
        List<String> violations,
        @Nullable String failure,
        @Nullable String late) {
    /// Redis documents a second and allows itself two while an fsync is slow.
    private static final double SECOND_MS = 1_000;

    /// An fsync that was under way when the second was over.
    private static final double ONE_FSYNC_MS = 500;

    /// {@return whether the promise was kept, the machine was in the way, or worse}
    public Verdict verdict(CrashPlan plan) {
        if (failure != null) {
            return Verdict.HARNESS;
        }
        if (!violations.isEmpty() || !kept(plan)) {
            return Verdict.SAFETY;
        }
        return late == null ? Verdict.PASS : Verdict.LIVENESS;
    }

    private boolean kept(CrashPlan plan) {
        double second = plan.server().kind() == ServerKind.REDIS ? 2 * SECOND_MS : SECOND_MS;
        boolean power = plan.crash() == Crash.POWER;
        return switch (plan.setting().promise()) {
            case NOTHING_LOST -> lost == 0;
            case ONE_SECOND -> oldestLostMs <= second + (power ? ONE_FSYNC_MS : 0);
            case KERNEL_HAS_IT -> power || oldestLostMs <= second;
            case SINCE_LAST_SAVE -> lostBeforeSave == 0;
        };
    }
}
