// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.checker.FaultWindow;
import dev.dunlin.chaos.client.JudgedClient;
import dev.dunlin.chaos.cluster.ChaosNode;
import dev.dunlin.chaos.cluster.FaultKind;
import dev.dunlin.chaos.cluster.Link;
import dev.dunlin.chaos.cluster.ServerKind;
import dev.dunlin.chaos.history.Operation;
import dev.dunlin.chaos.nemesis.Fault;
import dev.dunlin.chaos.nemesis.Grudge;
import dev.dunlin.chaos.nemesis.Nemesis;
import dev.dunlin.chaos.workload.FailoverProbe;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// A primary is cut off together with clients that keep writing to it: everything it acknowledges from then on is lost, so the time it goes
/// on is the price of asynchronous replication.
final class IsolatePrimaryWithClient implements Scenario {
    /// Node timeouts after which an isolated primary must have stopped.
    static final double ACK_WINDOW_NODE_TIMEOUTS_MAX = 1.0;

    /// What stock Redis goes on for at least. A node timeout runs from its last ping, which was some time before the cut: 0.99 has
    /// been seen. A primary that keeps a lease of half a node timeout stays below.
    static final double CONTROL_ACK_WINDOW_NODE_TIMEOUTS_MIN = 0.75;

    private final Direction direction;

    IsolatePrimaryWithClient(Direction direction) {
        this.direction = direction;
    }

    /// Which way the wires are cut.
    enum Direction {
        BOTH(
                "isolate-primary-with-client",
                "A primary and its own clients are cut off from everyone else",
                0.9),
        /// Bytes still arrive at the primary: it must not take them for contact, which is a round trip.
        MUTE(
                "mute-primary-with-client",
                "A primary and its own clients still hear everyone else, but nobody hears them",
                0.9),
        /// What fits into the wire before an acknowledgement is missed still reaches the replica.
        DEAF(
                "deaf-primary-with-client",
                "Everyone else still hears a primary and its own clients, but they hear nobody",
                0.5);

        private final String name;
        private final String story;

        /// The least part of its late acknowledgements that stock Redis is known to lose.
        private final double controlLostRatioMin;

        Direction(String name, String story, double controlLostRatioMin) {
            this.name = name;
            this.story = story;
            this.controlLostRatioMin = controlLostRatioMin;
        }

        Set<Link> links(List<String> island, List<String> rest) {
            return switch (this) {
                case BOTH -> Grudge.isolate(island, rest);
                case MUTE -> Grudge.mute(island, rest);
                case DEAF -> Grudge.deaf(island, rest);
            };
        }
    }

    @Override
    public String name() {
        return direction.name;
    }

    @Override
    public String story() {
        return direction.story + "; the majority fails over, then the wires are healed.";
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
        return true;
    }

    @Override
    public FaultWindow play(Stage stage) {
        stage.startPinnedWriters(2, 400);
        stage.startFollowingWriters(1, 200);
        stage.startRegisters(2);
        stage.startOtherShards();
        try (JudgedClient first = stage.pinned(stage.primary(), Stage.GROUP_A)) {
            first.write(stage.witnessKey(), "old");
        }
        Witness.startReader(stage);
        stage.warmUp();
        String primary = stage.primary().name();
        List<FailoverProbe> probes = stage.startFailoverProbes();
        List<String> rest = new ArrayList<>(List.of(Stage.GROUP_B));
        stage.cluster().nodes().stream()
                .map(ChaosNode::name)
                .filter(name -> !name.equals(primary))
                .forEach(rest::add);
        var fault = new Fault.Cut(primary, direction.links(List.of(primary, Stage.GROUP_A), rest));
        Nemesis.Completion cut = stage.nemesis().inject(fault);
        long promotedNs = stage.awaitPromotion(probes);
        if (promotedNs != FaultWindow.NEVER) {
            Witness.overwrite(stage, probes);
        }
        long elapsedMs = (stage.recorder().nowNs() - cut.startNs()) / 1_000_000;
        stage.pass(
                stage.nodeTimeouts(3).minusMillis(elapsedMs).isNegative()
                        ? stage.nodeTimeouts(0.5)
                        : stage.nodeTimeouts(3).minusMillis(elapsedMs));
        Nemesis.Completion heal = stage.nemesis().heal(fault);
        stage.awaitSettled();
        return new FaultWindow(primary, cut.startNs(), cut.doneNs(), promotedNs, heal.startNs());
    }

    @Override
    public List<Claim> judge(Evidence evidence) {
        List<Claim> claims = new ArrayList<>();
        claims.add(ackWindow(evidence));
        claims.add(
                Claim.safety(
                        evidence.kind(),
                        "C2",
                        "an isolated primary acknowledges nothing after its successor has",
                        evidence.zombieAcks().isEmpty(),
                        evidence.zombieAcks().size() + " acknowledged",
                        CommonClaims.lines(evidence.zombieAcks())));
        claims.add(Witness.notStale(evidence, "an isolated primary"));
        if (evidence.kind() == ServerKind.REDIS) {
            double nodeTimeoutMs = evidence.settings().nodeTimeoutMs();
            Set<Operation> lost = new HashSet<>();
            evidence.lost().lost().forEach(loss -> lost.add(loss.write()));
            Set<Operation> after =
                    evidence.ackedAfterFault().stream()
                            .filter(write -> write.key().contains("}u:"))
                            .collect(Collectors.toSet());
            long lostAfter = after.stream().filter(lost::contains).count();
            claims.add(
                    Claim.control(
                            "stock Redis loses what it acknowledges while cut off",
                            !after.isEmpty()
                                    && lostAfter >= direction.controlLostRatioMin * after.size(),
                            lostAfter + " of " + after.size() + " lost"));
            claims.add(
                    Claim.control(
                            "stock Redis goes on for about a node timeout or more",
                            evidence.measure(Measure.ACK_WINDOW_MS)
                                    > CONTROL_ACK_WINDOW_NODE_TIMEOUTS_MIN * nodeTimeoutMs,
                            "%.0f ms".formatted(evidence.measure(Measure.ACK_WINDOW_MS))));
        }
        return claims;
    }

    /// {@return the claim that a cut-off primary stops in time}
    static Claim ackWindow(Evidence evidence) {
        double windowMs = evidence.measure(Measure.ACK_WINDOW_MS);
        double nodeTimeouts = windowMs / evidence.settings().nodeTimeoutMs();
        return Claim.safety(
                evidence.kind(),
                "C2",
                "a primary cut off from the majority stops acknowledging within %.1f node timeouts"
                        .formatted(ACK_WINDOW_NODE_TIMEOUTS_MAX),
                nodeTimeouts <= ACK_WINDOW_NODE_TIMEOUTS_MAX,
                "%.0f ms, %.2f node timeouts, %d writes"
                        .formatted(windowMs, nodeTimeouts, evidence.ackedAfterFault().size()),
                List.of());
    }
}
