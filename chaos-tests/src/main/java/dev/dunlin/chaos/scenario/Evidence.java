// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.checker.FaultWindow;
import dev.dunlin.chaos.checker.LostWrites;
import dev.dunlin.chaos.checker.RegisterCheck;
import dev.dunlin.chaos.checker.StaleReads;
import dev.dunlin.chaos.cluster.ClusterSettings;
import dev.dunlin.chaos.cluster.ServerKind;
import dev.dunlin.chaos.history.History;
import dev.dunlin.chaos.history.Operation;
import dev.dunlin.chaos.workload.RegisterTraffic;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// What the checkers found in one history, with the figures taken from it.
///
/// @param kind whose promises are judged
/// @param settings the cluster's settings
/// @param history the history
/// @param window the fault
/// @param lost lost writes
/// @param registers linearizability
/// @param stale bad reads of the witness key
/// @param zombieAcks writes acknowledged by the old primary after its successor had acknowledged one
/// @param ackedAfterFault writes acknowledged by the old primary that were sent after the fault was in place, before the
///     successor had acknowledged one
/// @param measures figures
public record Evidence(
        ServerKind kind,
        ClusterSettings settings,
        History history,
        FaultWindow window,
        LostWrites.Result lost,
        RegisterCheck.Result registers,
        List<StaleReads.BadRead> stale,
        List<Operation> zombieAcks,
        List<Operation> ackedAfterFault,
        Map<Measure, Double> measures) {

    /// Runs all checkers.
    ///
    /// @param hitTag hash tag of the shard that was hit
    /// @param trafficEndNs when judged traffic was stopped
    static Evidence of(
            ServerKind kind,
            ClusterSettings settings,
            History history,
            FaultWindow window,
            String hitTag,
            long trafficEndNs) {
        LostWrites.Result lost = LostWrites.check(history, window);
        RegisterCheck.Result registers =
                RegisterCheck.check(
                        history.byKey(),
                        key -> key.startsWith(hitTag + RegisterTraffic.KIND),
                        window);
        List<StaleReads.BadRead> stale =
                StaleReads.check(
                        history.operations().stream()
                                .filter(op -> op.key().startsWith(hitTag + Stage.WITNESS_KIND))
                                .toList());
        List<Operation> ofOldPrimary =
                history.operations().stream()
                        .filter(op -> op.write() && op.ok() && op.node().equals(window.deposed()))
                        .filter(op -> op.completeNs() > window.doneNs())
                        .toList();
        List<Operation> zombieAcks =
                window.promoted()
                        ? ofOldPrimary.stream()
                                .filter(op -> op.completeNs() > window.promotedNs())
                                .toList()
                        : List.of();
        List<Operation> ackedAfterFault =
                ofOldPrimary.stream()
                        .filter(op -> op.invokeNs() > window.doneNs())
                        .filter(op ->
                                op.completeNs() < Math.min(window.promotedNs(), window.healNs()))
                        .toList();
        Map<Measure, Double> measures = new EnumMap<>(Measure.class);
        if (window.promoted()) {
            measures.put(Measure.FAILOVER_MS, (window.promotedNs() - window.startNs()) / 1e6);
        }
        measures.put(Measure.ACKED_AFTER_FAULT, (double) ackedAfterFault.size());
        measures.put(
                Measure.ACK_WINDOW_MS,
                ackedAfterFault.stream()
                        .mapToDouble(op -> (op.completeNs() - window.doneNs()) / 1e6)
                        .max()
                        .orElse(0));
        measures.put(Measure.LOST_WRITES, (double) lost.lost().size());
        measures.put(Measure.LOST_SPAN_MS, spanMs(lost));
        measures.put(Measure.ZOMBIE_ACKS, (double) zombieAcks.size());
        measures.put(Measure.STALE_READS, (double) stale.size());
        measures.put(
                Measure.OTHER_SHARDS_GAP_MS,
                Gaps.longestMs(history, hitTag, window.startNs(), trafficEndNs));
        return new Evidence(
                kind,
                settings,
                history,
                window,
                lost,
                registers,
                stale,
                zombieAcks,
                ackedAfterFault,
                measures);
    }

    /// {@return a figure, 0 when it was not taken}
    public double measure(Measure measure) {
        return measures.getOrDefault(measure, 0.0);
    }

    private static double spanMs(LostWrites.Result lost) {
        long first = Long.MAX_VALUE;
        long last = Long.MIN_VALUE;
        for (LostWrites.Lost write : lost.lost()) {
            first = Math.min(first, write.write().completeNs());
            last = Math.max(last, write.write().completeNs());
        }
        return first > last ? 0 : (last - first) / 1e6;
    }
}
