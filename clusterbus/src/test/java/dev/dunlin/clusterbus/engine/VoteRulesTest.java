// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.engine.VoteRules.Ballot;
import dev.dunlin.clusterbus.engine.VoteRules.Denial;
import dev.dunlin.clusterbus.engine.VoteRules.Incumbent;
import dev.dunlin.clusterbus.engine.VoteRules.Vote;
import dev.dunlin.clusterbus.engine.VoteRules.Voter;
import dev.dunlin.clusterbus.model.NodeId;
import org.junit.jupiter.api.Test;

class VoteRulesTest {
    private static final long NOW_MS = 1_000_000;
    private static final long NODE_TIMEOUT_MS = 1000;
    private static final NodeId CANDIDATE = EngineHarness.id(5);
    private static final Voter VOTER = new Voter(true, 7, 6);
    private static final Incumbent FAILED = new Incumbent(true, false, 0, null);

    @Test
    void givenFailedPrimary_whenItsReplicaAsks_thenItGetsTheVote() {
        assertThat(decide(VOTER, FAILED, 7, false, false)).isEqualTo(new Vote.Granted(7));
    }

    @Test
    void givenNodeWithoutSlots_whenAsked_thenItDoesNotVote() {
        assertDenied(new Voter(false, 7, 6), FAILED, 7, false, false, Denial.NOT_A_VOTER);
    }

    @Test
    void givenOlderEpoch_whenAsked_thenThereIsNoVote() {
        assertDenied(VOTER, FAILED, 6, false, false, Denial.STALE_EPOCH);
    }

    @Test
    void givenVoteInThisEpoch_whenAskedAgain_thenThereIsNoSecondOne() {
        assertDenied(new Voter(true, 7, 7), FAILED, 7, false, false, Denial.ALREADY_VOTED);
        assertDenied(new Voter(true, 7, 7), FAILED, 7, true, false, Denial.ALREADY_VOTED);
    }

    @Test
    void givenCandidateThatIsNoReplica_whenItAsks_thenThereIsNoVote() {
        assertDenied(VOTER, null, 7, true, false, Denial.NOT_A_REPLICA);
    }

    @Test
    void givenPrimaryThatIsUp_whenItsReplicaAsks_thenOnlyAManualFailoverGetsTheVote() {
        var up = new Incumbent(false, false, 0, null);

        assertDenied(VOTER, up, 7, false, false, Denial.PRIMARY_IS_UP);
        assertThat(decide(VOTER, up, 7, true, false)).isEqualTo(new Vote.Granted(7));
    }

    @Test
    void givenPromisedLease_whenAReplicaAsks_thenOnlyAManualFailoverGetsTheVote() {
        var promised = new Incumbent(true, true, 0, null);

        assertDenied(VOTER, promised, 7, false, false, Denial.LEASE_PROMISED);
        assertThat(decide(VOTER, promised, 7, true, false)).isEqualTo(new Vote.Granted(7));
    }

    @Test
    void givenVoteForASibling_whenTwoNodeTimeoutsHaveNotPassed_thenThereIsNoVote() {
        var voted =
                new Incumbent(true, false, NOW_MS - 2 * NODE_TIMEOUT_MS + 1, EngineHarness.id(6));
        var votedLongAgo =
                new Incumbent(true, false, NOW_MS - 2 * NODE_TIMEOUT_MS, EngineHarness.id(6));
        var votedForItself = new Incumbent(true, false, NOW_MS - 1, CANDIDATE);

        assertDenied(VOTER, voted, 7, false, false, Denial.VOTED_FOR_THIS_SHARD);
        assertDenied(VOTER, voted, 7, true, false, Denial.VOTED_FOR_THIS_SHARD);
        assertThat(decide(VOTER, votedLongAgo, 7, false, false)).isEqualTo(new Vote.Granted(7));
        assertThat(decide(VOTER, votedForItself, 7, false, false)).isEqualTo(new Vote.Granted(7));
    }

    @Test
    void givenNewerEpochOfAClaimedSlot_whenAsked_thenThereIsNoVote() {
        assertDenied(VOTER, FAILED, 7, false, true, Denial.STALE_CLAIM);
    }

    private static void assertDenied(
            Voter voter,
            @org.jspecify.annotations.Nullable Incumbent incumbent,
            long epoch,
            boolean forced,
            boolean stale,
            Denial reason) {
        assertThat(decide(voter, incumbent, epoch, forced, stale))
                .isEqualTo(new Vote.Denied(reason));
    }

    private static Vote decide(
            Voter voter,
            @org.jspecify.annotations.Nullable Incumbent incumbent,
            long epoch,
            boolean forced,
            boolean stale) {
        return VoteRules.decide(
                voter,
                new Ballot(CANDIDATE, epoch, incumbent, forced, stale),
                NOW_MS,
                NODE_TIMEOUT_MS);
    }
}
