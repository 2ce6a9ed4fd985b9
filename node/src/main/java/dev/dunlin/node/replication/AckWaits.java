// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/// Clients blocked in WAIT: each wants some number of replicas to have some offset, or its time to run out.
///
/// Thread: the node's loop. The number of waits is bounded by the number of connections.
public final class AckWaits {
    /// A deadline that never comes (WAIT with timeout 0).
    public static final long NEVER = Long.MAX_VALUE;

    /// One blocked client.
    public static final class Wait {
        private final int replicas;
        private final long offset;
        private final long deadlineMs;
        private final IntConsumer onDone;

        private Wait(int replicas, long offset, long deadlineMs, IntConsumer onDone) {
            this.replicas = replicas;
            this.offset = offset;
            this.deadlineMs = deadlineMs;
            this.onDone = onDone;
        }
    }

    private final List<Wait> waits = new ArrayList<>();

    /// Blocks a client.
    ///
    /// @param onDone gets the number of replicas that had the offset in the end
    /// @return a handle for [#cancel]
    public Wait add(int replicas, long offset, long deadlineMs, IntConsumer onDone) {
        Wait wait = new Wait(replicas, offset, deadlineMs, onDone);
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
            if (nowMs >= wait.deadlineMs || acks.countAcked(wait.offset) >= wait.replicas) {
                done.add(wait);
            }
        }
        waits.removeAll(done);
        for (Wait wait : done) {
            wait.onDone.accept(acks.countAcked(wait.offset));
        }
    }

    /// Forgets everybody without an answer: the node is no primary any more, and its blocked clients are unblocked with an
    /// error by their owner.
    public void cancelAll() {
        waits.clear();
    }
}
