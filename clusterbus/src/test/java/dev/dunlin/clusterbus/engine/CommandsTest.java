// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The CLUSTER subcommands; error texts were read off redis-server 7.0.15.
class CommandsTest {
    private static final String NOBODY = "f".repeat(40);
    private static final String TWO = EngineHarness.id(2).value();
    private static final String FIVE = EngineHarness.id(5).value();
    private static final String MYSELF = EngineHarness.id(1).value();

    private final EngineHarness primary = EngineHarness.primary();
    private final EngineHarness replica = EngineHarness.replica();

    private static void refused(EngineHarness harness, ClusterCommand command, String text) {
        assertThat(harness.command(command)).isEqualTo(new CommandResult.Refused(text));
    }

    private static void ok(EngineHarness harness, ClusterCommand command) {
        assertThat(harness.command(command)).isEqualTo(CommandResult.OK);
    }

    private static List<SlotRange> one(int slot) {
        return List.of(new SlotRange(slot, slot));
    }

    private static EngineHarness lonely() {
        return new EngineHarness(EngineHarness.slots(0, 4000), null, EngineHarness.config());
    }

    @Test
    void givenSlots_whenAddedOrDeleted_thenAllOrNothing() {
        var harness = lonely();

        refused(
                harness,
                new ClusterCommand.AddSlots(
                        List.of(new SlotRange(4500, 4501), new SlotRange(5001, 5001))),
                "ERR Slot 5001 is already busy");
        refused(
                harness,
                new ClusterCommand.AddSlots(
                        List.of(new SlotRange(4500, 4501), new SlotRange(4500, 4500))),
                "ERR Slot 4500 specified multiple times");
        refused(
                harness,
                new ClusterCommand.DelSlots(one(4500)),
                "ERR Slot 4500 is already unassigned");
        assertThat(harness.me().slots()).isEqualTo(EngineHarness.slots(0, 4000));
        ok(harness, new ClusterCommand.AddSlots(one(4500)));
        assertThat(harness.engine.view().isMine(4500)).isTrue();
        ok(harness, new ClusterCommand.DelSlots(one(4500)));
        assertThat(harness.engine.view().owners().owner(4500)).isNull();
    }

    @Test
    void givenFlushSlots_whenThereAreKeys_thenItIsRefused() {
        refused(
                primary,
                new ClusterCommand.FlushSlots(false),
                "ERR DB must be empty to perform CLUSTER FLUSHSLOTS.");
        ok(primary, new ClusterCommand.FlushSlots(true));
        assertThat(primary.me().slots()).isEqualTo(SlotSet.EMPTY);
    }

    @Test
    void givenSetSlot_whenItDoesNotFit_thenTheErrorsAreRediss() {
        refused(
                replica,
                new ClusterCommand.SetSlotStable(1),
                "ERR Please use SETSLOT only with masters.");
        refused(
                primary,
                new ClusterCommand.SetSlotMigrating(6000, TWO),
                "ERR I'm not the owner of hash slot 6000");
        refused(
                primary,
                new ClusterCommand.SetSlotMigrating(1, NOBODY),
                "ERR I don't know about node " + NOBODY);
        refused(
                primary,
                new ClusterCommand.SetSlotMigrating(1, FIVE),
                "ERR Target node is not a master");
        refused(
                primary,
                new ClusterCommand.SetSlotImporting(1, TWO),
                "ERR I'm already the owner of hash slot 1");
        refused(
                primary,
                new ClusterCommand.SetSlotImporting(6000, "x"),
                "ERR I don't know about node x");
        refused(
                primary,
                new ClusterCommand.SetSlotImporting(6000, FIVE),
                "ERR Target node is not a master");
        refused(
                primary,
                new ClusterCommand.SetSlotNode(1, NOBODY, 0),
                "ERR Unknown node " + NOBODY);
        refused(
                primary,
                new ClusterCommand.SetSlotNode(1, FIVE, 0),
                "ERR Target node is not a master");
        refused(
                primary,
                new ClusterCommand.SetSlotNode(1, TWO, 3),
                "ERR Can't assign hashslot 1 to a different node while I still hold keys for this hash slot.");
    }

    @Test
    void givenImportedSlot_whenClosedAtTheTarget_thenItTakesANewEpochAndTellsEveryone() {
        ok(primary, new ClusterCommand.SetSlotImporting(6000, TWO));
        primary.clear();
        ok(primary, new ClusterCommand.SetSlotNode(6000, MYSELF, 0));

        assertThat(primary.me().configEpoch()).isEqualTo(4);
        assertThat(primary.engine.view().importing()).isEmpty();
        assertThat(primary.sentTo(3, dev.dunlin.clusterbus.wire.Pong.class)).isNotEmpty();
        assertThat(primary.all(Effect.Persist.class).getFirst().fsync()).isTrue();
    }

    @Test
    void givenMigratedSlot_whenClosedAtTheSource_thenItIsTheTargets() {
        ok(primary, new ClusterCommand.SetSlotMigrating(1, TWO));
        assertThat(primary.engine.view().migrating()).containsEntry(1, EngineHarness.id(2));
        ok(primary, new ClusterCommand.SetSlotNode(1, TWO, 0));

        assertThat(primary.engine.view().migrating()).isEmpty();
        assertThat(primary.engine.view().owners().owner(1)).isEqualTo(EngineHarness.id(2));
    }

    @Test
    void givenLastSlot_whenGivenAway_thenTheNodeFollowsItsSlots() {
        ok(primary, new ClusterCommand.DelSlots(List.of(new SlotRange(1, 5000))));
        ok(primary, new ClusterCommand.SetSlotNode(0, TWO, 0));

        assertThat(primary.me().primary()).isEqualTo(EngineHarness.id(2));
    }

    @Test
    void givenBumpEpoch_whenMineIsTheNewest_thenItStays() {
        assertThat(primary.command(new ClusterCommand.BumpEpoch()))
                .isEqualTo(new CommandResult.Text("BUMPED 4"));
        assertThat(primary.command(new ClusterCommand.BumpEpoch()))
                .isEqualTo(new CommandResult.Text("STILL 4"));
    }

    @Test
    void givenSetConfigEpoch_whenOthersAreKnown_thenItIsRefused() {
        refused(
                primary,
                new ClusterCommand.SetConfigEpoch(7),
                "ERR The user can assign a config epoch only when the node does not know any other node.");
        refused(
                primary,
                new ClusterCommand.SetConfigEpoch(-1),
                "ERR Invalid config epoch specified: -1");

        var config = EngineHarness.config();
        var random = new SplittableRandom(1);
        var engine = new ClusterEngine(config, ClusterEngine.freshState(config, random), random, 1);
        engine.step(new Event.CommandIssued(1, new ClusterCommand.SetConfigEpoch(7), 2));
        assertThat(engine.view().me().configEpoch()).isEqualTo(7);
        assertThat(engine.view().currentEpoch()).isEqualTo(7);
        assertThat(engine.step(new Event.CommandIssued(2, new ClusterCommand.SetConfigEpoch(8), 3)))
                .contains(
                        new Effect.Answer(
                                2,
                                new CommandResult.Refused(
                                        "ERR Node config epoch is already non-zero")));
    }

    @Test
    void givenForget_whenItDoesNotFit_thenTheErrorsAreRediss() {
        refused(primary, new ClusterCommand.Forget(NOBODY), "ERR Unknown node " + NOBODY);
        refused(
                primary,
                new ClusterCommand.Forget(MYSELF),
                "ERR I tried hard but I can't forget myself...");
        refused(replica, new ClusterCommand.Forget(TWO), "ERR Can't forget my master!");
    }

    @Test
    void givenReplicate_whenItDoesNotFit_thenTheErrorsAreRediss() {
        refused(primary, new ClusterCommand.Replicate(NOBODY, true), "ERR Unknown node " + NOBODY);
        refused(primary, new ClusterCommand.Replicate(MYSELF, true), "ERR Can't replicate myself");
        refused(
                primary,
                new ClusterCommand.Replicate(FIVE, true),
                "ERR I can only replicate a master, not a replica.");
        refused(
                primary,
                new ClusterCommand.Replicate(TWO, true),
                "ERR To set a master the node must be empty and without assigned slots.");
    }

    @Test
    void givenReplica_whenToldToFollowAnother_thenItsOldOffsetIsWorthNothing() {
        ok(replica, new ClusterCommand.Replicate(EngineHarness.id(3).value(), false));
        replica.clear();
        replica.pings(5);

        assertThat(replica.me().primary()).isEqualTo(EngineHarness.id(3));
        assertThat(
                        replica.answeredTo(5, dev.dunlin.clusterbus.wire.Pong.class)
                                .getFirst()
                                .header()
                                .offset())
                .isZero();
    }

    @Test
    void givenReset_whenThereAreKeys_thenAPrimaryRefuses() {
        refused(
                primary,
                new ClusterCommand.Reset(false, false),
                "ERR CLUSTER RESET can't be called with master nodes containing keys");
    }

    @Test
    void givenReset_whenHard_thenNothingOfTheOldLifeIsLeft() {
        ok(replica, new ClusterCommand.Reset(true, false));

        assertThat(replica.me().isPrimary()).isTrue();
        assertThat(replica.engine.id()).isNotEqualTo(EngineHarness.id(1));
        assertThat(replica.engine.view().nodes()).hasSize(1);
        assertThat(replica.engine.view().currentEpoch()).isZero();
        assertThat(replica.all(Effect.EmptyDatabase.class)).hasSize(1);
        assertThat(replica.all(Effect.Persist.class))
                .anySatisfy(persist -> assertThat(persist.fsync()).isTrue());
    }

    @Test
    void givenReset_whenSoft_thenTheNameAndTheEpochStay() {
        ok(replica, new ClusterCommand.Reset(false, false));

        assertThat(replica.engine.id()).isEqualTo(EngineHarness.id(1));
        assertThat(replica.engine.view().currentEpoch()).isEqualTo(3);
    }

    @Test
    void givenMeet_whenTheAddressIsNone_thenTheErrorNamesIt() {
        refused(
                primary,
                new ClusterCommand.Meet("example.com", 7000, 17_000),
                "ERR Invalid node address specified: example.com:7000");
        refused(
                primary,
                new ClusterCommand.Meet("1.2.3.4", 0, 17_000),
                "ERR Invalid node address specified: 1.2.3.4:0");
        ok(primary, new ClusterCommand.Meet("::1", 7000, 17_000));
        ok(primary, new ClusterCommand.Meet("1.2.3.4", 7000, 17_000));
    }

    @Test
    void givenAddresses_whenChecked_thenOnlyNumericOnesAreValid() {
        for (String good :
                List.of(
                        "1.2.3.4",
                        "255.255.255.255",
                        "::",
                        "::1",
                        "fe80::1:2",
                        "1:2:3:4:5:6:7:8",
                        "::ffff:1.2.3.4")) {
            assertThat(NumericAddress.valid(good)).as(good).isTrue();
        }
        for (String bad :
                List.of(
                        "",
                        "1.2.3",
                        "1.2.3.4.5",
                        "256.1.1.1",
                        "01.2.3.4",
                        "a.b.c.d",
                        "1:2:3",
                        "1::2::3",
                        ":::",
                        "12345::",
                        "g::1")) {
            assertThat(NumericAddress.valid(bad)).as(bad).isFalse();
        }
    }

    @Test
    void givenSaveConfig_whenIssued_thenTheStateIsForcedToDisk() {
        primary.clear();
        ok(primary, new ClusterCommand.SaveConfig());

        assertThat(primary.all(Effect.Persist.class).getFirst().fsync()).isTrue();
    }

    @Test
    void givenSavedState_whenLoadedAgain_thenItIsTheSame() {
        ok(primary, new ClusterCommand.SetSlotMigrating(1, TWO));
        ok(primary, new ClusterCommand.SetSlotImporting(6000, TWO));
        primary.clear();
        ok(primary, new ClusterCommand.SaveConfig());
        var state = primary.all(Effect.Persist.class).getFirst().state();

        var loaded = StateFile.save(StateFile.load(state, new SplittableRandom(1), primary.nowMs));

        assertThat(loaded.openSlots()).isEqualTo(state.openSlots());
        assertThat(loaded.currentEpoch()).isEqualTo(state.currentEpoch());
        assertThat(loaded.nodes()).hasSameSizeAs(state.nodes());
        for (int i = 0; i < loaded.nodes().size(); i++) {
            assertThat(loaded.nodes().get(i).slots()).isEqualTo(state.nodes().get(i).slots());
            assertThat(loaded.nodes().get(i).flags()).isEqualTo(state.nodes().get(i).flags());
            assertThat(loaded.nodes().get(i).primary()).isEqualTo(state.nodes().get(i).primary());
            assertThat(loaded.nodes().get(i).configEpoch())
                    .isEqualTo(state.nodes().get(i).configEpoch());
        }
    }
}
