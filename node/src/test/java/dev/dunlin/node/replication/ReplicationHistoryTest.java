// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ReplicationHistoryTest {
    private static final ReplicationId A = new ReplicationId("a".repeat(40));
    private static final ReplicationId B = new ReplicationId("b".repeat(40));
    private static final ReplicationId C = new ReplicationId("c".repeat(40));

    @Test
    void givenAPromotion_whenAskedForBothIds_thenTheOldOneCoversUpToTheForkOnly() {
        ReplicationHistory history = ReplicationHistory.startingWith(A).promoted(B, 10_478);

        assertThat(history).isEqualTo(new ReplicationHistory(B, A, 10_479));
        assertThat(history.covers(A, 10_479)).isTrue();
        assertThat(history.covers(A, 10_480)).isFalse();
        assertThat(history.covers(B, 99_999)).isTrue();
        assertThat(history.covers(C, 1)).isFalse();
    }

    @Test
    void givenTwoPromotions_whenAskedForTheFirstId_thenItIsForgotten() {
        ReplicationHistory history =
                ReplicationHistory.startingWith(A).promoted(B, 10).promoted(C, 20);

        assertThat(history).isEqualTo(new ReplicationHistory(C, B, 21));
        assertThat(history.covers(A, 1)).isFalse();
    }

    @Test
    void givenAPreviousHistory_whenFullSynced_thenOnlyThePrimarysRemains() {
        ReplicationHistory history =
                ReplicationHistory.startingWith(A).promoted(B, 10).fullSynced(C);

        assertThat(history).isEqualTo(new ReplicationHistory(C, ReplicationId.NONE, -1));
    }

    @Test
    void givenContinueWithANewId_whenTaken_thenTheOldOneIsThePrevious() {
        ReplicationHistory history = ReplicationHistory.startingWith(A).continued(B, 500);

        assertThat(history).isEqualTo(new ReplicationHistory(B, A, 501));
    }

    @Test
    void givenContinueWithTheSameId_whenTaken_thenNothingChanges() {
        ReplicationHistory before = ReplicationHistory.startingWith(A).promoted(B, 10);

        assertThat(before.continued(B, 500)).isEqualTo(before);
    }

    @Test
    void givenABacklogIsCreatedOrDropped_whenAsked_thenNothingOldIsCovered() {
        ReplicationHistory old = ReplicationHistory.startingWith(A).promoted(B, 10);

        assertThat(old.backlogCreated(C)).isEqualTo(ReplicationHistory.startingWith(C));
        assertThat(old.backlogDropped(C)).isEqualTo(ReplicationHistory.startingWith(C));
    }

    @Test
    void givenASavedHistory_whenRestored_thenAPrimaryForksItAndAReplicaGoesOn() {
        assertThat(ReplicationHistory.restoredAsPrimary(B, A, 77))
                .isEqualTo(new ReplicationHistory(B, A, 78));
        assertThat(ReplicationHistory.restoredAsReplica(A))
                .isEqualTo(ReplicationHistory.startingWith(A));
    }

    @Test
    void givenAForkWithoutAPreviousHistory_whenMade_thenItIsRefused() {
        assertThatThrownBy(() -> new ReplicationHistory(A, ReplicationId.NONE, 5))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givenARequest_whenMadeFromAnOffset_thenItWantsTheNextByte() {
        PsyncRequest request = PsyncRequest.after(A, 0);

        assertThat(request.idText()).isEqualTo(A.hex());
        assertThat(request.nextByte()).isEqualTo(1);
        assertThat(PsyncRequest.NOTHING.idText()).isEqualTo("?");
        assertThat(PsyncRequest.NOTHING.nextByte()).isEqualTo(-1);
    }
}
