// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import dev.dunlin.clusterbus.engine.Event;
import org.jspecify.annotations.Nullable;

/// Notices when the data loop stops turning, and when it turns again. A bus that went on chatting for a data loop that hangs
/// would keep others from taking over its slots.
final class HostWatch {
    private boolean stalled;

    /// {@return the change to tell the engine, or null when there is none}
    @Nullable Event observe(long millisSinceLastTurn, long nodeTimeoutMs, long nowMs) {
        boolean stalledNow = millisSinceLastTurn > nodeTimeoutMs;
        if (stalledNow == stalled) {
            return null;
        }
        stalled = stalledNow;
        return stalledNow ? new Event.HostStalled(nowMs) : new Event.HostResumed(nowMs);
    }
}
