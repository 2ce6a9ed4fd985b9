// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.eviction;

/// `maxmemory-eviction-tenacity`: for how long evicting may keep a command waiting before it goes on in the background.
public final class EvictionTime {
    private static final int LINEAR_MAX = 10;
    private static final long NANOS_PER_STEP = 50_000;
    private static final double GROWTH = 1.15;

    private EvictionTime() {}

    /// {@return nanoseconds: up to 10 in steps of 50 us, above in steps of 15 %, without a limit at 100}
    public static long limitNanos(int tenacity) {
        if (tenacity <= LINEAR_MAX) {
            return tenacity * NANOS_PER_STEP;
        }
        if (tenacity >= 100) {
            return Long.MAX_VALUE;
        }
        return (long) (LINEAR_MAX * NANOS_PER_STEP * Math.pow(GROWTH, tenacity - LINEAR_MAX));
    }
}
