// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReplicaAcksTest {
    private final ReplicaAcks acks = new ReplicaAcks();

    private ReplicaProgress replica(ReplicaState state, long ackOffset, long nowMs) {
        ReplicaProgress replica = new ReplicaProgress("10.0.0.1", 7002, true, state, nowMs);
        replica.onAck(ackOffset, nowMs);
        acks.add(replica);
        return replica;
    }

    @Test
    void givenReplicasInEachState_whenCounted_thenOnlyOnlineOnesCount() {
        for (ReplicaState state : ReplicaState.values()) {
            replica(state, 100, 0);
        }
        replica(ReplicaState.ONLINE, 99, 0);

        assertThat(acks.countAcked(100)).isEqualTo(1);
        assertThat(acks.countAcked(99)).isEqualTo(2);
        assertThat(acks.countGood(10_000, 0)).isEqualTo(2);
    }

    @Test
    void givenAnOlderAck_whenItComes_thenTheOffsetStaysAndTheReplicaWasHeard() {
        ReplicaProgress replica = replica(ReplicaState.ONLINE, 100, 0);

        replica.onAck(50, 4_000);
        replica.onFsynced(70);
        replica.onFsynced(60);

        assertThat(replica.ackOffset()).isEqualTo(100);
        assertThat(replica.fsyncedOffset()).isEqualTo(70);
        assertThat(replica.lagMs(5_000)).isEqualTo(1_000);
        assertThat(acks.countFsynced(70)).isEqualTo(1);
        assertThat(acks.countFsynced(71)).isZero();
    }

    @Test
    void givenMinReplicas_whenTheyLag_thenWritesAreRefused() {
        replica(ReplicaState.ONLINE, 1, 0);
        replica(ReplicaState.ONLINE, 1, 5_000);

        assertThat(acks.enoughForWrite(2, 10, 10_999)).isTrue();
        assertThat(acks.enoughForWrite(2, 10, 11_000)).isFalse();
        assertThat(acks.enoughForWrite(1, 10, 11_000)).isTrue();
        assertThat(acks.enoughForWrite(0, 10, 99_000)).isTrue();
        assertThat(acks.enoughForWrite(9, 0, 99_000)).isTrue();
    }

    /// For so many replicas to have the offset 20.
    private AckWaits.Wait wait(
            AckWaits waits, int replicas, long deadlineMs, String name, List<String> answers) {
        return waits.add(
                all -> all.countAcked(20) >= replicas,
                deadlineMs,
                () -> answers.add(name + acks.countAcked(20)));
    }

    @Test
    void givenWaits_whenAcksComeOrTimeRunsOut_thenEachIsAnsweredOnce() {
        List<String> answers = new ArrayList<>();
        AckWaits waits = new AckWaits();
        ReplicaProgress one = replica(ReplicaState.ONLINE, 10, 0);
        replica(ReplicaState.ONLINE, 10, 0);
        wait(waits, 1, AckWaits.NEVER, "a", answers);
        wait(waits, 2, 1_000, "b", answers);
        AckWaits.Wait gone = wait(waits, 1, 500, "c", answers);

        waits.check(acks, 100);
        assertThat(answers).isEmpty();
        waits.cancel(gone);
        one.onAck(20, 200);
        waits.check(acks, 200);
        assertThat(answers).containsExactly("a1");
        waits.check(acks, 1_000);
        assertThat(answers).containsExactly("a1", "b1");
        assertThat(waits.isEmpty()).isTrue();

        wait(waits, 9, AckWaits.NEVER, "d", answers);
        waits.cancelAll();
        assertThat(waits.isEmpty()).isTrue();
        assertThat(answers).hasSize(2);
    }
}
