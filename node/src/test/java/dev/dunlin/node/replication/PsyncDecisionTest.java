// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class PsyncDecisionTest {
    private static final ReplicationId OLD = new ReplicationId("a".repeat(40));
    private static final ReplicationId NOW = new ReplicationId("b".repeat(40));
    private static final ReplicationId OTHER = new ReplicationId("c".repeat(40));

    /// Bytes 101..300 are kept; the histories forked at 200.
    private static PsyncDecision decide(ReplicationId id, long nextByte) {
        return PsyncDecision.decide(
                new PsyncRequest(Optional.of(id), nextByte, false),
                new ReplicationHistory(NOW, OLD, 200),
                true,
                101,
                200);
    }

    @Test
    void givenOffsetsAroundTheBacklog_whenDecided_thenFirstAndOneAfterLastAreInside() {
        assertThat(decide(NOW, 100))
                .isEqualTo(new PsyncDecision.Full(PsyncDecision.Reason.BEFORE_BACKLOG));
        assertThat(decide(NOW, 101)).isEqualTo(new PsyncDecision.Partial(101));
        assertThat(decide(NOW, 301)).isEqualTo(new PsyncDecision.Partial(301));
        assertThat(decide(NOW, 302))
                .isEqualTo(new PsyncDecision.Full(PsyncDecision.Reason.AFTER_BACKLOG));
    }

    @Test
    void givenThePreviousId_whenDecided_thenTheForkOffsetIsTheLastValid() {
        assertThat(decide(OLD, 200)).isEqualTo(new PsyncDecision.Partial(200));
        assertThat(decide(OLD, 201))
                .isEqualTo(new PsyncDecision.Full(PsyncDecision.Reason.AFTER_FORK));
    }

    @Test
    void givenAnotherId_whenTheOffsetIsInsideByAccident_thenItIsAFullSync() {
        assertThat(decide(OTHER, 150))
                .isEqualTo(new PsyncDecision.Full(PsyncDecision.Reason.UNKNOWN_HISTORY));
        // What a brand-new server sends: its own random id and offset 1.
        assertThat(decide(OTHER, 1))
                .isEqualTo(new PsyncDecision.Full(PsyncDecision.Reason.UNKNOWN_HISTORY));
    }

    @Test
    void givenNoHistoryOrNoBacklog_whenDecided_thenItIsAFullSync() {
        ReplicationHistory history = ReplicationHistory.startingWith(NOW);

        assertThat(PsyncDecision.decide(PsyncRequest.NOTHING, history, true, 1, 0))
                .isEqualTo(new PsyncDecision.Full(PsyncDecision.Reason.NO_HISTORY));
        assertThat(PsyncDecision.decide(PsyncRequest.after(NOW, 0), history, false, 0, 0))
                .isEqualTo(new PsyncDecision.Full(PsyncDecision.Reason.NO_BACKLOG));
        assertThat(PsyncDecision.decide(PsyncRequest.after(NOW, -2), history, true, 1, 0))
                .isEqualTo(new PsyncDecision.Full(PsyncDecision.Reason.BEFORE_BACKLOG));
    }
}
