// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeId;
import org.jspecify.annotations.Nullable;

/// Whether a primary votes for a replica (cluster spec, "Replica election and promotion"). Pure: facts in, answer out.
final class VoteRules {
    private VoteRules() {}

    /// Why there is no vote.
    enum Denial {
        NOT_A_VOTER,
        STALE_EPOCH,
        ALREADY_VOTED,
        NOT_A_REPLICA,
        PRIMARY_IS_UP,
        LEASE_PROMISED,
        VOTED_FOR_THIS_SHARD,
        STALE_CLAIM
    }

    /// The answer.
    sealed interface Vote {
        record Granted(long epoch) implements Vote {}

        record Denied(Denial reason) implements Vote {}
    }

    /// The one who is asked.
    ///
    /// @param currentEpoch after the request's own was taken over
    record Voter(boolean ownsSlots, long currentEpoch, long lastVoteEpoch) {}

    /// The primary to be replaced, as the voter knows it.
    ///
    /// @param leasePromised whether the voter confirmed its lease so recently that it may still serve
    /// @param votedAtMs when the voter last voted for a replica of it, and for which
    record Incumbent(
            boolean failed, boolean leasePromised, long votedAtMs, @Nullable NodeId votedFor) {}

    /// The request.
    ///
    /// @param incumbent null when the candidate is no replica in the voter's table, or its primary is not known
    /// @param forced a manual failover: the primary agreed, or the operator decided
    /// @param staleClaim whether the voter knows a newer epoch for a slot the candidate claims
    record Ballot(
            NodeId candidate,
            long epoch,
            @Nullable Incumbent incumbent,
            boolean forced,
            boolean staleClaim) {}

    static Vote decide(Voter self, Ballot ballot, long nowMs, long nodeTimeoutMs) {
        // Only primaries with slots count towards the quorum, so only they may vote.
        if (!self.ownsSlots()) {
            return new Vote.Denied(Denial.NOT_A_VOTER);
        }
        // A candidate that lives in the past would win an epoch in which others may have won
        // already.
        if (ballot.epoch() < self.currentEpoch()) {
            return new Vote.Denied(Denial.STALE_EPOCH);
        }
        // One vote per epoch is what makes the winner of an epoch unique.
        if (self.lastVoteEpoch() >= self.currentEpoch()) {
            return new Vote.Denied(Denial.ALREADY_VOTED);
        }
        Incumbent incumbent = ballot.incumbent();
        if (incumbent == null) {
            return new Vote.Denied(Denial.NOT_A_REPLICA);
        }
        // A manual failover is agreed with a healthy primary, so it may skip these two checks.
        if (!incumbent.failed() && !ballot.forced()) {
            return new Vote.Denied(Denial.PRIMARY_IS_UP);
        }
        if (incumbent.leasePromised() && !ballot.forced()) {
            return new Vote.Denied(Denial.LEASE_PROMISED);
        }
        // Gives the winner the time to tell everyone. The same candidate asks again only if it did
        // not win.
        if (nowMs - incumbent.votedAtMs() < 2 * nodeTimeoutMs
                && !ballot.candidate().equals(incumbent.votedFor())) {
            return new Vote.Denied(Denial.VOTED_FOR_THIS_SHARD);
        }
        // Its picture of the slots is older than ours: it would take slots that were moved since.
        if (ballot.staleClaim()) {
            return new Vote.Denied(Denial.STALE_CLAIM);
        }
        return new Vote.Granted(self.currentEpoch());
    }
}
