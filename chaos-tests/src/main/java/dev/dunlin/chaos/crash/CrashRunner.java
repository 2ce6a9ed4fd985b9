// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import dev.dunlin.chaos.HarnessException;
import dev.dunlin.chaos.client.PipelineClient;
import dev.dunlin.chaos.client.Reply;
import dev.dunlin.chaos.scenario.Verdict;
import dev.dunlin.chaos.workload.Workers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Carries out a plan: write, crash, start again, look, and so on with what has survived.
///
/// Thread: one owner, besides the writers of each run.
public final class CrashRunner {
    private static final int SAMPLED_FILLER_KEYS = 100;
    private static final int LOAD_MS_MIN = 30;
    private static final long FIRST_WRITE_MAX_NS = TimeUnit.SECONDS.toNanos(10);

    private final CrashPlan plan;
    private final SplittableRandom random;

    // What the node is known to hold, client by client; anew with each folder.
    private final List<Long> positions = new ArrayList<>();
    private final List<Map<String, String>> facts = new ArrayList<>();

    private CrashRunner(CrashPlan plan) {
        this.plan = plan;
        this.random = new SplittableRandom(plan.seed());
    }

    /// Carries out all runs of a plan.
    ///
    /// @param onResult told after each run
    public static List<CrashResult> run(CrashPlan plan, Consumer<CrashResult> onResult) {
        return new CrashRunner(plan).runAll(onResult);
    }

    private List<CrashResult> runAll(Consumer<CrashResult> onResult) {
        List<CrashResult> results = new ArrayList<>();
        Subject subject = null;
        int inFolder = 0;
        try {
            for (int number = 1; number <= plan.runs(); number++) {
                CrashResult result;
                try {
                    if (subject == null) {
                        subject = begin();
                        inFolder = 0;
                    }
                    result = runOnce(subject, number);
                } catch (IOException | HarnessException e) {
                    result = failed(number, String.valueOf(e));
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new HarnessException("interrupted in run " + number, e);
                }
                results.add(result);
                onResult.accept(result);
                inFolder++;
                boolean sound =
                        result.failure() == null
                                && result.late() == null
                                && result.violations().isEmpty();
                if (subject != null && (!sound || inFolder >= plan.load().runsPerFolder())) {
                    subject.close();
                    subject = null;
                }
            }
        } finally {
            if (subject != null) {
                subject.close();
            }
        }
        return results;
    }

    /// {@return a running node with its filler on disk}
    private Subject begin() throws IOException, InterruptedException {
        positions.clear();
        facts.clear();
        for (int client = 0; client < plan.load().clients(); client++) {
            positions.add(0L);
            facts.add(new TreeMap<>());
        }
        Subject subject = Subject.create(plan);
        try {
            Optional<String> problem = subject.start();
            if (problem.isPresent()) {
                throw new HarnessException(problem.get());
            }
            try (PipelineClient client = subject.connect()) {
                Subject.fill(client, plan.load().fillerKeys());
                Subject.complete(
                        client,
                        plan.setting().appends()
                                ? Setting.Background.REWRITE
                                : Setting.Background.SAVE);
            }
            return subject;
        } catch (IOException | InterruptedException | HarnessException e) {
            subject.close();
            throw e;
        }
    }

    private CrashResult runOnce(Subject subject, int number)
            throws IOException, InterruptedException {
        List<Script> scripts = new ArrayList<>();
        List<Ledger> ledgers = new ArrayList<>();
        List<Writer> writers = new ArrayList<>();
        for (int client = 0; client < plan.load().clients(); client++) {
            var script = new Script(client, number);
            var ledger = new Ledger(client, positions.get(client));
            scripts.add(script);
            ledgers.add(ledger);
            writers.add(
                    new Writer(
                            subject.place().node().address(),
                            script,
                            ledger,
                            plan.load().pipelineMax(),
                            random.split()));
        }
        Load load;
        long crashNs;
        try (var workers = new Workers();
                PipelineClient probe = subject.connect()) {
            for (int client = 0; client < writers.size(); client++) {
                workers.start("writer-" + client, writers.get(client));
            }
            // On a busy machine the first write may take longer than all that is wanted.
            awaitFirst(ledgers);
            long startNs = System.nanoTime();
            long loadMs =
                    random.nextLong(
                            LOAD_MS_MIN, Math.max(LOAD_MS_MIN + 1, plan.load().loadMsMax()));
            load = whileWriting(probe, ledgers, startNs + TimeUnit.MILLISECONDS.toNanos(loadMs));
            crashNs = System.nanoTime();
            subject.die(plan.setting().appends());
            workers.stopAll();
        }
        long restartNs = System.nanoTime();
        Optional<String> problem = subject.start();
        double readyMs = (System.nanoTime() - restartNs) / 1e6;
        long acked = ledgers.stream().mapToLong(ledger -> ledger.acked() - ledger.base()).sum();
        Path folder = plan.dir().resolve("run-%03d".formatted(number));
        if (problem.isPresent()) {
            subject.keepFiles(folder);
            Histories.write(folder, plan, number, ledgers, crashNs, List.of());
            return new CrashResult(
                    number,
                    acked,
                    0,
                    0,
                    0,
                    readyMs,
                    load.underWay(),
                    List.of(),
                    null,
                    problem.get());
        }
        CrashJudge.Finding finding = look(subject, scripts, ledgers);
        List<String> violations = new ArrayList<>(finding.violations());
        for (Writer writer : writers) {
            writer.refusal().ifPresent(text -> violations.add("a write was refused: " + text));
        }
        long beforeSave = 0;
        for (int client = 0; client < ledgers.size(); client++) {
            beforeSave += Math.max(0, load.saved().get(client) - finding.survived().get(client));
        }
        var result =
                new CrashResult(
                        number,
                        acked,
                        finding.lost(),
                        finding.lost() == 0 ? 0 : (crashNs - finding.oldestLostNs()) / 1e6,
                        violations.isEmpty() ? beforeSave : 0,
                        readyMs,
                        load.underWay(),
                        List.copyOf(violations),
                        acked == 0 ? "nothing was acknowledged before the crash" : null,
                        null);
        boolean bad = result.verdict(plan) != Verdict.PASS;
        if (bad || number == 1) {
            Histories.write(folder, plan, number, ledgers, crashNs, finding.survived());
        }
        if (bad) {
            subject.keepFiles(folder);
        }
        return result;
    }

    private static void awaitFirst(List<Ledger> ledgers) throws InterruptedException {
        long deadlineNs = System.nanoTime() + FIRST_WRITE_MAX_NS;
        while (System.nanoTime() < deadlineNs
                && ledgers.stream().anyMatch(ledger -> ledger.acked() == ledger.base())) {
            TimeUnit.MILLISECONDS.sleep(1);
        }
    }

    /// Reads what is there, judges it, and takes it for the next run's beginning.
    private CrashJudge.Finding look(Subject subject, List<Script> scripts, List<Ledger> ledgers)
            throws IOException {
        try (PipelineClient client = subject.connect()) {
            var survivors = new Survivors(client);
            List<Map<String, String>> found = survivors.read(scripts);
            List<CrashJudge.Client> clients = new ArrayList<>();
            long keys = plan.load().fillerKeys();
            for (int index = 0; index < scripts.size(); index++) {
                clients.add(
                        new CrashJudge.Client(
                                scripts.get(index),
                                ledgers.get(index),
                                facts.get(index),
                                found.get(index)));
                keys += Script.keys(found.get(index));
            }
            CrashJudge.Finding finding = CrashJudge.judge(clients);
            List<String> violations = new ArrayList<>(finding.violations());
            if (survivors.keys() != keys) {
                violations.add(
                        "there are %d keys, of which %d are accounted for"
                                .formatted(survivors.keys(), keys));
            }
            sampleFiller(client, violations);
            for (int index = 0; index < scripts.size(); index++) {
                positions.set(index, Math.max(0, finding.survived().get(index)));
                facts.set(index, found.get(index));
            }
            return new CrashJudge.Finding(
                    finding.survived(),
                    finding.lost(),
                    finding.oldestLostNs(),
                    List.copyOf(violations));
        }
    }

    private void sampleFiller(PipelineClient client, List<String> violations) throws IOException {
        if (plan.load().fillerKeys() == 0) {
            return;
        }
        for (int sample = 0; sample < SAMPLED_FILLER_KEYS; sample++) {
            String name = "f:%08d".formatted(random.nextInt(plan.load().fillerKeys()));
            String value = client.ask("GET", name).asText();
            if (!value.equals(Subject.filler(name))) {
                violations.add(name + " is " + value);
                return;
            }
        }
    }

    /// What went on while clients wrote.
    ///
    /// @param saved for each client the number of its last operation that the last complete save must have
    /// @param underWay whether one was under way at the end
    private record Load(List<Long> saved, boolean underWay) {}

    private Load whileWriting(PipelineClient probe, List<Ledger> ledgers, long endNs)
            throws IOException, InterruptedException {
        Setting.Background background = plan.setting().background();
        List<Long> saved = ledgers.stream().map(Ledger::base).toList();
        List<Long> begun = null;
        boolean underWay = false;
        while (System.nanoTime() < endNs) {
            if (background == Setting.Background.NONE) {
                TimeUnit.NANOSECONDS.sleep(Math.max(0, endNs - System.nanoTime()));
                continue;
            }
            if (begun == null) {
                List<Long> marks = ledgers.stream().map(Ledger::acked).toList();
                if (!(probe.ask(background.command()) instanceof Reply.Failure)) {
                    begun = marks;
                }
            }
            underWay = !Subject.info(probe, background.field()).equals(Optional.of("0"));
            if (!underWay && begun != null) {
                if (background == Setting.Background.SAVE && lastSaveWasGood(probe)) {
                    saved = begun;
                }
                begun = null;
            }
            TimeUnit.MILLISECONDS.sleep(1 + random.nextInt(10));
        }
        return new Load(saved, underWay);
    }

    private static boolean lastSaveWasGood(PipelineClient probe) throws IOException {
        return Subject.info(probe, "rdb_last_bgsave_status").equals(Optional.of("ok"));
    }

    private static CrashResult failed(int number, @Nullable String failure) {
        return new CrashResult(number, 0, 0, 0, 0, 0, false, List.of(), failure, null);
    }
}
