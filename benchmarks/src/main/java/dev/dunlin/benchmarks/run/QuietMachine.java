// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.os.Cores;
import dev.dunlin.benchmarks.os.Pinning;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/// Waits for the cores to be idle before a round begins, since most of what spoils a round has begun before it.
///
/// A machine that never gets quiet does not stop the run: when a test has used up its waiting time, its rounds are tried anyway,
/// and their samples tell.
final class QuietMachine {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final Pinning pinning;
    private final double othersShareMax;
    private long waitLeftNanos;

    /// @param waitMax longest wait in all
    QuietMachine(Pinning pinning, double othersShareMax, Duration waitMax) {
        this.pinning = pinning;
        this.othersShareMax = othersShareMax;
        this.waitLeftNanos = waitMax.toNanos();
    }

    /// Returns as soon as one look saw the cores idle, or when no waiting time is left.
    void await() throws IOException {
        do {
            Cores before = Cores.now();
            long from = System.nanoTime();
            LockSupport.parkNanos(LOOK_NANOS);
            long elapsed = System.nanoTime() - from;
            if (busyNanos(before, Cores.now()) <= othersShareMax * elapsed) {
                return;
            }
            waitLeftNanos -= elapsed;
        } while (waitLeftNanos > 0);
    }

    private double busyNanos(Cores before, Cores after) {
        return pinning.cores()
                .map(c ->
                        Math.max(
                                after.busyNanosSince(before, c.server()),
                                after.busyNanosSince(before, c.generator())))
                .orElseGet(() ->
                        IntStream.range(0, after.busyTicks().size())
                                .mapToLong(core -> after.busyNanosSince(before, core))
                                .sum());
    }
}
