// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import dev.dunlin.chaos.scenario.Verdict;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a fault of the disk brought.
///
/// @param server label of what ran
/// @param setting how it kept its data
/// @param fault what happened
/// @param acked operations acknowledged in all
/// @param refusals how often each error came
/// @param ended whether the process ended by itself
/// @param longestReadMs the longest wait of a read while the fault lasted
/// @param resumedMs from the repair to the next acknowledged write; negative when it did not come to that
/// @param lost acknowledged operations that were gone after the repair and a `kill -9`
/// @param violations what must never be
/// @param failure why the run says nothing; null when it does
public record DiskResult(
        String server,
        Setting setting,
        DiskFault fault,
        long acked,
        Map<String, Integer> refusals,
        boolean ended,
        double longestReadMs,
        double resumedMs,
        long lost,
        List<String> violations,
        @Nullable String failure) {
    /// {@return what it says}
    public Verdict verdict() {
        if (failure != null) {
            return Verdict.HARNESS;
        }
        if (!violations.isEmpty()) {
            return Verdict.SAFETY;
        }
        return !ended && fault.heals() && resumedMs < 0 ? Verdict.LIVENESS : Verdict.PASS;
    }
}
