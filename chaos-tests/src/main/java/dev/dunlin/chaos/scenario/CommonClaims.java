// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.checker.CheckResult;
import dev.dunlin.chaos.checker.LostWrites;
import dev.dunlin.chaos.checker.MonotonicEpoch;
import dev.dunlin.chaos.checker.Promotions;
import dev.dunlin.chaos.cluster.ServerKind;
import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.HistoryValidator;
import dev.dunlin.chaos.history.Operation;
import dev.dunlin.chaos.workload.UniqueWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The claims and guards of every scenario.
final class CommonClaims {
    /// Acknowledged writes a second that each writer must reach before the fault.
    static final double OK_PER_SECOND_MIN = 50;

    /// A thread that wakes up later than this part of the node timeout could have caused the election itself.
    static final double STALL_NODE_TIMEOUTS_MAX = 0.5;

    /// A fault that takes longer to come about hits another cluster than the one that was asked for.
    static final double FAULT_NODE_TIMEOUTS_MAX = 0.25;

    /// Below this part of a node timeout the machine is not to blame for a failover that is late or that nobody asked for.
    static final double STALL_NODE_TIMEOUTS_BLAMED = 0.1;

    /// With as many threads waiting for each processor, what a server does in time says nothing about the server.
    static final double LOAD_BLAMED = 4;

    /// A replica takes over within this many node timeouts, whatever happened to its primary.
    static final double FAILOVER_NODE_TIMEOUTS_MAX = 2.0;

    private static final int WITNESS_LINES_MAX = 8;

    private CommonClaims() {}

    static List<Claim> judge(
            Scenario scenario, Evidence evidence, long trafficStartNs, Optional<String> unsettled) {
        List<Claim> claims = new ArrayList<>();
        if (unsettled.isEmpty()) {
            claims.add(lostOnlyByTheDeposed(evidence));
            claims.add(suffix(evidence));
        }
        claims.add(registers(evidence));
        claims.add(epochs(evidence));
        if (scenario.expectsPromotion()) {
            claims.add(promotion(evidence));
        }
        claims.add(
                Claim.liveness(
                        "C22",
                        "after the heal the cluster settles without help",
                        unsettled.isEmpty(),
                        unsettled.orElse(
                                evidence.measures().containsKey(Measure.SETTLE_MS)
                                        ? "settled in %.0f ms"
                                                .formatted(evidence.measure(Measure.SETTLE_MS))
                                        : "settled")));
        List<String> problems = HistoryValidator.problems(evidence.history());
        claims.add(
                Claim.guard(
                        "the history is sound",
                        problems.isEmpty(),
                        evidence.history().events().size() + " events",
                        problems));
        claims.add(okRate(evidence, trafficStartNs));
        claims.add(needlessFailovers(scenario, evidence));
        double faultMs = (evidence.window().doneNs() - evidence.window().startNs()) / 1e6;
        claims.add(
                Claim.guard(
                        "the fault was in place at once",
                        faultMs <= FAULT_NODE_TIMEOUTS_MAX * evidence.settings().nodeTimeoutMs(),
                        "%.0f ms".formatted(faultMs),
                        List.of()));
        double stallMs = evidence.measure(Measure.STALL_MS);
        claims.add(
                Claim.guard(
                        "the machine did not stall for half a node timeout",
                        stallMs <= STALL_NODE_TIMEOUTS_MAX * evidence.settings().nodeTimeoutMs(),
                        "worst wake-up %.0f ms late".formatted(stallMs),
                        List.of()));
        return claims;
    }

    /// {@return the claim that replicas have what their primaries have}
    static Claim replicaData(Evidence evidence, List<String> differences) {
        return Claim.safety(
                evidence.kind(),
                "C21",
                "in the end every replica has its primary's data, key by key",
                differences.isEmpty(),
                differences.isEmpty() ? "equal" : differences.size() + " replicas differ",
                differences);
    }

    /// {@return one readable line for an operation}
    static String line(Operation operation) {
        return String.format(
                Locale.ROOT,
                "%s %s = %s on %s, sent %.1f ms, answered %.1f ms",
                operation.write() ? "write" : "read",
                operation.key(),
                operation.value() == null ? "nil" : operation.value(),
                operation.node(),
                operation.invokeNs() / 1e6,
                operation.completeNs() / 1e6);
    }

    static List<String> lines(List<Operation> operations) {
        return operations.stream().limit(WITNESS_LINES_MAX).map(CommonClaims::line).toList();
    }

    private static Claim lostOnlyByTheDeposed(Evidence evidence) {
        LostWrites.Result lost = evidence.lost();
        List<Operation> forbidden =
                lost.lost().stream()
                        .filter(write -> write.cause() == LostWrites.Cause.FORBIDDEN)
                        .map(LostWrites.Lost::write)
                        .toList();
        if (!lost.unread().isEmpty()) {
            return Claim.guard(
                    "every acknowledged key can be read at the end",
                    false,
                    lost.unread().size() + " keys could not be read",
                    lost.unread().stream().limit(WITNESS_LINES_MAX).toList());
        }
        return Claim.safety(
                evidence.kind(),
                "C3",
                "only a deposed primary may have lost what it acknowledged",
                forbidden.isEmpty(),
                "%d of %d acknowledged writes lost, %d of them not by the deposed primary"
                        .formatted(lost.lost().size(), lost.acknowledged(), forbidden.size()),
                lines(forbidden));
    }

    private static Claim suffix(Evidence evidence) {
        List<Operation> holes = evidence.lost().holes();
        return Claim.safety(
                evidence.kind(),
                "C3",
                "what is lost is a suffix of the deposed primary's acknowledgements",
                holes.isEmpty(),
                evidence.lost().lost().isEmpty()
                        ? "nothing lost"
                        : holes.size()
                                + " survivors after the first lost one; lost window "
                                + "%.0f ms".formatted(evidence.measure(Measure.LOST_SPAN_MS)),
                lines(holes));
    }

    private static Claim registers(Evidence evidence) {
        var registers = evidence.registers();
        String figures =
                "%d registers, %d operations, %d with a seam at the failover"
                        .formatted(
                                registers.registers(),
                                registers.operations(),
                                registers.seams().size());
        String promise = "registers are linearizable on each side of a failover";
        return switch (registers.result()) {
            case CheckResult.Valid() ->
                    Claim.safety(evidence.kind(), "C7", promise, true, figures, registers.seams());
            case CheckResult.Invalid(List<String> witness) ->
                    Claim.safety(evidence.kind(), "C7", promise, false, figures, witness);
            case CheckResult.Unknown(String reason) ->
                    Claim.guard(promise, false, "undecided: " + reason, List.of());
        };
    }

    private static Claim needlessFailovers(Scenario scenario, Evidence evidence) {
        Set<String> promoted = Promotions.of(evidence.history()).promoted();
        int expected = scenario.expectsPromotion() ? 1 : 0;
        String promise = "no failover happens but the one that was asked for";
        boolean held = promoted.size() <= expected;
        String finding = promoted.isEmpty() ? "none" : "promoted: " + String.join(", ", promoted);
        return timely(evidence, promise, held, finding);
    }

    /// {@return a claim about time, which an overloaded machine turns into a condition of the experiment}
    private static Claim timely(Evidence evidence, String promise, boolean held, String finding) {
        boolean machine =
                evidence.measure(Measure.LOAD) >= LOAD_BLAMED
                        || evidence.measure(Measure.STALL_MS)
                                >= STALL_NODE_TIMEOUTS_BLAMED * evidence.settings().nodeTimeoutMs();
        return machine
                ? Claim.guard(promise, held, finding, List.of())
                : Claim.liveness("C6", promise, held, finding);
    }

    private static Claim epochs(Evidence evidence) {
        List<String> witness =
                MonotonicEpoch.check(evidence.history())
                                instanceof CheckResult.Invalid(List<String> lines)
                        ? lines
                        : List.of();
        return Claim.safety(
                evidence.kind(),
                "C5",
                "config epochs never go back and no two primaries end in the same one",
                witness.isEmpty(),
                witness.isEmpty() ? "as observed every 50 ms" : witness.size() + " violations",
                witness);
    }

    private static Claim promotion(Evidence evidence) {
        boolean promoted = evidence.window().promoted();
        String finding =
                promoted
                        ? "%.0f ms, %.2f node timeouts"
                                .formatted(
                                        evidence.measure(Measure.FAILOVER_MS),
                                        evidence.measure(Measure.FAILOVER_MS)
                                                / evidence.settings().nodeTimeoutMs())
                        : "no replica accepted a write within ten node timeouts";
        if (evidence.kind() == ServerKind.REDIS) {
            // Stock Redis is known to fail over, so its silence is the harness's fault.
            return Claim.guard("a replica takes over", promoted, finding, List.of());
        }
        double limitMs = FAILOVER_NODE_TIMEOUTS_MAX * evidence.settings().nodeTimeoutMs();
        if (!promoted) {
            return Claim.liveness("C6", "a replica takes over", false, finding);
        }
        return timely(
                evidence,
                "a replica takes over within %.0f node timeouts"
                        .formatted(FAILOVER_NODE_TIMEOUTS_MAX),
                evidence.measure(Measure.FAILOVER_MS) <= limitMs,
                finding);
    }

    private static Claim okRate(Evidence evidence, long trafficStartNs) {
        long endNs = evidence.window().startNs();
        long acked = 0;
        List<String> writers = new ArrayList<>();
        for (Event event : evidence.history().events()) {
            int at = event.key().indexOf('}' + UniqueWriter.KIND);
            if (at < 0
                    || event.kind() != Event.Kind.OK
                    || !event.function().equals(Event.WRITE)
                    || event.timeNs() < trafficStartNs
                    || event.timeNs() > endNs) {
                continue;
            }
            String writer = event.key().split(":", -1)[1];
            // The slow writers of other shards are not meant to reach the rate.
            if (!writer.startsWith("o")) {
                acked++;
                if (!writers.contains(writer)) {
                    writers.add(writer);
                }
            }
        }
        double seconds = (endNs - trafficStartNs) / 1e9;
        double rate = writers.isEmpty() ? 0 : acked / seconds / writers.size();
        return Claim.guard(
                "before the fault every writer gets %.0f acknowledgements a second"
                        .formatted(OK_PER_SECOND_MIN),
                rate >= OK_PER_SECOND_MIN,
                "%.0f a second each, %d writers".formatted(rate, writers.size()),
                List.of());
    }
}
