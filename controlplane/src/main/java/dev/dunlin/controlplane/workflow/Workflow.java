// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/// A plan being run, and what became of it.
///
/// ```
/// RUNNING    -> SUCCEEDED | FAILED | CANCELLING
/// CANCELLING -> CANCELLED | FAILED | SUCCEEDED   (the last when it was done before it heard)
/// FAILED     -> RUNNING                          (retry)
/// CANCELLED  -> RUNNING                          (retry)
/// ```
///
/// Thread: its own virtual thread runs it; anyone may read its status, wait for a change, or ask it to stop.
public final class Workflow {
    /// Where it stands.
    public enum State {
        RUNNING,
        CANCELLING,
        SUCCEEDED,
        FAILED,
        CANCELLED;

        /// {@return whether nothing happens any more}
        public boolean ended() {
            return this != RUNNING && this != CANCELLING;
        }

        boolean mayBecome(State next) {
            Set<State> allowed =
                    switch (this) {
                        case RUNNING -> EnumSet.of(SUCCEEDED, FAILED, CANCELLING);
                        case CANCELLING -> EnumSet.of(CANCELLED, FAILED, SUCCEEDED);
                        case FAILED, CANCELLED -> EnumSet.of(RUNNING);
                        case SUCCEEDED -> EnumSet.noneOf(State.class);
                    };
            return allowed.contains(next);
        }
    }

    /// All there is to know at one moment.
    ///
    /// @param endedMs 0 while it runs
    /// @param failure null unless it failed
    /// @param slotsPerSecondMax slots move no faster than this; 0 is no limit
    /// @param cursor rises with every change
    public record Status(
            String id,
            Plan plan,
            State state,
            String requestId,
            String reason,
            long createdMs,
            long endedMs,
            int stepsDone,
            Progress progress,
            @Nullable Failure failure,
            int slotsPerSecondMax,
            long cursor) {}

    private Status status;
    private CountDownLatch cancelled = new CountDownLatch(1);

    Workflow(
            String id,
            Plan plan,
            String requestId,
            String reason,
            int slotsPerSecondMax,
            long createdMs) {
        status =
                new Status(
                        id,
                        plan,
                        State.RUNNING,
                        requestId,
                        reason,
                        createdMs,
                        0,
                        0,
                        Progress.idle(0, plan.steps().size(), 0, plan.slotsToMove()),
                        null,
                        slotsPerSecondMax,
                        1);
    }

    /// {@return what it is now}
    public synchronized Status status() {
        return status;
    }

    /// Waits until the cursor is beyond `cursor`, or `millis` have passed.
    ///
    /// {@return what it is then}
    public synchronized Status awaitChange(long cursor, long millis) throws InterruptedException {
        long deadlineNs = System.nanoTime() + millis * 1_000_000;
        while (status.cursor <= cursor) {
            long leftMs = (deadlineNs - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                break;
            }
            wait(leftMs);
        }
        return status;
    }

    /// {@return the latch that opens when it shall stop}
    synchronized CountDownLatch cancelled() {
        return cancelled;
    }

    synchronized void moveTo(State next, @Nullable Failure failure, long nowMs) {
        if (!status.state.mayBecome(next)) {
            throw new IllegalStateException(
                    "workflow " + status.id + " cannot go from " + status.state + " to " + next);
        }
        if (next == State.CANCELLING) {
            cancelled.countDown();
        } else if (next == State.RUNNING) {
            cancelled = new CountDownLatch(1);
        }
        set(next, next.ended() ? nowMs : 0, status.stepsDone, status.progress, failure);
    }

    synchronized void stepDone(int stepsDone) {
        set(status.state, status.endedMs, stepsDone, status.progress, status.failure);
    }

    synchronized void limit(int slotsPerSecondMax) {
        status =
                new Status(
                        status.id,
                        status.plan,
                        status.state,
                        status.requestId,
                        status.reason,
                        status.createdMs,
                        status.endedMs,
                        status.stepsDone,
                        status.progress,
                        status.failure,
                        slotsPerSecondMax,
                        status.cursor + 1);
        notifyAll();
    }

    synchronized void progress(Progress progress) {
        set(status.state, status.endedMs, status.stepsDone, progress, status.failure);
    }

    private void set(
            State state,
            long endedMs,
            int stepsDone,
            Progress progress,
            @Nullable Failure failure) {
        status =
                new Status(
                        status.id,
                        status.plan,
                        state,
                        status.requestId,
                        status.reason,
                        status.createdMs,
                        endedMs,
                        stepsDone,
                        progress,
                        failure,
                        status.slotsPerSecondMax,
                        status.cursor + 1);
        notifyAll();
    }
}
