// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.ClusterHealth;
import dev.dunlin.clusterbus.model.ClusterHealth.Reason;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.Slot;

/// Whether the cluster is `ok` or `fail` as this node sees it.
///
/// Legal transitions: `fail -> ok` after the delays below, `ok -> fail` at once. A replica knows no delays.
/// - A restarted primary stays in fail until [EngineConfig#writableDelayMs] has passed: others may have news for it.
/// - One that comes back from a minority stays in fail for a node timeout (0.5 to 5 s), for the same reason.
///
/// The write lease is another matter: it stops a primary long before the state does, and does not show in `CLUSTER INFO`.
final class ClusterState {
    private static final long REJOIN_DELAY_MS_MIN = 500;
    private static final long REJOIN_DELAY_MS_MAX = 5000;

    private final Core core;
    private ClusterHealth health = ClusterHealth.STARTING;
    private long minorityAtMs = Long.MIN_VALUE / 2;

    ClusterState(Core core) {
        this.core = core;
    }

    boolean ok() {
        return health.ok();
    }

    ClusterHealth health() {
        return health;
    }

    /// Works the state out again if something changed, and on every turn while it is fail.
    void evaluateIfNeeded() {
        if (core.stateStale || !health.ok()) {
            core.stateStale = false;
            evaluate();
        }
    }

    private void evaluate() {
        ClusterHealth counted = count();
        int reachable = 0;
        for (Node node : core.table.nodes()) {
            if (node.isVoter() && !node.has(NodeFlags.PFAIL | NodeFlags.FAIL)) {
                reachable++;
            }
        }
        Reason reason = Reason.OK;
        if (core.config.requireFullCoverage()
                && counted.slotsAssigned() - counted.slotsFail() < Slot.COUNT) {
            reason = Reason.NOT_COVERED;
        }
        if (reachable < counted.size() / 2 + 1) {
            reason = Reason.MINORITY;
            minorityAtMs = core.nowMs;
        }
        boolean primary = core.myself().isPrimary();
        if (primary && !health.ok()) {
            if (core.nowMs - core.startedMs < core.config.writableDelayMs()) {
                reason = Reason.STARTING;
            } else if (reason == Reason.OK && core.nowMs - minorityAtMs < rejoinDelayMs()) {
                reason = Reason.REJOINING;
            }
        }
        publish(
                new ClusterHealth(
                        reason,
                        counted.slotsAssigned(),
                        counted.slotsOk(),
                        counted.slotsPfail(),
                        counted.slotsFail(),
                        counted.size()));
    }

    private long rejoinDelayMs() {
        return Math.clamp(core.config.nodeTimeoutMs(), REJOIN_DELAY_MS_MIN, REJOIN_DELAY_MS_MAX);
    }

    private ClusterHealth count() {
        int assigned = 0;
        int pfail = 0;
        int fail = 0;
        int size = 0;
        for (Node node : core.table.nodes()) {
            int slots = node.slotCount();
            if (slots == 0) {
                continue;
            }
            assigned += slots;
            if (node.isFailed()) {
                fail += slots;
            } else if (node.isSuspected()) {
                pfail += slots;
            }
            if (node.isPrimary()) {
                size++;
            }
        }
        return new ClusterHealth(Reason.OK, assigned, assigned - pfail - fail, pfail, fail, size);
    }

    private void publish(ClusterHealth next) {
        if (next.equals(health)) {
            return;
        }
        if (next.ok() != health.ok()) {
            core.info(
                    "cluster state changed state="
                            + (next.ok() ? "ok" : "fail")
                            + " reason="
                            + next.reason());
        }
        health = next;
        core.outbox.changed();
    }
}
