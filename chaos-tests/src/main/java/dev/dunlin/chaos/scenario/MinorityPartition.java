// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.checker.FaultWindow;
import dev.dunlin.chaos.cluster.ChaosNode;
import dev.dunlin.chaos.cluster.FaultKind;
import dev.dunlin.chaos.nemesis.Fault;
import dev.dunlin.chaos.nemesis.Grudge;
import dev.dunlin.chaos.nemesis.Nemesis;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// A whole shard with its clients is on the minority side: it must stop, nobody may take over, the others must go on, and afterwards nothing
/// may be missing.
final class MinorityPartition implements Scenario {
    @Override
    public String name() {
        return "minority-partition";
    }

    @Override
    public String story() {
        return "A shard's primary, its replicas and its clients are cut off from the majority, then the wires are healed.";
    }

    @Override
    public String nemesis() {
        return "partition";
    }

    @Override
    public Set<FaultKind> requires() {
        return EnumSet.of(FaultKind.PARTITION, FaultKind.CLIENT_GROUPS);
    }

    @Override
    public boolean expectsPromotion() {
        return false;
    }

    @Override
    public FaultWindow play(Stage stage) {
        stage.startPinnedWriters(2, 200);
        stage.startOtherShards();
        stage.warmUp();
        List<String> island = new ArrayList<>(List.of(Stage.GROUP_A));
        List<String> rest = new ArrayList<>(List.of(Stage.GROUP_B));
        List<ChaosNode> shard = stage.cluster().shard(Stage.SHARD);
        for (ChaosNode node : stage.cluster().nodes()) {
            (shard.contains(node) ? island : rest).add(node.name());
        }
        var fault = new Fault.Cut("shard " + Stage.SHARD, Grudge.isolate(island, rest));
        Nemesis.Completion cut = stage.nemesis().inject(fault);
        stage.pass(stage.nodeTimeouts(3));
        Nemesis.Completion heal = stage.nemesis().heal(fault);
        stage.awaitSettled();
        return new FaultWindow(
                stage.primary().name(),
                cut.startNs(),
                cut.doneNs(),
                FaultWindow.NEVER,
                heal.startNs());
    }

    @Override
    public List<Claim> judge(Evidence evidence) {
        double gapMs = evidence.measure(Measure.OTHER_SHARDS_GAP_MS);
        return List.of(
                IsolatePrimaryWithClient.ackWindow(evidence),
                Claim.safety(
                        evidence.kind(),
                        "C3",
                        "with no failover nothing is lost",
                        evidence.lost().lost().isEmpty(),
                        evidence.lost().lost().size() + " lost",
                        CommonClaims.lines(
                                evidence.lost().lost().stream()
                                        .map(loss -> loss.write())
                                        .toList())),
                Claim.liveness(
                        "C6",
                        "shards on the majority side go on without a gap of a node timeout",
                        gapMs < evidence.settings().nodeTimeoutMs(),
                        "longest gap %.0f ms".formatted(gapMs)));
    }
}
