// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.workload;

import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/// Measures how late a thread of this machine wakes up. When that comes near the node timeout, elections are the machine's
/// doing and the run proves nothing.
public final class StallMeter implements Workers.Body {
    private static final long INTERVAL_NS = 5_000_000;

    private final AtomicLong worstNs = new AtomicLong();

    /// {@return the worst delay seen, in milliseconds}
    public double worstMs() {
        return worstNs.get() / 1e6;
    }

    /// {@return how many threads wanted to run in the last minute for each processor; 0 where the system does not tell}
    public static double loadPerProcessor() {
        OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
        return Math.max(0, system.getSystemLoadAverage()) / system.getAvailableProcessors();
    }

    @Override
    public void run(BooleanSupplier stopped) {
        while (!stopped.getAsBoolean()) {
            long beforeNs = System.nanoTime();
            LockSupport.parkNanos(INTERVAL_NS);
            long lateNs = System.nanoTime() - beforeNs - INTERVAL_NS;
            worstNs.accumulateAndGet(lateNs, Math::max);
        }
    }
}
