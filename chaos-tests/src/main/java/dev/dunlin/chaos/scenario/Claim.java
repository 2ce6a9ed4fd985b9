// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.cluster.ServerKind;
import java.util.List;

/// One judged promise of one run.
///
/// @param id short id: `C2`, `C3`, ..., `guard` or `control`
/// @param promise what should hold, in words
/// @param status what came out
/// @param finding the figures
/// @param witness lines that show it; may be empty
public record Claim(
        String id, String promise, Status status, String finding, List<String> witness) {
    /// What came out.
    public enum Status {
        /// Held.
        HELD,
        /// Data promise broken.
        BROKEN,
        /// Not back in time.
        LATE,
        /// The run or its observer is worth nothing.
        BLIND,
        /// The control group shows its known behaviour; no fault of ours.
        CONTROL
    }

    /// A promise about data. Stock Redis is not bound by it, so there it only shows.
    static Claim safety(
            ServerKind kind,
            String id,
            String promise,
            boolean held,
            String finding,
            List<String> witness) {
        Status broken = kind == ServerKind.REDIS ? Status.CONTROL : Status.BROKEN;
        return new Claim(id, promise, held ? Status.HELD : broken, finding, List.copyOf(witness));
    }

    /// A promise about coming back.
    static Claim liveness(String id, String promise, boolean held, String finding) {
        return new Claim(id, promise, held ? Status.HELD : Status.LATE, finding, List.of());
    }

    /// A condition without which the run proves nothing.
    static Claim guard(String promise, boolean held, String finding, List<String> witness) {
        return new Claim(
                "guard", promise, held ? Status.HELD : Status.BLIND, finding, List.copyOf(witness));
    }

    /// A loss that stock Redis is known to show; not finding it means that the harness is blind.
    static Claim control(String expectation, boolean found, String finding) {
        return new Claim(
                "control", expectation, found ? Status.CONTROL : Status.BLIND, finding, List.of());
    }

    /// {@return the verdict of this claim alone}
    public Verdict verdict() {
        return switch (status) {
            case HELD, CONTROL -> Verdict.PASS;
            case LATE -> Verdict.LIVENESS;
            case BLIND -> Verdict.HARNESS;
            case BROKEN -> Verdict.SAFETY;
        };
    }
}
