// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.engine.ClusterCommand.FailoverMode;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.wire.Fail;
import dev.dunlin.clusterbus.wire.FailoverAuthRequest;
import dev.dunlin.clusterbus.wire.MessageFlags;
import dev.dunlin.clusterbus.wire.MfStart;
import dev.dunlin.clusterbus.wire.Ping;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ManualFailoverTest {
    private static CommandResult failover(EngineHarness harness, FailoverMode mode) {
        return harness.command(new ClusterCommand.Failover(mode));
    }

    @Test
    void givenPrimary_whenItsReplicaSendsMfStart_thenItSaysPausedOnlyOnceWritesStopped() {
        var harness = EngineHarness.primary();
        harness.clear();

        harness.says(4, new MfStart(harness.peer(4).header()));
        assertThat(harness.all(Effect.PauseWrites.class))
                .containsExactly(new Effect.PauseWrites(harness.nowMs + 10_000));
        assertThat(harness.answeredTo(4, Ping.class)).isEmpty();

        harness.step(new Event.WritesPaused(777, harness.nowMs));
        assertThat(harness.answeredTo(4, Ping.class))
                .singleElement()
                .satisfies(ping -> {
                    assertThat(ping.header().messageFlags().isPaused()).isTrue();
                    assertThat(ping.header().offset()).isEqualTo(777);
                });

        harness.runFor(5000);
        assertThat(harness.all(Effect.ResumeWrites.class)).hasSize(1);
    }

    @Test
    void givenPausedPrimary_whenItsReplicaHasTakenOver_thenHeldWritesGoOnOnlyUnderTheNewView() {
        var harness = EngineHarness.primary();
        harness.says(4, new MfStart(harness.peer(4).header()));
        harness.step(new Event.WritesPaused(777, harness.nowMs));
        var successor = harness.peer(4);
        successor.primary = null;
        successor.slots = EngineHarness.slots(0, 5000);
        successor.configEpoch = 9;
        successor.currentEpoch = 9;

        // What is held runs as soon as it may, on another thread than the bus.
        List<Class<?>> order = new ArrayList<>();
        harness.pings(4).forEach(effect -> order.add(effect.getClass()));

        assertThat(harness.me().isPrimary()).isFalse();
        assertThat(order).contains(Effect.ResumeWrites.class, Effect.ReplicateFrom.class);
        assertThat(order.indexOf(Effect.PublishView.class))
                .isLessThan(order.indexOf(Effect.ResumeWrites.class))
                .isLessThan(order.indexOf(Effect.ReplicateFrom.class));
    }

    @Test
    void givenPrimary_whenAForeignReplicaSendsMfStart_thenItIsIgnored() {
        var harness = EngineHarness.primary();
        harness.says(5, new MfStart(harness.peer(5).header()));

        assertThat(harness.all(Effect.PauseWrites.class)).isEmpty();
    }

    @Test
    void givenReplica_whenItsOffsetEqualsThePausedOne_thenItAsksForVotesWithForceAck() {
        var harness = EngineHarness.replica();
        assertThat(failover(harness, FailoverMode.COORDINATED)).isEqualTo(CommandResult.OK);
        assertThat(harness.sentTo(2, MfStart.class)).hasSize(1);

        var two = harness.peer(2);
        two.offset = 150;
        two.messageFlags |= MessageFlags.PAUSED;
        harness.pings(2);
        assertThat(harness.sentTo(3, FailoverAuthRequest.class)).isEmpty();

        report(harness, 151);
        assertThat(harness.sentTo(3, FailoverAuthRequest.class)).isEmpty();
        report(harness, 150);
        assertThat(harness.sentTo(3, FailoverAuthRequest.class))
                .singleElement()
                .satisfies(request ->
                        assertThat(request.header().messageFlags().isForceAck()).isTrue());
        assertThat(harness.sentTo(3, Fail.class)).isEmpty();
    }

    @Test
    void givenReplica_whenThePrimaryNeverPauses_thenItGivesUp() {
        var harness = EngineHarness.replica();
        failover(harness, FailoverMode.COORDINATED);
        harness.runFor(5100);
        harness.peer(2).messageFlags |= MessageFlags.PAUSED;
        harness.pings(2);

        assertThat(harness.sentTo(3, FailoverAuthRequest.class)).isEmpty();
    }

    @Test
    void givenReplica_whenForced_thenItAsksAtOnce() {
        var harness = EngineHarness.replica();
        failover(harness, FailoverMode.FORCE);

        assertThat(harness.sentTo(3, FailoverAuthRequest.class)).hasSize(1);
    }

    @Test
    void givenReplica_whenItTakesOver_thenItIsPrimaryUnderANewEpochWithoutVotes() {
        var harness = EngineHarness.replica();
        failover(harness, FailoverMode.TAKEOVER);

        assertThat(harness.me().isPrimary()).isTrue();
        assertThat(harness.me().configEpoch()).isEqualTo(4);
        assertThat(harness.me().slots()).isEqualTo(EngineHarness.slots(0, 10_000));
    }

    @Test
    void givenWrongRole_whenTold_thenTheErrorsAreRediss() {
        var primary = EngineHarness.primary();
        assertThat(failover(primary, FailoverMode.COORDINATED))
                .isEqualTo(
                        new CommandResult.Refused(
                                "ERR You should send CLUSTER FAILOVER to a replica"));

        var replica = EngineHarness.replica();
        replica.says(3, new Fail(replica.peer(3).header(), EngineHarness.id(2)));
        assertThat(replica.node(2).flags().has(NodeFlags.FAIL)).isTrue();
        assertThat(failover(replica, FailoverMode.COORDINATED))
                .isEqualTo(
                        new CommandResult.Refused(
                                "ERR Master is down or failed, please use CLUSTER FAILOVER FORCE"));
    }

    private static void report(EngineHarness harness, long offset) {
        harness.step(
                new Event.HostReported(
                        new HostStatus(
                                offset, EngineHarness.id(2), HostStatus.Link.UP, harness.nowMs),
                        harness.nowMs));
    }
}
