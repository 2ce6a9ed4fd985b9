// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import java.util.concurrent.TimeUnit;

/// When the writes of `everysec` are synced: so long after the oldest of them was handed over, whether it got into the file at once or
/// had to wait for a sync that was under way.
///
/// A cut of power takes what is younger than this and the time that the disk needs for a sync. Half a second leaves it the other half.
///
/// Pure: times in nanoseconds of any clock are given to it. Thread: that of its owner.
final class SyncSchedule {
    private static final long SYNC_AFTER_NS = TimeUnit.MILLISECONDS.toNanos(500);

    private boolean waiting;
    private long oldestNs;

    /// Notes a write that was handed over at `handedNs`; they come in order.
    void came(long handedNs) {
        if (!waiting) {
            waiting = true;
            oldestNs = handedNs;
        }
    }

    /// All that came is on disk.
    void synced() {
        waiting = false;
    }

    /// {@return whether anything waits for a sync}
    boolean isWaiting() {
        return waiting;
    }

    /// {@return how long to wait for the sync that is to come next, 0 or less if it is due}
    long leftNs(long nowNs) {
        return oldestNs + SYNC_AFTER_NS - nowNs;
    }
}
