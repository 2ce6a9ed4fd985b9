// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/// The only clock of a running workflow, and its only way to wait.
public interface Pacer {
    /// {@return a clock that only goes forward, in nanoseconds}
    long nowNs();

    /// {@return Unix time in milliseconds}
    long nowMs();

    /// Waits for `duration`, or less when `wake` opens before.
    ///
    /// Throws [InterruptedException] when the control plane is closing.
    void pause(Duration duration, CountDownLatch wake) throws InterruptedException;

    /// The machine's clock.
    Pacer SYSTEM =
            new Pacer() {
                @Override
                public long nowNs() {
                    return System.nanoTime();
                }

                @Override
                public long nowMs() {
                    return System.currentTimeMillis();
                }

                @Override
                public void pause(Duration duration, CountDownLatch wake)
                        throws InterruptedException {
                    boolean _ = wake.await(duration.toNanos(), TimeUnit.NANOSECONDS);
                }
            };
}
