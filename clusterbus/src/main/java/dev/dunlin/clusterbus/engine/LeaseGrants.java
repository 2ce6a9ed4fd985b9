// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.wire.BusHeader;

/// What a primary owes the other primaries whose pings it answers: the other half of [WriteLease].
///
/// An answer confirms the asker's lease for [EngineConfig#leaseMs]. So within that time we do not vote for a replacement of
/// the asker (unless it agreed to a manual failover), and an asker against whom we voted, whom we hold FAIL, or whose slots
/// we know under a newer epoch, is told that its answer confirms nothing: our gossip then contains the asker itself, flagged
/// FAIL. Redis ignores such an entry about itself.
final class LeaseGrants {
    private final Core core;

    LeaseGrants(Core core) {
        this.core = core;
    }

    /// {@return whether an answer to `asker`, who says `header` of itself, confirms its lease; the promise is made by asking}
    boolean grant(Node asker, BusHeader header) {
        boolean confirmed =
                !asker.isFailed()
                        && core.nowMs >= asker.voteMayWinUntilMs
                        && !claimsWhatOthersOwn(asker, header);
        if (confirmed && header.isPrimary()) {
            asker.lastConfirmedMs = core.nowMs;
        }
        return confirmed;
    }

    /// {@return whether we may not vote for a replacement of `primary` yet}
    boolean promisedTo(Node primary) {
        // What was promised before a restart is forgotten, so assume the worst.
        long promisedMs = Math.max(primary.lastConfirmedMs, core.startedMs);
        return core.nowMs < promisedMs + core.config.leaseMs();
    }

    private boolean claimsWhatOthersOwn(Node asker, BusHeader header) {
        if (!header.isPrimary() || header.slots().equals(asker.slots())) {
            return false;
        }
        for (int slot = header.slots().next(0); slot >= 0; slot = header.slots().next(slot + 1)) {
            Node owner = core.table.owner(slot);
            if (owner != null
                    && owner != asker
                    && owner != core.myself()
                    && !core.table.isUnclaimed(slot)
                    && owner.configEpoch >= header.configEpoch()) {
                return true;
            }
        }
        return false;
    }
}
