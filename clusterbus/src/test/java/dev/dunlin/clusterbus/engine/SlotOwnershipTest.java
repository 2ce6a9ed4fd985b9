// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.engine.SlotOwnership.Claim;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.Update;
import org.junit.jupiter.api.Test;

class SlotOwnershipTest {
    private final EngineHarness harness = EngineHarness.primary();

    @Test
    void givenSlot_whenClaimed_thenTheEpochDecides() {
        assertThat(SlotOwnership.decide(true, false, 9, 1)).isEqualTo(Claim.CONFIRMED);
        assertThat(SlotOwnership.decide(false, true, 9, 1)).isEqualTo(Claim.WON);
        assertThat(SlotOwnership.decide(false, false, 1, 2)).isEqualTo(Claim.WON);
        assertThat(SlotOwnership.decide(false, false, 2, 2)).isEqualTo(Claim.REFUSED);
        assertThat(SlotOwnership.decide(false, false, 3, 2)).isEqualTo(Claim.REFUSED);
    }

    @Test
    void givenSlotOfAnother_whenClaimedUnderANewerEpoch_thenItIsReboundAndForcedToDisk() {
        var three = harness.peer(3);
        three.configEpoch = 7;
        three.slots = three.slots.with(6000);
        harness.clear();

        harness.pings(3);

        assertThat(harness.engine.view().owners().owner(6000)).isEqualTo(EngineHarness.id(3));
        assertThat(harness.all(Effect.Persist.class))
                .anySatisfy(persist -> assertThat(persist.fsync()).isTrue());
        assertThat(harness.all(Effect.DropSlotKeys.class)).isEmpty();
    }

    @Test
    void givenSlotOfAnother_whenClaimedUnderAnOlderEpoch_thenTheClaimantIsCorrected() {
        var two = harness.peer(2);
        two.slots = two.slots.with(10_001);
        harness.clear();

        harness.pings(2);

        assertThat(harness.engine.view().owners().owner(10_001)).isEqualTo(EngineHarness.id(3));
        assertThat(harness.sentTo(2, Update.class))
                .singleElement()
                .satisfies(update -> {
                    assertThat(update.node()).isEqualTo(EngineHarness.id(3));
                    assertThat(update.configEpoch()).isEqualTo(3);
                    assertThat(update.slots()).isEqualTo(EngineHarness.slots(10_001, 16_383));
                });
    }

    @Test
    void givenMySlot_whenLostToANewerEpoch_thenItsKeysAreDropped() {
        var three = harness.peer(3);
        three.configEpoch = 7;
        three.slots = three.slots.with(17);
        harness.clear();

        harness.pings(3);

        assertThat(harness.all(Effect.DropSlotKeys.class))
                .containsExactly(new Effect.DropSlotKeys(SlotSet.of(17)));
        assertThat(harness.me().slots().contains(17)).isFalse();
        assertThat(harness.me().isPrimary()).isTrue();
    }

    @Test
    void givenMyReplica_whenItClaimsAllMySlots_thenIFollowItWithMyData() {
        var four = harness.peer(4);
        four.primary = null;
        four.configEpoch = 7;
        four.currentEpoch = 7;
        harness.clear();

        harness.says(4, four.pong());

        assertThat(harness.me().primary()).isEqualTo(EngineHarness.id(4));
        assertThat(harness.all(Effect.ReplicateFrom.class))
                .containsExactly(
                        new Effect.ReplicateFrom(EngineHarness.id(4), "10.0.0.4", 7000, false));
        assertThat(harness.all(Effect.DropSlotKeys.class)).isEmpty();
        assertThat(harness.engine.view().lease().validAt(harness.nowMs)).isFalse();
    }

    @Test
    void givenMyLastSlot_whenItGoesToAnotherShard_thenIFollowWithAFullSync() {
        var three = harness.peer(3);
        three.configEpoch = 7;
        three.slots = three.slots.union(EngineHarness.slots(0, 5000));
        harness.clear();

        harness.pings(3);

        assertThat(harness.all(Effect.ReplicateFrom.class))
                .containsExactly(
                        new Effect.ReplicateFrom(EngineHarness.id(3), "10.0.0.3", 7000, true));
    }

    @Test
    void givenSlotNotClaimedAnyMore_whenAnyoneClaimsIt_thenEvenAnOldEpochWins() {
        var three = harness.peer(3);
        three.slots = three.slots.without(12_000);
        harness.pings(3);
        assertThat(harness.engine.view().owners().owner(12_000)).isEqualTo(EngineHarness.id(3));

        var two = harness.peer(2);
        two.slots = two.slots.with(12_000);
        harness.pings(2);

        assertThat(harness.engine.view().owners().owner(12_000)).isEqualTo(EngineHarness.id(2));
    }

    @Test
    void givenUpdate_whenItsEpochIsNewer_thenItIsApplied() {
        var update =
                new Update(
                        harness.peer(3).header(),
                        EngineHarness.id(5),
                        9,
                        EngineHarness.slots(5001, 10_000));

        harness.says(3, update);

        assertThat(harness.node(5).isPrimary()).isTrue();
        assertThat(harness.node(5).configEpoch()).isEqualTo(9);
        assertThat(harness.engine.view().owners().owner(5001)).isEqualTo(EngineHarness.id(5));
    }

    @Test
    void givenUpdate_whenItIsOldOrAboutMyself_thenItIsIgnored() {
        harness.says(
                3, new Update(harness.peer(3).header(), EngineHarness.id(2), 2, SlotSet.EMPTY));
        harness.says(
                3, new Update(harness.peer(3).header(), EngineHarness.id(1), 99, SlotSet.EMPTY));

        assertThat(harness.node(2).slots()).isEqualTo(EngineHarness.slots(5001, 10_000));
        assertThat(harness.me().configEpoch()).isEqualTo(1);
        assertThat(harness.me().slots()).isEqualTo(EngineHarness.slots(0, 5000));
    }

    @Test
    void givenPrimaryThatStepsDown_whenItsSuccessorIsOfItsShard_thenItsSlotsStayUntilClaimed() {
        var two = harness.peer(2);
        two.primary = EngineHarness.id(5);

        harness.pings(2);

        assertThat(harness.node(2).flags().isReplica()).isTrue();
        assertThat(harness.node(5).isPrimary()).isTrue();
        assertThat(harness.engine.view().owners().owner(6000)).isEqualTo(EngineHarness.id(2));
    }

    @Test
    void givenPrimaryThatStepsDown_whenItsNewPrimaryIsOfAnotherShard_thenItsSlotsAreFree() {
        harness.peer(2).primary = EngineHarness.id(3);

        harness.pings(2);

        assertThat(harness.engine.view().owners().owner(6000)).isNull();
        assertThat(harness.node(2).primary()).isEqualTo(EngineHarness.id(3));
    }

    @Test
    void givenImportingSlot_whenItsSourceLetsGo_thenItIsMineUnderANewEpoch() {
        harness.command(new ClusterCommand.SetSlotImporting(6000, EngineHarness.id(2).value()));
        var two = harness.peer(2);
        two.slots = two.slots.without(6000);

        harness.pings(2);

        assertThat(harness.engine.view().isMine(6000)).isTrue();
        assertThat(harness.engine.view().importing()).isEmpty();
        assertThat(harness.me().configEpoch()).isEqualTo(4);
    }

    @Test
    void givenMigratingSlot_whenItsTargetIsFailedOver_thenTheMarkFollows() {
        harness.command(new ClusterCommand.SetSlotMigrating(7, EngineHarness.id(2).value()));
        var five = harness.peer(5);
        five.primary = null;
        five.configEpoch = 8;

        harness.says(5, five.pong());

        assertThat(harness.engine.view().migrating()).containsEntry(7, EngineHarness.id(5));
    }

    @Test
    void givenKeysAfterLoading_whenNobodyOwnsTheirSlot_thenItIsMine_andForeignOnesGo() {
        var lonely = new EngineHarness(EngineHarness.slots(0, 4000), null, EngineHarness.config());
        lonely.clear();

        lonely.step(new Event.KeysFound(SlotSet.of(1, 4500, 6000), lonely.nowMs));

        assertThat(lonely.engine.view().isMine(4500)).isTrue();
        assertThat(lonely.all(Effect.DropSlotKeys.class))
                .containsExactly(new Effect.DropSlotKeys(SlotSet.of(6000)));
    }
}
