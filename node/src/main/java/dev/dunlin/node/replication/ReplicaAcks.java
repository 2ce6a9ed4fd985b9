// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Counts over all replicas of a primary: WAIT, WAITAOF, `min-replicas-to-write`, `repl-timeout`.
///
/// Thread: the node's loop.
public final class ReplicaAcks {
    private final List<ReplicaProgress> replicas = new ArrayList<>();

    /// A replica attached.
    public void add(ReplicaProgress replica) {
        replicas.add(replica);
    }

    /// It is gone.
    public void remove(ReplicaProgress replica) {
        replicas.remove(replica);
    }

    /// {@return all replicas, in the order they attached}
    public List<ReplicaProgress> replicas() {
        return Collections.unmodifiableList(replicas);
    }

    /// {@return how many online replicas acknowledged `offset`} What WAIT answers.
    public int countAcked(long offset) {
        int count = 0;
        for (ReplicaProgress replica : replicas) {
            if (replica.state() == ReplicaState.ONLINE && replica.ackOffset() >= offset) {
                count++;
            }
        }
        return count;
    }

    /// {@return how many online replicas have `offset` on disk} What WAITAOF answers.
    public int countFsynced(long offset) {
        int count = 0;
        for (ReplicaProgress replica : replicas) {
            if (replica.state() == ReplicaState.ONLINE && replica.fsyncedOffset() >= offset) {
                count++;
            }
        }
        return count;
    }

    /// {@return how many online replicas were heard within `maxLagMs`} INFO's `min_slaves_good_slaves`.
    public int countGood(long maxLagMs, long nowMs) {
        int count = 0;
        for (ReplicaProgress replica : replicas) {
            if (replica.state() == ReplicaState.ONLINE && replica.lagMs(nowMs) <= maxLagMs) {
                count++;
            }
        }
        return count;
    }

    /// {@return whether a write may be taken under `min-replicas-to-write` and `min-replicas-max-lag`} Either at 0 switches
    /// the rule off. The lag counts in whole seconds, as in Redis.
    public boolean enoughForWrite(int minReplicas, int maxLagSeconds, long nowMs) {
        return minReplicas == 0
                || maxLagSeconds == 0
                || countGood(maxLagSeconds * 1000L + 999, nowMs) >= minReplicas;
    }
}
