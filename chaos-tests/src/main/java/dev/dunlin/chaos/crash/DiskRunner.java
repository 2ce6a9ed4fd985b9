// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import dev.dunlin.chaos.HarnessException;
import dev.dunlin.chaos.client.PipelineClient;
import dev.dunlin.chaos.client.Reply;
import dev.dunlin.chaos.cluster.ServerUnderTest;
import dev.dunlin.chaos.cluster.Standalone;
import dev.dunlin.chaos.workload.Workers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One node, one disk, one fault: writes before, while and after it, then `kill -9` and a look at what is there.
///
/// What a setting promises is counted from the last acknowledgement, because a node that refuses writes makes no promises meanwhile.
///
/// Thread: one owner, besides the writers.
public final class DiskRunner {
    private static final int CLIENTS = 3;
    private static final int RUN = 1;
    private static final long DISK_BYTES = 96L << 20;
    private static final long BEFORE_MS = 1_500;
    private static final long FAULT_MS = 4_000;
    private static final Duration STALL = Duration.ofSeconds(3);
    private static final Duration RESUME_MAX = Duration.ofSeconds(20);
    private static final double SECOND_MS = 1_000;

    private final ServerUnderTest server;
    private final Setting setting;
    private final DiskFault fault;
    private final Path dir;

    private final List<Script> scripts = new ArrayList<>();
    private final List<Ledger> ledgers = new ArrayList<>();
    private final List<PatientWriter> writers = new ArrayList<>();
    private final Map<String, Integer> toPing = new TreeMap<>();
    private double longestReadMs;
    private double resumedMs = -1;

    private DiskRunner(ServerUnderTest server, Setting setting, DiskFault fault, Path dir) {
        this.server = server;
        this.setting = setting;
        this.fault = fault;
        this.dir = dir;
    }

    /// Carries out one run.
    ///
    /// @param dir where the files of a bad run are kept
    public static DiskResult run(
            ServerUnderTest server, Setting setting, DiskFault fault, Path dir) {
        var runner = new DiskRunner(server, setting, fault, dir);
        try {
            return runner.run();
        } catch (IOException | HarnessException e) {
            return runner.result(false, 0, List.of(), String.valueOf(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HarnessException("interrupted while a disk was faulty", e);
        }
    }

    private DiskResult run() throws IOException, InterruptedException {
        try (Subject subject =
                Subject.on(
                        Standalone.onPrivateDisk(server, setting.directives(), DISK_BYTES),
                        Crash.KILL)) {
            Optional<String> problem = subject.start();
            if (problem.isPresent()) {
                throw new HarnessException(problem.get());
            }
            boolean ended;
            try (var workers = new Workers()) {
                for (int client = 0; client < CLIENTS; client++) {
                    var script = new Script(client, RUN);
                    var ledger = new Ledger(client, 0);
                    var writer =
                            new PatientWriter(subject.place().node().address(), script, ledger);
                    scripts.add(script);
                    ledgers.add(ledger);
                    writers.add(writer);
                    workers.start("writer-" + client, writer);
                }
                TimeUnit.MILLISECONDS.sleep(BEFORE_MS);
                suffer(subject);
                ended = !subject.place().node().isRunning();
                if (!ended && fault.heals()) {
                    awaitWrites();
                    // What is promised for a second ago is on disk after another one.
                    TimeUnit.MILLISECONDS.sleep(2 * (long) SECOND_MS);
                }
                ended = !subject.place().node().isRunning();
                subject.place().node().kill();
                workers.stopAll();
            }
            if (!fault.heals()) {
                subject.place().disk().remount();
            }
            return comeBack(subject, ended);
        }
    }

    /// Brings the fault, watches, and takes it away again where that is possible.
    private void suffer(Subject subject) throws IOException, InterruptedException {
        Path filler = subject.place().data().resolve("filler");
        switch (fault) {
            case FULL -> fill(filler);
            case READ_ONLY -> subject.place().disk().failReadOnly();
            case STALL -> subject.place().disk().freeze(STALL);
        }
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FAULT_MS);
        try (PipelineClient reader = subject.connect()) {
            while (System.nanoTime() < endNs) {
                long beforeNs = System.nanoTime();
                reader.ask("GET", "k:0:1");
                longestReadMs = Math.max(longestReadMs, (System.nanoTime() - beforeNs) / 1e6);
                // It must say so to whoever watches it, even while every writer waits for a reply.
                if (reader.ask("PING") instanceof Reply.Failure(String text)) {
                    toPing.merge(text, 1, Integer::sum);
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
        } catch (IOException _) {
            // The node has ended, which is looked at next.
        }
        if (fault == DiskFault.FULL) {
            Files.deleteIfExists(filler);
        }
    }

    private void awaitWrites() throws InterruptedException {
        List<Long> marks = ledgers.stream().map(Ledger::acked).toList();
        long fromNs = System.nanoTime();
        boolean resumed =
                await(
                        RESUME_MAX,
                        () ->
                                ledgers.stream()
                                        .allMatch(ledger ->
                                                ledger.acked() > marks.get(ledger.client())));
        if (resumed) {
            resumedMs = (System.nanoTime() - fromNs) / 1e6;
        }
    }

    private DiskResult comeBack(Subject subject, boolean ended)
            throws IOException, InterruptedException {
        Optional<String> problem = subject.start();
        if (problem.isPresent()) {
            subject.keepFiles(dir);
            return result(ended, 0, List.of("it does not come back: " + problem.get()), null);
        }
        CrashJudge.Finding finding;
        try (PipelineClient client = subject.connect()) {
            List<Map<String, String>> found = new Survivors(client).read(scripts);
            List<CrashJudge.Client> clients = new ArrayList<>();
            for (int index = 0; index < CLIENTS; index++) {
                clients.add(
                        new CrashJudge.Client(
                                scripts.get(index),
                                ledgers.get(index),
                                Map.of(),
                                found.get(index)));
            }
            finding = CrashJudge.judge(clients);
        }
        List<String> violations = new ArrayList<>(finding.violations());
        if (finding.lost() > 0 && !mayLose(finding)) {
            violations.add(
                    "%d acknowledged writes are lost, the oldest %.0f ms before the last acknowledgement"
                            .formatted(finding.lost(), ageMs(finding)));
        }
        judgeRefusals(ended, violations);
        var result = result(ended, finding.lost(), violations, null);
        if (!violations.isEmpty()) {
            subject.keepFiles(dir);
        }
        return result;
    }

    private void judgeRefusals(boolean ended, List<String> violations) {
        Map<String, Integer> refusals = refusals();
        for (String text : refusals.keySet()) {
            if (!text.startsWith("MISCONF ")) {
                violations.add("not the standard error: " + text);
            }
        }
        if (fault.refuses() && refusals.isEmpty() && !ended) {
            violations.add("no write was refused");
        }
    }

    private boolean mayLose(CrashJudge.Finding finding) {
        return switch (setting.promise()) {
            case NOTHING_LOST -> false;
            case ONE_SECOND -> ageMs(finding) <= SECOND_MS;
            // A file system that is mounted anew has forgotten what the kernel still had.
            case KERNEL_HAS_IT -> fault == DiskFault.READ_ONLY || ageMs(finding) <= SECOND_MS;
            // Save points of a second, saves that take a moment, and retries five seconds apart.
            case SINCE_LAST_SAVE -> true;
        };
    }

    private double ageMs(CrashJudge.Finding finding) {
        long lastNs =
                ledgers.stream()
                        .mapToLong(ledger -> ledger.ackedNs(ledger.acked()))
                        .max()
                        .orElse(0);
        return (lastNs - finding.oldestLostNs()) / 1e6;
    }

    private Map<String, Integer> refusals() {
        Map<String, Integer> all = new TreeMap<>(toPing);
        for (PatientWriter writer : writers) {
            writer.refusals().forEach((text, count) -> all.merge(text, count, Integer::sum));
        }
        return all;
    }

    private DiskResult result(
            boolean ended, long lost, List<String> violations, @Nullable String failure) {
        return new DiskResult(
                server.label(),
                setting,
                fault,
                ledgers.stream().mapToLong(Ledger::acked).sum(),
                refusals(),
                ended,
                longestReadMs,
                resumedMs,
                lost,
                List.copyOf(violations),
                failure);
    }

    private static void fill(Path file) throws IOException {
        for (int chunk : new int[] {1 << 16, 1 << 12}) {
            byte[] zeros = new byte[chunk];
            try (OutputStream out =
                    Files.newOutputStream(
                            file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                for (long written = 0; written < DISK_BYTES; written += chunk) {
                    out.write(zeros);
                }
            } catch (IOException e) {
                if (!String.valueOf(e.getMessage()).contains("No space left")) {
                    throw e;
                }
            }
        }
    }

    private static boolean await(Duration limit, BooleanSupplier condition)
            throws InterruptedException {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        return true;
    }
}
