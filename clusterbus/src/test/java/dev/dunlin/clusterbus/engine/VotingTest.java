// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.wire.Fail;
import dev.dunlin.clusterbus.wire.FailoverAuthAck;
import dev.dunlin.clusterbus.wire.FailoverAuthRequest;
import dev.dunlin.clusterbus.wire.MessageFlags;
import dev.dunlin.clusterbus.wire.Pong;
import dev.dunlin.clusterbus.wire.Update;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How a voter treats a request that arrives: what it sends, on which link, and what is on disk by then.
class VotingTest {
    private final EngineHarness harness = EngineHarness.primary();

    private List<Effect> request(int candidate, long epoch, int messageFlags) {
        var peer = harness.peer(candidate);
        peer.currentEpoch = epoch;
        peer.messageFlags = messageFlags;
        return harness.says(candidate, new FailoverAuthRequest(peer.header()));
    }

    private void failTwo() {
        harness.runFor(600);
        harness.says(3, new Fail(harness.peer(3).header(), EngineHarness.id(2)));
        harness.clear();
    }

    @Test
    void givenFailedPrimary_whenItsReplicaAsks_thenTheVoteIsOnDiskBeforeItGoesOutOnOurOwnLink() {
        failTwo();

        List<Effect> effects = request(5, 4, 0);

        assertThat(effects.getFirst())
                .isInstanceOfSatisfying(
                        Effect.Persist.class,
                        persist -> {
                            assertThat(persist.fsync()).isTrue();
                            assertThat(persist.state().lastVoteEpoch()).isEqualTo(4);
                            assertThat(persist.state().currentEpoch()).isEqualTo(4);
                        });
        assertThat(harness.sentTo(5, FailoverAuthAck.class)).hasSize(1);
        assertThat(harness.answeredTo(5, FailoverAuthAck.class)).isEmpty();
    }

    @Test
    void givenPrimaryThatIsUp_whenItsReplicaAsks_thenNothingIsSent() {
        request(5, 4, 0);

        assertThat(harness.sentTo(5, FailoverAuthAck.class)).isEmpty();
    }

    @Test
    void givenPrimaryThatIsUp_whenItsReplicaAsksWithForceAck_thenItGetsTheVote() {
        request(5, 4, MessageFlags.FORCE_ACK);

        assertThat(harness.sentTo(5, FailoverAuthAck.class)).hasSize(1);
    }

    @Test
    void givenVote_whenASiblingAsksInALaterEpoch_thenItWaitsTwoNodeTimeouts() {
        failTwo();
        request(5, 4, 0);
        harness.clear();

        request(6, 5, 0);
        assertThat(harness.sentTo(6, FailoverAuthAck.class)).isEmpty();
        harness.runFor(2 * EngineHarness.NODE_TIMEOUT_MS);
        harness.says(3, new Fail(harness.peer(3).header(), EngineHarness.id(2)));
        request(6, 6, 0);
        assertThat(harness.sentTo(6, FailoverAuthAck.class)).hasSize(1);
    }

    @Test
    void givenVoteThatWasRepeated_whenASiblingAsks_thenItsWaitRunsFromTheFirst() {
        failTwo();
        request(5, 4, 0);
        harness.runFor(EngineHarness.NODE_TIMEOUT_MS * 3 / 2);
        request(5, 5, 0);
        assertThat(harness.sentTo(5, FailoverAuthAck.class)).hasSize(2);

        harness.runFor(EngineHarness.NODE_TIMEOUT_MS);
        harness.says(3, new Fail(harness.peer(3).header(), EngineHarness.id(2)));
        request(6, 6, 0);

        assertThat(harness.sentTo(6, FailoverAuthAck.class)).hasSize(1);
    }

    @Test
    void givenAnswerWithinALease_whenTheReplicaAsks_thenThePromiseHolds() {
        harness.runFor(600);
        harness.pings(2);
        harness.says(3, new Fail(harness.peer(3).header(), EngineHarness.id(2)));
        harness.clear();

        request(5, 4, 0);
        assertThat(harness.sentTo(5, FailoverAuthAck.class)).isEmpty();
        harness.runFor(500);
        request(5, 5, 0);
        assertThat(harness.sentTo(5, FailoverAuthAck.class)).hasSize(1);
    }

    @Test
    void givenVoteAgainstAPrimary_whenItPings_thenTheAnswerDoesNotConfirmItsLease() {
        failTwo();
        request(5, 4, 0);
        harness.clear();

        harness.pings(2);

        assertThat(harness.answeredTo(2, Pong.class))
                .singleElement()
                .satisfies(pong ->
                        assertThat(pong.gossip().entries())
                                .anySatisfy(entry -> {
                                    assertThat(entry.node()).isEqualTo(EngineHarness.id(2));
                                    assertThat(entry.flags().isFailed()).isTrue();
                                }));
    }

    @Test
    void givenCandidateWithAnOldEpoch_whenItAsks_thenItIsToldWhatItMissed() {
        failTwo();
        var three = harness.peer(3);
        three.configEpoch = 9;
        three.slots = three.slots.with(6000);
        harness.pings(3);
        harness.clear();

        request(5, 10, 0);

        assertThat(harness.sentTo(5, FailoverAuthAck.class)).isEmpty();
        assertThat(harness.sentTo(5, Update.class))
                .singleElement()
                .satisfies(update -> {
                    assertThat(update.node()).isEqualTo(EngineHarness.id(3));
                    assertThat(update.configEpoch()).isEqualTo(9);
                });
    }

    @Test
    void givenReplica_whenAskedForAVote_thenItHasNone() {
        var replica = EngineHarness.replica();
        replica.says(3, new Fail(replica.peer(3).header(), EngineHarness.id(2)));
        replica.peer(5).currentEpoch = 4;
        replica.says(5, new FailoverAuthRequest(replica.peer(5).header()));

        assertThat(replica.sentTo(5, FailoverAuthAck.class)).isEmpty();
    }

    @Test
    void givenRestart_whenAskedWithinALease_thenWhatWasPromisedBeforeIsHonoured() {
        harness.says(3, new Fail(harness.peer(3).header(), EngineHarness.id(2)));
        request(5, 4, 0);

        assertThat(harness.sentTo(5, FailoverAuthAck.class)).isEmpty();
        assertThat(harness.node(2).flags().has(NodeFlags.FAIL)).isTrue();
    }
}
