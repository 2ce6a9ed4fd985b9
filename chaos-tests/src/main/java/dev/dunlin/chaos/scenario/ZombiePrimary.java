// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.HarnessException;
import dev.dunlin.chaos.checker.FaultWindow;
import dev.dunlin.chaos.checker.LostWrites;
import dev.dunlin.chaos.client.JudgedClient;
import dev.dunlin.chaos.cluster.FaultKind;
import dev.dunlin.chaos.cluster.ServerKind;
import dev.dunlin.chaos.nemesis.Fault;
import dev.dunlin.chaos.nemesis.Nemesis;
import dev.dunlin.chaos.workload.FailoverProbe;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/// A primary is frozen past its failover; requests that reach its sockets afterwards wait for it to wake up, and it must not answer them
/// as if nothing had happened. Stock Redis acknowledges and loses all of them.
final class ZombiePrimary implements Scenario {
    private static final int WRITES = 20;

    /// Enough to fill several read batches of a server, little enough for the socket of a frozen one.
    private static final int PIPELINED = 2000;

    private static final int READS = 4;
    private static final Duration AFTER_WAKING = Duration.ofMillis(500);
    private static final Duration HAMMER_INTERVAL = Duration.ofMillis(10);

    @Override
    public String name() {
        return "zombie-primary";
    }

    @Override
    public String story() {
        return "A primary is frozen (SIGSTOP); before and after its successor has acknowledged writes, requests are sent to the frozen one, one by one, in a pipeline and on a new connection, then it wakes up.";
    }

    @Override
    public String nemesis() {
        return "pause";
    }

    @Override
    public Set<FaultKind> requires() {
        return EnumSet.of(FaultKind.PAUSE);
    }

    @Override
    public boolean expectsPromotion() {
        return true;
    }

    @Override
    public FaultWindow play(Stage stage) {
        stage.startFollowingWriters(1, 200);
        stage.startRegisters(2);
        stage.startOtherShards();
        try (JudgedClient writer = stage.pinned(stage.primary(), Stage.GROUP_A);
                JudgedClient pipeline = stage.pinned(stage.primary(), Stage.GROUP_A);
                JudgedClient early = stage.pinned(stage.primary(), Stage.GROUP_A);
                JudgedClient stranger = stage.pinned(stage.primary(), Stage.GROUP_A);
                JudgedClient reader = stage.pinned(stage.primary(), Stage.GROUP_A)) {
            if (!writer.write(stage.witnessKey(), "old").isOk()
                    || !reader.read(stage.witnessKey()).isOk()
                    || !pipeline.tryConnect()
                    || !early.tryConnect()) {
                throw new HarnessException("the primary does not serve before the fault");
            }
            stage.warmUp();
            List<FailoverProbe> probes = stage.startFailoverProbes();
            var fault = new Fault.Pause(stage.primary().name());
            Nemesis.Completion pause = stage.nemesis().inject(fault);
            List<JudgedClient.Pending> earlyWrites = send(stage, early, "early", WRITES);
            long promotedNs = stage.awaitPromotion(probes);
            if (promotedNs == FaultWindow.NEVER) {
                stage.nemesis().heal(fault);
                earlyWrites.forEach(early::await);
                return new FaultWindow(
                        stage.primary().name(),
                        pause.startNs(),
                        pause.doneNs(),
                        promotedNs,
                        stage.recorder().nowNs());
            }
            Witness.overwrite(stage, probes);
            List<JudgedClient.Pending> writes = send(stage, writer, "zombie", WRITES);
            List<JudgedClient.Pending> strange = send(stage, stranger, "stranger", WRITES);
            List<JudgedClient.Pending> piped = send(stage, pipeline, "pipeline", PIPELINED);
            List<JudgedClient.Pending> reads = new ArrayList<>();
            for (int number = 0; number < READS; number++) {
                reads.add(reader.sendRead(stage.witnessKey()));
            }
            Nemesis.Completion wake = stage.nemesis().heal(fault);
            reads.forEach(reader::await);
            writes.forEach(writer::await);
            earlyWrites.forEach(early::await);
            strange.forEach(stranger::await);
            piped.forEach(pipeline::await);
            hammer(stage, writer, reader);
            stage.awaitSettled();
            return new FaultWindow(
                    stage.primary().name(),
                    pause.startNs(),
                    pause.doneNs(),
                    promotedNs,
                    wake.startNs());
        }
    }

    @Override
    public List<Claim> judge(Evidence evidence) {
        List<Claim> claims = new ArrayList<>();
        int acks = evidence.zombieAcks().size();
        long lost = evidence.lost().count(LostWrites.Cause.ZOMBIE);
        claims.add(
                Claim.safety(
                        evidence.kind(),
                        "C2",
                        "a frozen primary acknowledges nothing after its successor has",
                        acks == 0,
                        acks + " acknowledged, " + lost + " of them lost",
                        CommonClaims.lines(evidence.zombieAcks())));
        claims.add(Witness.notStale(evidence, "a frozen primary"));
        if (evidence.kind() == ServerKind.REDIS) {
            claims.add(
                    Claim.control(
                            "stock Redis acknowledges and loses all requests that waited for it",
                            lost >= WRITES,
                            lost + " of " + WRITES + " or more"));
            claims.add(
                    Claim.control(
                            "stock Redis answers the waiting reads with the old value",
                            evidence.stale().size() >= READS,
                            evidence.stale().size() + " of " + READS + " or more"));
        }
        return claims;
    }

    private static List<JudgedClient.Pending> send(
            Stage stage, JudgedClient client, String name, int count) {
        List<JudgedClient.Pending> sent = new ArrayList<>();
        for (int number = 0; number < count; number++) {
            String value = name + ":" + number;
            sent.add(client.sendWrite(stage.tag() + "u:" + value, value));
        }
        return sent;
    }

    // The moment after waking up is as dangerous as what waited in the sockets.
    private static void hammer(Stage stage, JudgedClient writer, JudgedClient reader) {
        long endNs = System.nanoTime() + AFTER_WAKING.toNanos();
        for (int number = 0; System.nanoTime() < endNs; number++) {
            String value = "woken:" + number;
            writer.write(stage.tag() + "u:" + value, value);
            reader.read(stage.witnessKey());
            stage.pass(HAMMER_INTERVAL);
        }
    }
}
