// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

/// configEpochs without an election: the bump, and what happens when two primaries have the same one.
final class Epochs {
    private final Core core;
    private final WriteLease lease;
    private final Heartbeats heartbeats;

    /// Since when a primary with the larger id claims slots of ours under our epoch, 0 when none does.
    private long conflictSinceMs;

    Epochs(Core core, WriteLease lease, Heartbeats heartbeats) {
        this.core = core;
        this.lease = lease;
        this.heartbeats = heartbeats;
    }

    /// Takes a new configEpoch without asking anyone, unless ours is the newest of all (cluster spec, "configEpoch conflicts").
    ///
    /// {@return whether it was taken}
    boolean bump() {
        Node myself = core.myself();
        long max = core.table.maxEpoch();
        if (myself.configEpoch != 0 && myself.configEpoch == max) {
            return false;
        }
        core.table.raiseCurrentEpoch(max);
        take();
        return true;
    }

    /// A primary said `configEpoch` of itself. Two primaries must not keep the same one: the smaller id takes a new one.
    ///
    /// Redis does that always, and so lets an old primary with the smaller id win its slots back from its successor. Here only
    /// a primary that may serve takes a new epoch. When both claim the same slots and the smaller id does not move because it may
    /// not serve, the larger one does.
    void resolveCollision(Node sender, long configEpoch, boolean sameSlots) {
        Node myself = core.myself();
        if (!myself.isPrimary() || !sender.isPrimary() || configEpoch != myself.configEpoch) {
            return;
        }
        if (myself.isVoter() && !lease.held()) {
            return;
        }
        boolean mine = sender.id().compareTo(myself.id()) > 0;
        if (!mine && sameSlots) {
            conflictSinceMs = conflictSinceMs == 0 ? core.nowMs : conflictSinceMs;
            mine = core.nowMs - conflictSinceMs > core.config.nodeTimeoutMs();
        }
        if (mine) {
            conflictSinceMs = 0;
            take();
            core.warn(
                    "configEpoch collision resolved with="
                            + sender.id()
                            + " epoch="
                            + myself.configEpoch);
        }
    }

    private void take() {
        Node myself = core.myself();
        core.table.raiseCurrentEpoch(core.table.currentEpoch() + 1);
        myself.configEpoch = core.table.currentEpoch();
        myself.touch();
        core.outbox.saveAndSync();
        if (myself.isPrimary()) {
            // Served under only when a majority has heard of it: whoever knows nothing of this
            // epoch
            // may give the same one to our successor. As after a promotion, each voter gets our
            // claims first, on the same link, and its answer to the ping is our lease.
            lease.underNewEpoch();
            heartbeats.announceToAll();
            heartbeats.pingVoters();
        }
    }
}
