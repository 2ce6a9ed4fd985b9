// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.replication.ReplicationCron.Duty;
import dev.dunlin.node.replication.ReplicationCron.View;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicationCronTest {
    private final ReplicationCron cron = new ReplicationCron();
    private final ReplicationConfig config = ReplicationConfig.defaults(7001);

    private static ReplicaProgress replica(ReplicaState state, boolean acks, long nowMs) {
        return new ReplicaProgress("h", 1, acks, state, nowMs);
    }

    private static View primary(List<ReplicaProgress> replicas) {
        return new View(true, false, true, replicas, LinkState.NONE, 0);
    }

    private static View replica(LinkState link, long heardMs) {
        return new View(false, false, true, List.of(), link, heardMs);
    }

    @Test
    void givenAPrimaryWithAReplica_whenTenSecondsPass_thenItPings() {
        View view = primary(List.of(replica(ReplicaState.ONLINE, true, 0)));

        assertThat(cron.tick(0, config, view)).isEmpty();
        assertThat(cron.tick(9_000, config, view)).isEmpty();
        assertThat(cron.tick(10_000, config, view)).containsExactly(new Duty.Ping());
        assertThat(cron.tick(10_900, config, view)).isEmpty();
        assertThat(cron.tick(20_000, config, view)).containsExactly(new Duty.Ping());
    }

    @Test
    void givenNoReplicaOrAPauseOrAReplicasRole_whenAPingIsDue_thenNoneIsSent() {
        List<ReplicaProgress> one = List.of(replica(ReplicaState.ONLINE, true, 10_000));
        cron.tick(0, config, primary(List.of()));

        assertThat(cron.tick(10_000, config, primary(List.of()))).isEmpty();
        assertThat(cron.tick(20_000, config, new View(true, true, true, one, LinkState.NONE, 0)))
                .isEmpty();
        assertThat(
                        cron.tick(
                                30_000,
                                config,
                                new View(false, false, true, one, LinkState.CONNECTED, 30_000)))
                .containsExactly(new Duty.SendAck());
    }

    @Test
    void givenAWaitingReplica_whenEachSecondPasses_thenALineEndIsDue() {
        ReplicaProgress waiting = replica(ReplicaState.WAIT_SNAPSHOT, true, 0);
        View view = primary(List.of(waiting));

        assertThat(cron.tick(0, config, view)).containsExactly(new Duty.KeepAlive(waiting));
        assertThat(cron.tick(500, config, view)).isEmpty();
        assertThat(cron.tick(1_000, config, view)).containsExactly(new Duty.KeepAlive(waiting));
    }

    @Test
    void givenSilentReplicas_whenTheTimeoutPasses_thenThoseThatShouldSpeakAreDropped() {
        ReplicaProgress online = replica(ReplicaState.ONLINE, true, 0);
        ReplicaProgress mute = replica(ReplicaState.ONLINE, false, 0);
        ReplicaProgress stuck = replica(ReplicaState.SEND_SNAPSHOT, true, 0);
        ReplicaProgress loading = replica(ReplicaState.AWAIT_ACK, true, 0);
        View view = primary(List.of(online, mute, stuck, loading));
        ReplicationConfig noPing = config.withTimes(60_000, Long.MAX_VALUE);

        assertThat(cron.tick(60_000, noPing, view)).isEmpty();
        assertThat(cron.tick(61_000, noPing, view))
                .containsExactly(
                        new Duty.DropReplica(online),
                        new Duty.DropReplica(stuck),
                        new Duty.DropReplica(loading));
    }

    @Test
    void givenNoReplicaForAnHour_whenTheTtlPasses_thenTheBacklogGoes() {
        cron.tick(0, config, primary(List.of(replica(ReplicaState.ONLINE, true, 0))));
        assertThat(cron.tick(3_600_000, config, primary(List.of()))).isEmpty();

        assertThat(cron.tick(3_602_000, config, primary(List.of())))
                .containsExactly(new Duty.DropBacklog());
        assertThat(cron.tick(9_999_000, config, replica(LinkState.LOADING, 0)))
                .doesNotContain(new Duty.DropBacklog());
    }

    @Test
    void givenEachStateOfTheLink_whenASecondPasses_thenItsDutyIsDue() {
        assertThat(cron.tick(0, config, replica(LinkState.CONNECT, 0)))
                .containsExactly(new Duty.Connect());
        assertThat(cron.tick(1_000, config, replica(LinkState.CONNECTING, 0))).isEmpty();
        assertThat(cron.tick(2_000, config, replica(LinkState.HANDSHAKE, 0))).isEmpty();
        assertThat(cron.tick(3_000, config, replica(LinkState.TRANSFER, 3_000))).isEmpty();
        assertThat(cron.tick(4_000, config, replica(LinkState.LOADING, 0)))
                .containsExactly(new Duty.SendKeepAlive());
        assertThat(cron.tick(5_000, config, replica(LinkState.CONNECTED, 5_000)))
                .containsExactly(new Duty.SendAck());
    }

    @Test
    void givenASilentPrimary_whenTheTimeoutPasses_thenTheLinkIsDropped() {
        assertThat(cron.tick(0, config, replica(LinkState.CONNECTED, 0)))
                .containsExactly(new Duty.SendAck());
        assertThat(cron.tick(60_001, config, replica(LinkState.CONNECTED, 0)))
                .contains(new Duty.DropLink());
        assertThat(cron.tick(60_002, config, replica(LinkState.TRANSFER, 0)))
                .containsExactly(new Duty.DropLink());
        assertThat(cron.tick(999_999, config, replica(LinkState.LOADING, 0)))
                .doesNotContain(new Duty.DropLink());
    }
}
