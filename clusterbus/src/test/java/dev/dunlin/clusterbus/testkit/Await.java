// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.testkit;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Waits for what other threads or processes bring about.
public final class Await {
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private Await() {}

    /// A condition that may ask a process, and so may fail.
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /// Returns as soon as `condition` holds; fails when it does not within `timeoutMs`.
    public static void until(String what, long timeoutMs, Condition condition) throws Exception {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (!condition.holds()) {
            if (System.nanoTime() - deadline > 0) {
                throw new AssertionError("not within " + timeoutMs + " ms: " + what);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /// Fails as soon as `condition` does not hold; returns when it held for `durationMs`.
    public static void holds(String what, long durationMs, Condition condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(durationMs);
        do {
            if (!condition.holds()) {
                throw new AssertionError("did not hold: " + what);
            }
            LockSupport.parkNanos(POLL_NANOS);
        } while (System.nanoTime() - end < 0);
    }
}
