// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.workload;

import java.util.concurrent.locks.LockSupport;

/// A fixed rate. A late caller continues at the next slot from now, so that a stall is not followed by a burst.
///
/// Thread: one owner.
final class Pace {
    private final long intervalNs;
    private long nextNs = System.nanoTime();

    Pace(double perSecond) {
        intervalNs = (long) (1e9 / perSecond);
    }

    /// Waits for the next slot, or until the thread is interrupted.
    void await() {
        long nowNs = System.nanoTime();
        nextNs = Math.max(nextNs + intervalNs, nowNs - intervalNs);
        while (nowNs < nextNs && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(nextNs - nowNs);
            nowNs = System.nanoTime();
        }
    }
}
