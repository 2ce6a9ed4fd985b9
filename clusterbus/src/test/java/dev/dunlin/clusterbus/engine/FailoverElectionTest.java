// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.wire.BusMessage;
import dev.dunlin.clusterbus.wire.Fail;
import dev.dunlin.clusterbus.wire.FailoverAuthAck;
import dev.dunlin.clusterbus.wire.FailoverAuthRequest;
import dev.dunlin.clusterbus.wire.Ping;
import dev.dunlin.clusterbus.wire.Pong;
import org.junit.jupiter.api.Test;

/// The engine is a replica of 2, with siblings 5 and 6; 3 is the other primary.
class FailoverElectionTest {
    private final EngineHarness harness = EngineHarness.replica();

    private void primaryFails() {
        harness.peer(2).silent = true;
        harness.says(3, new Fail(harness.peer(3).header(), EngineHarness.id(2)));
    }

    /// Of the two primaries with slots one is dead, so both votes would be needed; a third voter makes it possible.
    private void thirdVoter() {
        harness.peer(4).primary = null;
        harness.peer(4).configEpoch = 9;
        harness.peer(4).slots = EngineHarness.slots(16_000, 16_383);
        harness.peer(3).slots = EngineHarness.slots(10_001, 15_999);
        harness.says(4, harness.peer(4).pong());
        harness.pings(3);
    }

    private void vote(int voter) {
        harness.peer(voter).currentEpoch = harness.engine.view().currentEpoch();
        harness.says(voter, new FailoverAuthAck(harness.peer(voter).header()));
    }

    private boolean requested() {
        return !harness.sentTo(3, FailoverAuthRequest.class).isEmpty();
    }

    @Test
    void givenBestReplica_whenItsPrimaryFails_thenItAsksAtOnceWithTheEpochOnDisk() {
        primaryFails();

        assertThat(requested()).isTrue();
        var request = harness.sentTo(3, FailoverAuthRequest.class).getFirst();
        assertThat(request.header().currentEpoch()).isEqualTo(4);
        assertThat(request.header().configEpoch()).isEqualTo(2);
        assertThat(request.header().slots()).isEqualTo(EngineHarness.slots(0, 10_000));
        assertThat(request.header().primary()).isEqualTo(EngineHarness.id(2));
        assertThat(harness.all(Effect.Persist.class))
                .anySatisfy(persist -> {
                    assertThat(persist.fsync()).isTrue();
                    assertThat(persist.state().currentEpoch()).isEqualTo(4);
                });
    }

    @Test
    void givenRequest_whenSent_thenTheVerdictGoesAheadOfItOnTheSameLink() {
        primaryFails();

        assertThat(harness.sentTo(3, BusMessage.Headed.class))
                .filteredOn(message ->
                        message instanceof Fail || message instanceof FailoverAuthRequest)
                .first()
                .isInstanceOf(Fail.class);
    }

    @Test
    void givenVerdictThatIsOld_whenVotesAreAskedFor_thenItDoesNotGoOutAgain() {
        harness.peer(5).offset = 500;
        primaryFails();
        harness.runFor(1400);
        harness.clear();

        harness.runFor(800);

        assertThat(requested()).isTrue();
        assertThat(harness.sentTo(3, Fail.class)).isEmpty();
    }

    @Test
    void givenSiblingThatIsAhead_whenThePrimaryFails_thenItGoesFirst() {
        harness.peer(5).offset = 500;
        primaryFails();

        harness.runFor(1400);
        assertThat(requested()).isFalse();
        harness.runFor(800);
        assertThat(requested()).isTrue();
    }

    @Test
    void givenSiblingWithEqualDataAndASmallerId_whenCompared_thenItIsAhead() {
        assertThat(FailoverElection.isAhead(5, EngineHarness.id(1), 5, EngineHarness.id(2)))
                .isTrue();
        assertThat(FailoverElection.isAhead(5, EngineHarness.id(3), 5, EngineHarness.id(2)))
                .isFalse();
        assertThat(FailoverElection.isAhead(6, EngineHarness.id(3), 5, EngineHarness.id(2)))
                .isTrue();
        assertThat(FailoverElection.isAhead(4, EngineHarness.id(1), 5, EngineHarness.id(2)))
                .isFalse();
    }

    @Test
    void givenSiblingThatDoesNotAnswer_whenThePrimaryFails_thenItIsWaitedForAsInRedis() {
        harness.peer(5).silent = true;
        primaryFails();
        assertThat(requested()).isFalse();

        harness.runFor(450);
        assertThat(requested()).isFalse();
        harness.runFor(600);
        assertThat(requested()).isTrue();
    }

    @Test
    void givenSuspectedPrimary_whenNoVerdictIsInYet_thenSiblingsAreAskedOnceForTheirOffsets() {
        harness.peer(2).silent = true;
        harness.runFor(1000);
        harness.clear();
        harness.runFor(300);

        assertThat(harness.node(2).flags().isSuspected()).isTrue();
        assertThat(harness.sentTo(5, Pong.class)).hasSizeBetween(1, 2);
        assertThat(harness.sentTo(6, Ping.class)).isNotEmpty();
        assertThat(requested()).isFalse();
    }

    @Test
    void givenMajorityOfVotes_whenCounted_thenTheReplicaIsPromotedBeforeAnyoneHears() {
        thirdVoter();
        primaryFails();
        vote(3);
        vote(3);
        assertThat(harness.me().isPrimary()).isFalse();
        harness.clear();

        vote(4);

        assertThat(harness.me().isPrimary()).isTrue();
        assertThat(harness.me().configEpoch()).isEqualTo(10);
        assertThat(harness.me().slots()).isEqualTo(EngineHarness.slots(0, 10_000));
        assertThat(harness.all(Effect.PromoteSelf.class))
                .containsExactly(new Effect.PromoteSelf(10));
        assertThat(harness.effects.getFirst()).isInstanceOf(Effect.Persist.class);
        assertThat(harness.sentTo(3, Pong.class)).isNotEmpty();
        assertThat(harness.engine.view().lease().validAt(harness.nowMs)).isTrue();
    }

    @Test
    void givenVotesOfAnEarlierAttempt_whenCounted_thenTheyAreWorthNothing() {
        primaryFails();
        var stale = new FailoverAuthAck(harness.peer(3).header());
        harness.says(3, stale);
        harness.says(6, new FailoverAuthAck(harness.peer(6).header()));

        assertThat(harness.me().isPrimary()).isFalse();
    }

    @Test
    void givenSlowDisk_whenVotesComeLaterThanARetryWould_thenTheyWin() {
        thirdVoter();
        primaryFails();
        // Nothing steps while the epoch goes to disk.
        harness.nowMs += EngineHarness.NODE_TIMEOUT_MS * 9 / 10;

        vote(3);
        vote(4);

        assertThat(harness.me().isPrimary()).isTrue();
    }

    @Test
    void givenFreezeAfterTheRequest_whenVotesAreOlderThanTheirPromise_thenTheyAreWorthNothing() {
        thirdVoter();
        primaryFails();
        harness.nowMs += Math.max(2 * EngineHarness.NODE_TIMEOUT_MS, 2000) + 1;

        vote(3);
        vote(4);

        assertThat(harness.me().isPrimary()).isFalse();
    }

    @Test
    void givenStaleData_whenThePrimaryFails_thenThereIsNoElection() {
        long longAgoMs = harness.nowMs - 60_000;
        harness.step(
                new Event.HostReported(
                        new HostStatus(100, EngineHarness.id(2), HostStatus.Link.DOWN, longAgoMs),
                        harness.nowMs));
        primaryFails();
        harness.runFor(1500);

        assertThat(requested()).isFalse();
    }

    @Test
    void givenReplicaThatNeverSynced_whenThePrimaryFails_thenThereIsNoElection() {
        harness.step(
                new Event.HostReported(
                        new HostStatus(0, EngineHarness.id(2), HostStatus.Link.NEVER_SYNCED, 0),
                        harness.nowMs));
        primaryFails();
        harness.runFor(1500);

        assertThat(requested()).isFalse();
    }

    @Test
    void givenReportAboutAFormerPrimary_whenReceived_thenItsOffsetIsNotMine() {
        harness.step(
                new Event.HostReported(
                        new HostStatus(
                                9999, EngineHarness.id(3), HostStatus.Link.UP, harness.nowMs),
                        harness.nowMs));
        harness.clear();
        harness.pings(5);

        assertThat(harness.answeredTo(5, Pong.class).getFirst().header().offset()).isEqualTo(100);
    }
}
