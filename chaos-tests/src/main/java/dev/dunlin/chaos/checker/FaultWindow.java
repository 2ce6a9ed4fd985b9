// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

/// When the one fault of a run happened, and to whom; nanoseconds of the history.
///
/// @param deposed the primary that was hit
/// @param startNs the fault was asked for
/// @param doneNs the fault was in place
/// @param promotedNs another node of the shard first acknowledged a write; [#NEVER] when none did
/// @param healNs the heal was asked for; [#NEVER] when there was none
public record FaultWindow(String deposed, long startNs, long doneNs, long promotedNs, long healNs) {
    /// The time of what did not happen.
    public static final long NEVER = Long.MAX_VALUE;

    /// {@return whether another node took over}
    public boolean promoted() {
        return promotedNs != NEVER;
    }
}
