// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.ArrayList;
import java.util.List;

/// Clients blocked in WAIT and WAITAOF: each wants some number of replicas, or of disks, to have some offset, or its time to run out.
///
/// Thread: the node's loop. The number of waits is bounded by the number of connections.
public final class AckWaits {
    /// A deadline that never comes (WAIT with timeout 0).
    public static final long NEVER = Long.MAX_VALUE;

    /// What a client waits for.
    @FunctionalInterface
    public interface Goal {
        /// {@return whether it has come}
        boolean isReached(ReplicaAcks acks);
    }

    /// One blocked client.
    public static final class Wait {
        private final Goal goal;
        private final long deadlineMs;
        private final Runnable onDone;

        private Wait(Goal goal, long deadlineMs, Runnable onDone) {
            this.goal = goal;
            this.deadlineMs = deadlineMs;
            this.onDone = onDone;
        }
    }

    private final List<Wait> waits = new ArrayList<>();

    /// Blocks a client.
    ///
    /// @param onDone told when the wait is over
    /// @return a handle for [#cancel]
    public Wait add(Goal goal, long deadlineMs, Runnable onDone) {
        Wait wait = new Wait(goal, deadlineMs, onDone);
        waits.add(wait);
        return wait;
    }

    /// The client is gone; it gets no answer.
    public void cancel(Wait wait) {
        waits.remove(wait);
    }

    /// {@return whether anybody waits}
    public boolean isEmpty() {
        return waits.isEmpty();
    }

    /// Answers who can be answered: after ACKs came, and about every 100 ms for the deadlines.
    public void check(ReplicaAcks acks, long nowMs) {
        if (waits.isEmpty()) {
            return;
        }
        List<Wait> done = new ArrayList<>();
        for (Wait wait : waits) {
            if (nowMs >= wait.deadlineMs || wait.goal.isReached(acks)) {
                done.add(wait);
            }
        }
        waits.removeAll(done);
        for (Wait wait : done) {
            wait.onDone.run();
        }
    }

    /// Forgets everybody without an answer: the node is no primary any more, and its blocked clients are unblocked with an
    /// error by their owner.
    public void cancelAll() {
        waits.clear();
    }
}
