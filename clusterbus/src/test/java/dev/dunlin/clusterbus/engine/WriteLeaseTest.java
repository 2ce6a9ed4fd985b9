// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.model.WriteLeaseView;
import dev.dunlin.clusterbus.wire.FailoverAuthRequest;
import dev.dunlin.clusterbus.wire.MessageFlags;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class WriteLeaseTest {
    private static final long LEASE_MS = EngineHarness.NODE_TIMEOUT_MS / 2;

    private final EngineHarness harness = EngineHarness.primary();

    private boolean held() {
        return harness.engine.view().lease().validAt(harness.nowMs);
    }

    private void silence(int... peers) {
        for (int peer : peers) {
            harness.peer(peer).silent = true;
        }
    }

    private void wake(int... peers) {
        for (int peer : peers) {
            harness.wake(peer);
        }
    }

    @Test
    void givenMajorityThatAnswers_whenTimePasses_thenTheLeaseIsHeld() {
        silence(3);
        for (int i = 0; i < 40; i++) {
            harness.runFor(100);
            assertThat(held()).isTrue();
        }
    }

    @Test
    void givenNobodyAnswers_whenALeasePasses_thenItHasLapsedThoughOthersTalk() {
        silence(2, 3);
        harness.runFor(LEASE_MS - 150);
        assertThat(held()).isTrue();
        for (int i = 0; i < 6; i++) {
            harness.runFor(50);
            harness.pings(2);
            harness.pings(3);
        }

        assertThat(held()).isFalse();
        assertThat(harness.engine.view().health().ok()).isTrue();
    }

    @Test
    void givenAnswer_whenCounted_thenTheLeaseRunsFromTheSendTimeOfItsPing() {
        WriteLeaseView lease = harness.engine.view().lease();

        assertThat(lease.validUntilMs()).isEqualTo(lease.confirmedSinceMs() + LEASE_MS);
        assertThat(lease.confirmedSinceMs()).isLessThanOrEqualTo(harness.nowMs);
    }

    @Test
    void givenFreeze_whenTheNodeWakesUp_thenItServesOnlyAfterFreshRoundTrips() {
        silence(2, 3);
        harness.nowMs += LEASE_MS + 100;
        long wokeMs = harness.nowMs;
        harness.step(new Event.Tick(harness.nowMs));
        assertThat(held()).isFalse();
        assertThat(harness.view.lease().validAt(harness.nowMs)).isFalse();

        wake(2);
        harness.runFor(2000);

        assertThat(held()).isTrue();
        assertThat(harness.engine.view().lease().confirmedSinceMs()).isGreaterThanOrEqualTo(wokeMs);
    }

    @Test
    void givenLapse_whenAnswersShowALaterEpoch_thenTheReplicasAreAskedFirst() {
        silence(2, 3, 4);
        harness.runFor(LEASE_MS + 200);
        assertThat(held()).isFalse();
        harness.peer(2).currentEpoch = 9;
        harness.peer(3).currentEpoch = 9;
        wake(2, 3);

        harness.runFor(300);
        assertThat(held()).isFalse();
        wake(4);
        harness.runFor(300);
        assertThat(held()).isTrue();
    }

    @Test
    void givenLapse_whenReplicasStaySilent_thenANodeTimeoutOfContactIsEnough() {
        silence(2, 3, 4);
        harness.runFor(LEASE_MS + 200);
        harness.peer(2).currentEpoch = 9;
        harness.peer(3).currentEpoch = 9;
        wake(2, 3);

        harness.runFor(500);
        assertThat(held()).isFalse();
        harness.runFor(EngineHarness.NODE_TIMEOUT_MS + 300);
        assertThat(held()).isTrue();
    }

    @Test
    void givenVoterThatHoldsUsFailed_whenItAnswers_thenThatConfirmsNothing() {
        silence(3);
        var two = harness.peer(2);
        two.gossip = List.of(two.about(EngineHarness.id(1), NodeFlags.PRIMARY | NodeFlags.FAIL));

        harness.runFor(LEASE_MS + 200);

        assertThat(held()).isFalse();
    }

    @Test
    void givenManualFailover_whenThePrimaryVotesForItsReplica_thenItsLeaseEnds() {
        var four = harness.peer(4);
        four.currentEpoch = 4;
        four.messageFlags |= MessageFlags.FORCE_ACK;
        assertThat(held()).isTrue();
        silence(2, 3);

        harness.says(4, new FailoverAuthRequest(four.header()));

        assertThat(held()).isFalse();
    }

    @Test
    void givenOnlyPrimaryWithSlots_whenTimePasses_thenItsLeaseHasNoLimit() {
        var config = EngineHarness.config();
        var random = new SplittableRandom(1);
        var engine =
                new ClusterEngine(
                        config,
                        ClusterEngine.freshState(config, random),
                        random,
                        EngineHarness.START_MS);
        engine.step(new Event.Tick(EngineHarness.START_MS));
        engine.step(
                new Event.CommandIssued(
                        1,
                        new ClusterCommand.AddSlots(List.of(new SlotRange(0, 16_383))),
                        EngineHarness.START_MS));

        assertThat(engine.view().lease()).isEqualTo(WriteLeaseView.UNLIMITED);
    }

    @Test
    void givenTwoPrimaries_whenOneIsSilent_thenTheOtherStopsAsInRedis() {
        var pair = EngineHarness.primary();
        pair.peer(2).slots = EngineHarness.slots(5001, 16_383);
        pair.peer(2).configEpoch = 8;
        pair.peer(3).slots = SlotSet.EMPTY;
        pair.pings(2);
        pair.pings(3);
        pair.runFor(300);
        assertThat(pair.engine.view().health().size()).isEqualTo(2);
        assertThat(pair.engine.view().lease().validAt(pair.nowMs)).isTrue();

        pair.peer(2).silent = true;
        pair.runFor(LEASE_MS + 100);

        assertThat(pair.engine.view().lease().validAt(pair.nowMs)).isFalse();
    }

    @Test
    void givenReplica_whenAsked_thenItHasNoLease() {
        assertThat(EngineHarness.replica().engine.view().lease()).isEqualTo(WriteLeaseView.NONE);
    }
}
