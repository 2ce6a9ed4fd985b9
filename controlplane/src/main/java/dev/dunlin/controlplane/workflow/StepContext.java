// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.controlplane.nodeclient.ClusterSnapshot;
import dev.dunlin.controlplane.nodeclient.NodeClient;
import dev.dunlin.controlplane.nodeclient.NodeException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// What a step has at hand: the nodes, the clock, the meter, and the word that it shall stop.
///
/// Thread: that of the workflow; only `cancelled` is touched by others.
///
/// @param slotsPerSecondMax the limit of the moves as it is now, 0 for none
record StepContext(
        NodeClient client,
        KnownNodes known,
        Pacer pacer,
        RetryPolicy retry,
        ProgressMeter meter,
        CountDownLatch cancelled,
        IntSupplier slotsPerSecondMax) {
    /// Something a step waits for.
    @FunctionalInterface
    interface Condition {
        /// {@return null when it holds, else what is missing}
        @Nullable String missing() throws NodeException, Failure.StepFailed;
    }

    ClusterSnapshot snapshot() throws NodeException {
        return known.snapshot();
    }

    boolean isCancelled() {
        return cancelled.getCount() == 0;
    }

    /// Throws [Failure.StepCancelled] when the workflow shall stop.
    void stopIfCancelled() throws Failure.StepCancelled {
        if (isCancelled()) {
            throw new Failure.StepCancelled();
        }
    }

    void pause(Duration duration) throws InterruptedException {
        pacer.pause(duration, cancelled);
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedException();
        }
    }

    /// Looks until the condition holds. Errors of nodes count as "not yet" while they may pass.
    void await(String what, Condition condition)
            throws Failure.StepFailed, Failure.StepCancelled, InterruptedException {
        long deadlineNs = pacer.nowNs() + retry.deadline().toNanos();
        while (true) {
            stopIfCancelled();
            String missing;
            try {
                missing = condition.missing();
            } catch (NodeException e) {
                if (!e.reason().isTransient()) {
                    throw new Failure.StepFailed(
                            e.reason().name(),
                            what + ": " + e.text(),
                            "nothing was changed by this step",
                            "clusterctl check");
                }
                missing = e.text();
            }
            if (missing == null) {
                return;
            }
            if (pacer.nowNs() - deadlineNs >= 0) {
                throw new Failure.StepFailed(
                        "TIMEOUT",
                        what + ": not within " + retry.deadline().toSeconds() + " s: " + missing,
                        "the steps before it are done",
                        "clusterctl workflow retry WORKFLOW (after clusterctl check)");
            }
            meter.stalled(missing);
            pause(retry.poll());
        }
    }
}
