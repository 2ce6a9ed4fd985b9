// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.sim;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.ClusterCommand.FailoverMode;
import dev.dunlin.clusterbus.engine.CommandResult;
import dev.dunlin.clusterbus.engine.EngineConfig;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.testkit.Seeds;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Whole clusters under faults. `-Dsim.seeds=N` runs more seeds, `-Dseed=N` repeats one, `-Dsim.verbose=true` tells its story.
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("sim.seeds", 200);
    private static final long NODE_TIMEOUT_MS = 1000;

    @Test
    void givenMixedFaults_whenTheyEnd_thenNoInvariantBrokeAndAllAgree() {
        Seeds.forEachSeed(SEEDS, Scenarios::mixed);
    }

    @Test
    void givenOperatorsWhoForce_whenFaultsEnd_thenEpochsHeldAndAllAgree() {
        Seeds.forEachSeed(SEEDS / 4, Scenarios::withOperators);
    }

    @Test
    void givenOneSeed_whenRunTwice_thenBothRunsAreTheSame() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(Scenarios.mixed(seed)).as("seed %d", seed).isEqualTo(Scenarios.mixed(seed));
        }
        assertThat(Scenarios.mixed(1)).isNotEqualTo(Scenarios.mixed(2));
    }

    @Test
    void givenPrimary_whenItsProcessDies_thenAReplicaServesInAboutALease() {
        var times = FailoverTimes.measure(1, 40, 3, 2, SimCluster::kill);

        assertThat(times.percentile(50)).as("%s", times).isLessThanOrEqualTo(600);
        assertThat(times.percentile(99)).as("%s", times).isLessThanOrEqualTo(1000);
    }

    @Test
    void givenPrimary_whenItGoesSilent_thenAReplicaServesInLittleMoreThanANodeTimeout() {
        for (var times :
                List.of(
                        FailoverTimes.measure(1, 20, 3, 2, SimCluster::powerOff),
                        FailoverTimes.measure(50, 20, 3, 1, SimCluster::isolate),
                        FailoverTimes.measure(100, 20, 3, 1, SimCluster::freeze))) {
            assertThat(times.percentile(50)).as("%s", times).isLessThanOrEqualTo(1200);
            assertThat(times.percentile(99)).as("%s", times).isLessThanOrEqualTo(1500);
        }
    }

    @Test
    void givenPrimaryFrozenPastItsFailover_whenItWakesUp_thenItServesNothing() {
        for (long seed = 1; seed <= 20; seed++) {
            var cluster = SimCluster.start(seed, 3, 1);
            SimNode old = serving(cluster, 0);
            cluster.freeze(old);
            cluster.runUntil(() -> isServedByAnother(cluster, old), 10, TimeUnit.SECONDS);

            assertThat(old.serves()).isFalse();
            cluster.thaw(old);
            // Each step of the cluster is looked at: not even between two messages may it serve.
            cluster.runUntil(
                    () -> {
                        assertThat(old.serves() && old.slots().contains(0)).isFalse();
                        return !old.view().isPrimary();
                    },
                    10,
                    TimeUnit.SECONDS);
            cluster.runUntilAllAgree(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void givenPrimaryFrozenForLessThanAFailover_whenItWakesUp_thenItServesAgainOnceConfirmed() {
        var cluster = SimCluster.start(7, 3, 1);
        SimNode node = serving(cluster, 0);
        cluster.freeze(node);
        cluster.runFor(700);
        cluster.thaw(node);

        assertThat(node.serves()).isFalse();
        cluster.runUntil(node::serves, 1, TimeUnit.SECONDS);
        assertThat(serving(cluster, 0).index).isEqualTo(node.index);
    }

    @Test
    void givenPrimary_whenIsolated_thenItStopsWithinItsLease() {
        for (long seed = 1; seed <= 20; seed++) {
            var cluster = SimCluster.start(seed, 3, 1);
            SimNode old = serving(cluster, 0);
            cluster.isolate(old);
            cluster.runFor(NODE_TIMEOUT_MS / 2);

            assertThat(old.serves()).isFalse();
            assertThat(old.view().isPrimary()).isTrue();
            cluster.runUntil(() -> isServedByAnother(cluster, old), 10, TimeUnit.SECONDS);
            cluster.healAll();
            cluster.runUntilAllAgree(30, TimeUnit.SECONDS);
            assertThat(old.view().isPrimary()).isFalse();
        }
    }

    @Test
    void givenPrimaryNobodyHears_whenItStillHearsThem_thenItStopsWithinItsLease() {
        var cluster = SimCluster.start(11, 3, 1);
        SimNode old = serving(cluster, 0);
        for (SimNode other : cluster.nodes()) {
            if (other.index != old.index) {
                cluster.cutOneWay(old, other);
            }
        }
        cluster.runFor(NODE_TIMEOUT_MS / 2);

        assertThat(old.serves()).isFalse();
    }

    @Test
    void givenTwoReplicas_whenThePrimaryDies_thenTheOneWithMoreDataWins() {
        for (long seed = 1; seed <= 20; seed++) {
            var cluster = SimCluster.start(seed, 3, 2);
            SimNode old = serving(cluster, 0);
            List<SimNode> replicas = cluster.replicasOf(old);
            SimNode behind = replicas.get((int) seed % 2);
            SimNode ahead = replicas.get((int) (seed + 1) % 2);
            cluster.cutOneWay(old, behind);
            cluster.runFor(400);
            cluster.kill(old);
            assertThat(ahead.offset()).isGreaterThan(behind.offset());
            cluster.runUntil(() -> isServedByAnother(cluster, old), 10, TimeUnit.SECONDS);

            assertThat(serving(cluster, 0).index).as("seed %d", seed).isEqualTo(ahead.index);
        }
    }

    @Test
    void givenHalfOfThePrimaries_whenTheyDieAtOnce_thenAllSlotsAreServedSoon() {
        for (long seed = 1; seed <= 5; seed++) {
            var cluster = SimCluster.start(seed, 9, 1);
            for (int i = 0; i < 4; i++) {
                cluster.powerOff(cluster.node(i));
            }
            cluster.runUntil(() -> servesAll(cluster), 6, TimeUnit.SECONDS);
        }
    }

    @Test
    void givenProcess_whenItRestartsWithinALease_thenNobodyFailsItOver() {
        var cluster = SimCluster.start(3, 3, 1);
        SimNode node = serving(cluster, 0);
        cluster.kill(node);
        cluster.runFor(300);
        cluster.restart(node);
        cluster.runUntilAllAgree(10, TimeUnit.SECONDS);

        assertThat(serving(cluster, 0).index).isEqualTo(node.index);
    }

    @Test
    void givenHealthyPrimary_whenItsReplicaIsToldToFailOver_thenNothingIsLostAndItIsQuick() {
        for (long seed = 1; seed <= 20; seed++) {
            var cluster = SimCluster.start(seed, 3, 1);
            SimNode old = serving(cluster, 0);
            SimNode replica = cluster.replicasOf(old).getFirst();
            long startMs = cluster.nowMs();
            assertThat(replica.command(new ClusterCommand.Failover(FailoverMode.COORDINATED)))
                    .isEqualTo(CommandResult.OK);
            cluster.runUntil(() -> isServedByAnother(cluster, old), 5, TimeUnit.SECONDS);

            assertThat(cluster.nowMs() - startMs).isLessThanOrEqualTo(500);
            assertThat(replica.offset()).isGreaterThanOrEqualTo(old.offset());
            cluster.runUntilAllAgree(10, TimeUnit.SECONDS);
            assertThat(old.view().me().primary()).isEqualTo(replica.id());
        }
    }

    @Test
    void givenStrangers_whenTheyMeet_thenTheyFormACluster() {
        var cluster = SimCluster.strangers(5, 6, SimCluster.config());
        for (int i = 0; i < 3; i++) {
            SimNode node = cluster.node(i);
            var range = new SlotRange(Slot.COUNT * i / 3, Slot.COUNT * (i + 1) / 3 - 1);
            ok(node, new ClusterCommand.AddSlots(List.of(range)));
        }
        for (SimNode node : cluster.nodes()) {
            ok(node, new ClusterCommand.SetConfigEpoch(node.index + 1));
        }
        for (int i = 1; i < 6; i++) {
            ok(
                    cluster.node(i),
                    new ClusterCommand.Meet(
                            cluster.node(0).ip, SimCluster.PORT, SimCluster.BUS_PORT));
        }
        cluster.runUntil(
                () ->
                        cluster.nodes().stream()
                                .allMatch(node ->
                                        node.view().nodes().size() == 6 && noHandshake(node)),
                10,
                TimeUnit.SECONDS);
        for (int i = 3; i < 6; i++) {
            ok(
                    cluster.node(i),
                    new ClusterCommand.Replicate(cluster.node(i - 3).id().value(), true));
        }
        cluster.runUntilAllAgree(20, TimeUnit.SECONDS);
        cluster.kill(cluster.node(0));
        cluster.runUntil(() -> isServedByAnother(cluster, cluster.node(0)), 10, TimeUnit.SECONDS);
    }

    @Test
    void givenPrimaryWithoutReplicas_whenAnotherHasASpareOne_thenItMoves() {
        var cluster = SimCluster.start(9, 3, 2);
        SimNode primary = cluster.node(0);
        for (SimNode replica : cluster.replicasOf(primary)) {
            cluster.kill(replica);
        }
        cluster.runUntil(() -> !cluster.replicasOf(primary).isEmpty(), 30, TimeUnit.SECONDS);
        cluster.runFor(2_000);

        assertThat(cluster.replicasOf(primary)).hasSize(1);
    }

    @Test
    void givenAHundredNodes_whenPrimariesDie_thenAllSlotsAreServedAndAllAgree() {
        EngineConfig config = SimCluster.config().withNodeTimeoutMs(5000);
        var cluster = SimCluster.start(1, 50, 1, config);
        for (int i = 0; i < 5; i++) {
            cluster.kill(cluster.node(i * 7));
        }
        cluster.runUntil(() -> servesAll(cluster), 10, TimeUnit.SECONDS);
        for (int i = 0; i < 5; i++) {
            cluster.restart(cluster.node(i * 7));
        }
        cluster.runUntilAllAgree(30, TimeUnit.SECONDS);
    }

    private static boolean noHandshake(SimNode node) {
        return node.view().nodes().values().stream()
                .noneMatch(other -> other.flags().isHandshake());
    }

    private static void ok(SimNode node, ClusterCommand command) {
        assertThat(node.command(command)).isEqualTo(CommandResult.OK);
    }

    private static SimNode serving(SimCluster cluster, int slot) {
        SimNode node = cluster.serving(slot);
        if (node == null) {
            throw cluster.failure("slot " + slot + " is not served");
        }
        return node;
    }

    private static boolean isServedByAnother(SimCluster cluster, SimNode old) {
        SimNode now = cluster.serving(0);
        return now != null && now.index != old.index;
    }

    private static boolean servesAll(SimCluster cluster) {
        for (int slot = 0; slot < Slot.COUNT; slot += 64) {
            if (cluster.serving(slot) == null) {
                return false;
            }
        }
        return true;
    }
}
