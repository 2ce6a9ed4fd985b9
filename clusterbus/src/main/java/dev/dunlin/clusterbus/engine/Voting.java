// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.engine.VoteRules.Ballot;
import dev.dunlin.clusterbus.engine.VoteRules.Denial;
import dev.dunlin.clusterbus.engine.VoteRules.Incumbent;
import dev.dunlin.clusterbus.engine.VoteRules.Vote;
import dev.dunlin.clusterbus.engine.VoteRules.Voter;
import dev.dunlin.clusterbus.wire.BusHeader;
import dev.dunlin.clusterbus.wire.FailoverAuthAck;

/// Answers vote requests: gathers the facts for [VoteRules], and makes a granted vote stick before it is sent.
final class Voting {
    private final Core core;
    private final HeaderComposer headers;
    private final LeaseGrants grants;
    private final WriteLease lease;
    private final SlotOwnership ownership;

    Voting(
            Core core,
            HeaderComposer headers,
            LeaseGrants grants,
            WriteLease lease,
            SlotOwnership ownership) {
        this.core = core;
        this.headers = headers;
        this.grants = grants;
        this.lease = lease;
        this.ownership = ownership;
    }

    void requested(Node candidate, BusHeader header) {
        Node primary = candidate.isReplica() ? candidate.primary : null;
        boolean forced = header.messageFlags().isForceAck();
        Node newerOwner = ownership.newerOwner(header.slots(), null, header.configEpoch());
        var ballot =
                new Ballot(
                        candidate.id(),
                        header.currentEpoch(),
                        primary == null ? null : incumbent(primary),
                        forced,
                        newerOwner != null);
        var self =
                new Voter(
                        core.myself().isVoter(),
                        core.table.currentEpoch(),
                        core.table.lastVoteEpoch());
        switch (VoteRules.decide(self, ballot, core.nowMs, core.config.nodeTimeoutMs())) {
            case Vote.Granted(long epoch) -> {
                if (primary != null) {
                    grant(candidate, primary, epoch, forced);
                }
            }
            case Vote.Denied(Denial reason) -> {
                core.debug(
                        "failover vote denied candidate="
                                + candidate.id()
                                + " epoch="
                                + header.currentEpoch()
                                + " reason="
                                + reason);
                // It would be refused for ever if nobody told it what it missed.
                if (reason == Denial.STALE_CLAIM && newerOwner != null) {
                    ownership.sendUpdate(candidate, newerOwner);
                }
            }
        }
    }

    private Incumbent incumbent(Node primary) {
        // Our own lease is our own business: voting for our replacement ends it.
        boolean promised = !primary.isMyself() && grants.promisedTo(primary);
        return new Incumbent(primary.isFailed(), promised, primary.votedAtMs, primary.votedFor);
    }

    private void grant(Node candidate, Node primary, long epoch, boolean forced) {
        core.table.recordVote(epoch);
        long sinceVoteMs = core.nowMs - primary.votedAtMs;
        if (!candidate.id().equals(primary.votedFor)
                || sinceVoteMs >= 2 * core.config.nodeTimeoutMs()) {
            // A repeated vote does not start the wait of its siblings anew: two candidates with a
            // part of the votes each would keep their voters to themselves for ever.
            primary.votedAtMs = core.nowMs;
        }
        primary.votedFor = candidate.id();
        long mayWinMs =
                forced
                        ? Math.min(
                                core.config.manualFailoverTimeoutMs(),
                                core.config.electionTimeoutMs())
                        : core.config.electionTimeoutMs();
        primary.voteMayWinUntilMs = core.nowMs + mayWinMs;
        core.outbox.saveAndSync();
        core.outbox.send(candidate.outbound, new FailoverAuthAck(headers.header()));
        core.info("failover vote granted candidate=" + candidate.id() + " epoch=" + epoch);
        if (primary.isMyself()) {
            lease.restart();
        }
    }
}
