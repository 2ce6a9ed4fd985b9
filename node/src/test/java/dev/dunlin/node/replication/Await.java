// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/// Waits for a condition, with a deadline.
final class Await {
    private static final long DEADLINE_NS = 20_000_000_000L;
    private static final long PAUSE_NS = 5_000_000L;

    private Await() {}

    static void until(String what, Callable<Boolean> condition) throws Exception {
        long startNs = System.nanoTime();
        while (!condition.call()) {
            if (System.nanoTime() - startNs > DEADLINE_NS) {
                throw new AssertionError("not in time: " + what);
            }
            LockSupport.parkNanos(PAUSE_NS);
        }
    }
}
