// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.wire.Fail;
import dev.dunlin.clusterbus.wire.Pong;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class FailureDetectionTest {
    private static final long NODE_TIMEOUT_MS = EngineHarness.NODE_TIMEOUT_MS;

    private final EngineHarness harness = EngineHarness.primary();

    private void processDies(int number) {
        var peer = harness.peer(number);
        LinkId outbound = Objects.requireNonNull(peer.outbound);
        peer.silent = true;
        harness.step(new Event.LinkClosed(peer.inbound, true, harness.nowMs));
        harness.step(new Event.LinkClosed(outbound, true, harness.nowMs));
    }

    /// Time passes, and every connect to `number` is refused.
    private void refuseFor(long ms) {
        long untilMs = harness.nowMs + ms;
        while (harness.nowMs < untilMs) {
            harness.clear();
            harness.runFor(25);
            for (Effect.Connect connect : harness.all(Effect.Connect.class)) {
                harness.step(new Event.ConnectFailed(connect.link(), true, harness.nowMs));
            }
        }
    }

    @Test
    void givenSilentNode_whenANodeTimeoutPasses_thenItIsSuspectedAndVotersHearOfItAtOnce() {
        harness.pings(2);
        harness.peer(2).silent = true;

        harness.runFor(NODE_TIMEOUT_MS - 100);
        assertThat(harness.node(2).flags().isSuspected()).isFalse();
        harness.clear();
        harness.runFor(250);

        assertThat(harness.node(2).flags().isSuspected()).isTrue();
        assertThat(harness.node(2).flags().isFailed()).isFalse();
        assertThat(harness.sentTo(3, Pong.class))
                .anySatisfy(pong ->
                        assertThat(pong.gossip().entries())
                                .anyMatch(entry ->
                                        entry.node().equals(EngineHarness.id(2))
                                                && entry.flags().isSuspected()));
    }

    @Test
    void givenNodeThatTalksButDoesNotAnswer_whenTimePasses_thenItIsNotSuspected() {
        harness.peer(2).silent = true;

        for (int i = 0; i < 20; i++) {
            harness.runFor(100);
            harness.pings(2);
        }

        assertThat(harness.node(2).flags().isSuspected()).isFalse();
    }

    @Test
    void givenSuspicion_whenAnotherVoterAgrees_thenTheNodeHasFailedAndEveryoneIsTold() {
        harness.peer(2).silent = true;
        harness.runFor(NODE_TIMEOUT_MS + 200);
        harness.clear();

        harness.report(3, 2, NodeFlags.PFAIL);

        assertThat(harness.node(2).flags().isFailed()).isTrue();
        assertThat(harness.node(2).flags().isSuspected()).isFalse();
        for (int peer : new int[] {3, 4, 5, 6}) {
            assertThat(harness.sentTo(peer, Fail.class))
                    .singleElement()
                    .satisfies(fail -> assertThat(fail.failed()).isEqualTo(EngineHarness.id(2)));
        }
    }

    @Test
    void givenVerdict_whenItIsTold_thenItDoesNotWaitForTheDiskWhichGetsItWithinASecond() {
        harness.peer(2).silent = true;
        harness.runFor(NODE_TIMEOUT_MS + 200);
        harness.clear();

        harness.report(3, 2, NodeFlags.PFAIL);

        assertThat(harness.sentTo(3, Fail.class)).isNotEmpty();
        assertThat(harness.all(Effect.Persist.class)).isEmpty();
        harness.runFor(1100);
        assertThat(harness.all(Effect.Persist.class))
                .singleElement()
                .satisfies(persist -> assertThat(persist.fsync()).isFalse());
    }

    @Test
    void givenReport_whenItIsOlderThanTwoNodeTimeouts_thenItDoesNotCount() {
        harness.report(3, 2, NodeFlags.PFAIL);
        assertThat(
                        harness.command(
                                new ClusterCommand.CountFailureReports(
                                        EngineHarness.id(2).value())))
                .isEqualTo(new CommandResult.Count(1));

        harness.runFor(2 * NODE_TIMEOUT_MS + 50);

        assertThat(
                        harness.command(
                                new ClusterCommand.CountFailureReports(
                                        EngineHarness.id(2).value())))
                .isEqualTo(new CommandResult.Count(0));
    }

    @Test
    void givenReport_whenTheReporterThinksBetterOfIt_thenItIsWithdrawn() {
        harness.report(3, 2, NodeFlags.FAIL);
        harness.report(3, 2, 0);

        assertThat(
                        harness.command(
                                new ClusterCommand.CountFailureReports(
                                        EngineHarness.id(2).value())))
                .isEqualTo(new CommandResult.Count(0));
    }

    @Test
    void givenReportOfAReplica_whenCounted_thenItIsNoOpinion() {
        harness.report(5, 2, NodeFlags.PFAIL);

        assertThat(harness.node(2).failureReports()).isZero();
    }

    @Test
    void givenReportsWithoutOwnSuspicion_whenAMajorityAgrees_thenTheNodeHasNotFailedForUs() {
        harness.report(3, 2, NodeFlags.PFAIL);

        assertThat(harness.node(2).flags().has(NodeFlags.PFAIL | NodeFlags.FAIL)).isFalse();
    }

    @Test
    void givenFail_whenReceived_thenItIsBelievedUnlessItIsAboutMyself() {
        harness.says(3, new Fail(harness.peer(3).header(), EngineHarness.id(2)));
        harness.says(3, new Fail(harness.peer(3).header(), EngineHarness.id(1)));

        assertThat(harness.node(2).flags().isFailed()).isTrue();
        assertThat(harness.me().flags().isFailed()).isFalse();
    }

    @Test
    void givenFailedReplica_whenItAnswers_thenItIsWellAtOnce() {
        harness.says(3, new Fail(harness.peer(3).header(), EngineHarness.id(4)));
        harness.runFor(700);

        assertThat(harness.node(4).flags().isFailed()).isFalse();
    }

    @Test
    void givenFailedPrimaryWithSlots_whenItAnswers_thenItIsWellAfterTwoNodeTimeouts() {
        harness.says(3, new Fail(harness.peer(3).header(), EngineHarness.id(2)));

        harness.runFor(2 * NODE_TIMEOUT_MS - 100);
        assertThat(harness.node(2).flags().isFailed()).isTrue();
        harness.runFor(400);
        assertThat(harness.node(2).flags().isFailed()).isFalse();
    }

    @Test
    void givenDeadProcess_whenConnectsAreRefusedForALease_thenItIsSuspectedEarly() {
        harness.pings(2);
        processDies(2);

        refuseFor(400);
        assertThat(harness.node(2).flags().isSuspected()).isFalse();
        refuseFor(200);
        assertThat(harness.node(2).flags().isSuspected()).isTrue();
    }

    @Test
    void givenProcessThatRestarts_whenItIsBackWithinALease_thenItIsNotSuspected() {
        harness.pings(2);
        processDies(2);
        refuseFor(300);
        harness.peer(2).silent = false;

        harness.runFor(1000);

        assertThat(harness.node(2).flags().isSuspected()).isFalse();
        assertThat(harness.node(2).connected()).isTrue();
    }

    @Test
    void givenOneRefusedConnect_whenALeasePasses_thenThatIsNoEvidence() {
        harness.pings(2);
        processDies(2);
        harness.clear();
        harness.runFor(100);
        for (Effect.Connect connect : harness.all(Effect.Connect.class)) {
            harness.step(new Event.ConnectFailed(connect.link(), true, harness.nowMs));
        }

        harness.runFor(600);

        assertThat(harness.node(2).flags().isSuspected()).isFalse();
    }

    @Test
    void givenFreezeOfOurOwn_whenWeWakeUp_thenWeDoNotBlameOthers() {
        harness.nowMs += 5000;
        harness.step(new Event.Tick(harness.nowMs));

        for (int number = 2; number <= 6; number++) {
            assertThat(harness.node(number).flags().has(NodeFlags.PFAIL | NodeFlags.FAIL))
                    .isFalse();
        }
    }

    @Test
    void givenStalledDataLoop_whenPinged_thenTheNodeIsSilent() {
        harness.step(new Event.HostStalled(harness.nowMs));
        harness.clear();
        harness.pings(2);
        harness.runFor(500);

        assertThat(harness.all(Effect.Send.class)).isEmpty();
        assertThat(harness.engine.view().lease().validAt(harness.nowMs)).isFalse();

        harness.step(new Event.HostResumed(harness.nowMs));
        harness.runFor(300);
        assertThat(harness.engine.view().lease().validAt(harness.nowMs)).isTrue();
    }
}
