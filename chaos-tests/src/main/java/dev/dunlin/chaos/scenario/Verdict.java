// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

/// What a run says, worst last.
public enum Verdict {
    /// All promises kept; for the control group: all known losses found.
    PASS,
    /// The cluster did not come back in time.
    LIVENESS,
    /// The run proves nothing: nothing happened, the machine stalled, or the harness is blind.
    HARNESS,
    /// A promise about data was broken.
    SAFETY;

    /// {@return the worse of two}
    public Verdict worse(Verdict other) {
        return compareTo(other) >= 0 ? this : other;
    }
}
