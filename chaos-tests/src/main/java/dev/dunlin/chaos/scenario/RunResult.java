// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one run brought.
///
/// @param plan what was to be done
/// @param claims the judged claims; empty when the run could not be carried out
/// @param measures figures
/// @param evidence what the report draws; null when the run could not be carried out
/// @param failure why it could not be carried out; null otherwise
/// @param durationMs wall time including start and stop of the cluster
public record RunResult(
        RunPlan plan,
        List<Claim> claims,
        Map<Measure, Double> measures,
        @Nullable Evidence evidence,
        @Nullable String failure,
        long durationMs) {
    /// {@return the worst of all claims}
    public Verdict verdict() {
        return claims.stream()
                .map(Claim::verdict)
                .reduce(failure == null ? Verdict.PASS : Verdict.HARNESS, Verdict::worse);
    }
}
