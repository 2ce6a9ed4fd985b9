// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.HarnessException;
import dev.dunlin.chaos.checker.FaultWindow;
import dev.dunlin.chaos.cluster.ChaosNode;
import dev.dunlin.chaos.cluster.Cluster;
import dev.dunlin.chaos.cluster.Environment;
import dev.dunlin.chaos.history.HistoryHeader;
import dev.dunlin.chaos.history.Recorder;
import dev.dunlin.chaos.nemesis.Nemesis;
import dev.dunlin.chaos.workload.FinalReads;
import dev.dunlin.chaos.workload.ReplicaData;
import dev.dunlin.chaos.workload.RoleObserver;
import dev.dunlin.chaos.workload.StallMeter;
import dev.dunlin.chaos.workload.Workers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/// Carries out one run: get a cluster, observe, play, heal, settle, read everything, judge.
public final class ScenarioRunner {
    private ScenarioRunner() {}

    /// Never throws for what happens during the experiment: that is the verdict HARNESS.
    public static RunResult run(RunPlan plan, Clusters clusters) {
        long startNs = System.nanoTime();
        try {
            Files.createDirectories(plan.dir());
            Clusters.Stand stand = clusters.take(plan);
            boolean healed = false;
            try {
                RunResult result = perform(plan, stand, startNs);
                // A machine that spoiled the run has not spoiled the cluster.
                healed = EnumSet.of(Verdict.PASS, Verdict.HARNESS).contains(result.verdict());
                return result;
            } finally {
                copyLogs(stand.environment(), plan.dir());
                clusters.giveBack(plan, stand, healed);
            }
        } catch (HarnessException | IOException e) {
            return new RunResult(
                    plan, List.of(), Map.of(), null, String.valueOf(e.getMessage()), ms(startNs));
        }
    }

    private static RunResult perform(RunPlan plan, Clusters.Stand stand, long startNs) {
        var header =
                new HistoryHeader(
                        plan.seed(),
                        plan.scenario().name(),
                        plan.server().executable().toString(),
                        stand.environment().name(),
                        plan.settings().nodeTimeoutMs(),
                        System.currentTimeMillis());
        Cluster cluster = stand.cluster(plan);
        try (var recorder = new Recorder(plan.dir().resolve("history.jsonl"), header);
                var observers = new Workers();
                var traffic = new Workers()) {
            return play(plan, cluster, recorder, observers, traffic, startNs);
        }
    }

    private static RunResult play(
            RunPlan plan,
            Cluster cluster,
            Recorder recorder,
            Workers observers,
            Workers traffic,
            long startNs) {
        for (ChaosNode node : cluster.nodes()) {
            observers.start(
                    "observer-" + node.name(), new RoleObserver(cluster.probe(node), recorder));
        }
        var stalls = new StallMeter();
        observers.start("stalls", stalls);
        // Group B must have an address before a partition can name it, whoever uses it first.
        cluster.environment().clientAddress(Stage.GROUP_A);
        cluster.environment().clientAddress(Stage.GROUP_B);
        var nemesis = new Nemesis(cluster, recorder);
        var stage =
                new Stage(cluster, nemesis, recorder, traffic, new SplittableRandom(plan.seed()));
        long trafficStartNs = recorder.nowNs();
        FaultWindow window;
        try {
            window = plan.scenario().play(stage);
        } finally {
            nemesis.healAllButKills();
        }
        long trafficEndNs = recorder.nowNs();
        traffic.stopAll();
        Optional<String> unsettled = cluster.awaitConverged(stage.settleLimit());
        List<String> differences = List.of();
        if (unsettled.isEmpty()) {
            FinalReads.run(cluster, recorder);
            differences = ReplicaData.differences(cluster, recorder.history());
        }
        observers.stopAll();
        Evidence evidence =
                Evidence.of(
                        plan.server().kind(),
                        plan.settings(),
                        recorder.history(),
                        window,
                        cluster.tag(Stage.SHARD),
                        trafficEndNs);
        evidence.measures().put(Measure.STALL_MS, stalls.worstMs());
        evidence.measures().put(Measure.LOAD, StallMeter.loadPerProcessor());
        if (stage.settledNs() != FaultWindow.NEVER && window.healNs() != FaultWindow.NEVER) {
            evidence.measures().put(Measure.SETTLE_MS, (stage.settledNs() - window.healNs()) / 1e6);
        }
        List<Claim> claims = new ArrayList<>(plan.scenario().judge(evidence));
        claims.addAll(CommonClaims.judge(plan.scenario(), evidence, trafficStartNs, unsettled));
        if (unsettled.isEmpty()) {
            claims.add(CommonClaims.replicaData(evidence, differences));
        }
        return new RunResult(
                plan, List.copyOf(claims), evidence.measures(), evidence, null, ms(startNs));
    }

    private static void copyLogs(Environment environment, Path dir) {
        for (ChaosNode node : environment.nodes()) {
            try {
                if (Files.exists(node.log())) {
                    Files.copy(
                            node.log(),
                            dir.resolve(node.name() + ".log"),
                            StandardCopyOption.REPLACE_EXISTING);
                }
            } catch (IOException e) {
                throw new HarnessException("cannot keep the log of " + node.name(), e);
            }
        }
    }

    private static long ms(long startNs) {
        return (System.nanoTime() - startNs) / 1_000_000;
    }
}
