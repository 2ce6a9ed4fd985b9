// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.checker.FaultWindow;
import dev.dunlin.chaos.cluster.FaultKind;
import dev.dunlin.chaos.nemesis.Fault;
import dev.dunlin.chaos.nemesis.Nemesis;
import dev.dunlin.chaos.workload.FailoverProbe;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// kill -9 of a primary under load: how long until its slots take writes again, and what was lost.
final class KillPrimary implements Scenario {
    @Override
    public String name() {
        return "kill-primary";
    }

    @Override
    public String story() {
        return "A primary's process is killed under load and stays dead; a replica has to take over.";
    }

    @Override
    public String nemesis() {
        return "kill";
    }

    @Override
    public Set<FaultKind> requires() {
        return EnumSet.of(FaultKind.KILL);
    }

    @Override
    public boolean expectsPromotion() {
        return true;
    }

    @Override
    public FaultWindow play(Stage stage) {
        stage.startFollowingWriters(2, 200);
        stage.startRegisters(3);
        stage.startOtherShards();
        stage.warmUp();
        List<FailoverProbe> probes = stage.startFailoverProbes();
        Nemesis.Completion kill = stage.nemesis().inject(new Fault.Kill(stage.primary().name()));
        long promotedNs = stage.awaitPromotion(probes);
        stage.pass(Duration.ofSeconds(1));
        return new FaultWindow(
                stage.primary().name(),
                kill.startNs(),
                kill.doneNs(),
                promotedNs,
                FaultWindow.NEVER);
    }

    @Override
    public List<Claim> judge(Evidence evidence) {
        // A dead process acknowledges nothing; what it had acknowledged is covered by the claims of
        // every scenario.
        return List.of();
    }
}
