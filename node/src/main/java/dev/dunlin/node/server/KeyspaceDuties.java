// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.command.CommandRunner;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.observe.LatencyMonitor;

/// Cleans up in the keyspace in slices, so that nobody waits for it: deletes keys whose time has passed, and frees what was deleted.
///
/// Thread: owned by the node's loop.
final class KeyspaceDuties {
    /// One slice of reclaiming frees this many entries, in steps, or fewer when that takes long: the last entries of a large table empty
    /// one slab each, and a slab's pages go back to the system.
    private static final int RECLAIM_ENTRIES = 512;

    private static final int RECLAIM_STEP_ENTRIES = 32;
    private static final long RECLAIM_BUDGET_NS = 500_000;

    /// What one slice of expiring keys may take, and the pause before the next while there is more to do: a quarter of the loop.
    private static final long EXPIRE_BUDGET_NS = 1_000_000;

    private static final long EXPIRE_PAUSE_MS = 3;

    private final NodeLoop loop;
    private final Settings settings;
    private final Keyspace keyspace;
    private final CommandRunner runner;
    private final LatencyMonitor latency;
    private final Runnable endOfTurn;
    private boolean reclaiming;
    private boolean expiring;

    /// @param endOfTurn what was logged may go out
    KeyspaceDuties(
            NodeLoop loop,
            Settings settings,
            Keyspace keyspace,
            CommandRunner runner,
            LatencyMonitor latency,
            Runnable endOfTurn) {
        this.loop = loop;
        this.settings = settings;
        this.keyspace = keyspace;
        this.runner = runner;
        this.latency = latency;
        this.endOfTurn = endOfTurn;
    }

    /// Begins what is to be done and is not under way.
    void tick() {
        if (!expiring) {
            expire();
        }
        if (keyspace.hasGarbage() && !reclaiming) {
            reclaiming = true;
            loop.submitNextTurn(this::reclaim);
        }
    }

    private void expire() {
        long startNs = System.nanoTime();
        expiring = runner.expireKeys(loop.nowMs(), EXPIRE_BUDGET_NS);
        long spentMs = (System.nanoTime() - startNs) / 1_000_000;
        long thresholdMs = settings.get(Directives.LATENCY_MONITOR_THRESHOLD);
        if (thresholdMs > 0 && spentMs >= thresholdMs) {
            latency.add("expire-cycle", loop.nowMs() / 1000, spentMs);
        }
        if (expiring) {
            loop.submitAfter(
                    EXPIRE_PAUSE_MS,
                    () -> {
                        loop.turn();
                        expire();
                    });
        }
        endOfTurn.run();
    }

    private void reclaim() {
        long deadlineNs = System.nanoTime() + RECLAIM_BUDGET_NS;
        int entries = 0;
        do {
            if (keyspace.reclaim(RECLAIM_STEP_ENTRIES)) {
                reclaiming = false;
                return;
            }
            entries += RECLAIM_STEP_ENTRIES;
        } while (entries < RECLAIM_ENTRIES && System.nanoTime() - deadlineNs < 0);
        loop.submitNextTurn(this::reclaim);
    }
}
