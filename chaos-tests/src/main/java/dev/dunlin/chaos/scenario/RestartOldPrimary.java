// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.checker.FaultWindow;
import dev.dunlin.chaos.checker.Promotions;
import dev.dunlin.chaos.client.JudgedClient;
import dev.dunlin.chaos.cluster.FaultKind;
import dev.dunlin.chaos.nemesis.Fault;
import dev.dunlin.chaos.nemesis.Nemesis;
import dev.dunlin.chaos.workload.FailoverProbe;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

/// A killed primary comes back after its failover, under fire from clients that still believe in it: it must return as a replica, answer nobody as a
/// primary, and bring nothing back.
final class RestartOldPrimary implements Scenario {
    @Override
    public String name() {
        return "restart-old-primary";
    }

    @Override
    public String story() {
        return "A primary is killed, its replica takes over and goes on, then the old primary is started again with its old files.";
    }

    @Override
    public String nemesis() {
        return "restart";
    }

    @Override
    public Set<FaultKind> requires() {
        return EnumSet.of(FaultKind.KILL, FaultKind.RESTART);
    }

    @Override
    public boolean expectsPromotion() {
        return true;
    }

    @Override
    public FaultWindow play(Stage stage) {
        stage.startFollowingWriters(2, 200);
        stage.startRegisters(2);
        stage.startOtherShards();
        try (JudgedClient first = stage.pinned(stage.primary(), Stage.GROUP_A)) {
            first.write(stage.witnessKey(), "old");
        }
        stage.warmUp();
        List<FailoverProbe> probes = stage.startFailoverProbes();
        String primary = stage.primary().name();
        Nemesis.Completion kill = stage.nemesis().inject(new Fault.Kill(primary));
        long promotedNs = stage.awaitPromotion(probes);
        if (promotedNs == FaultWindow.NEVER) {
            return new FaultWindow(
                    primary, kill.startNs(), kill.doneNs(), promotedNs, FaultWindow.NEVER);
        }
        Witness.overwrite(stage, probes);
        stage.workers().start("believer", stopped -> believe(stage, stopped));
        stage.pass(Duration.ofMillis(500));
        Nemesis.Completion restart = stage.nemesis().inject(new Fault.Restart(primary));
        stage.cluster().awaitServing(stage.primary());
        stage.awaitSettled();
        return new FaultWindow(
                primary, kill.startNs(), kill.doneNs(), promotedNs, restart.startNs());
    }

    @Override
    public List<Claim> judge(Evidence evidence) {
        String returned = evidence.window().deposed();
        boolean replica = Promotions.of(evidence.history()).deposed().contains(returned);
        return List.of(
                Claim.liveness(
                        "C22",
                        "the old primary comes back as a replica",
                        replica,
                        returned + (replica ? " is a replica" : " never became a replica")),
                Claim.safety(
                        evidence.kind(),
                        "C2",
                        "a returning old primary acknowledges no write",
                        evidence.zombieAcks().isEmpty(),
                        evidence.zombieAcks().size() + " acknowledged",
                        CommonClaims.lines(evidence.zombieAcks())),
                Witness.notStale(evidence, "a returning old primary"));
    }

    private static void believe(Stage stage, BooleanSupplier stopped) {
        try (JudgedClient client = stage.pinned(stage.primary(), Stage.GROUP_A)) {
            for (int number = 0; !stopped.getAsBoolean(); number++) {
                String value = "believer:" + number;
                client.write(stage.tag() + "u:" + value, value);
                client.read(stage.witnessKey());
                stage.pass(Duration.ofMillis(10));
            }
        }
    }
}
