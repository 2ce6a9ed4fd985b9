// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos;

import dev.dunlin.chaos.cluster.ClusterSettings;
import dev.dunlin.chaos.cluster.Environments;
import dev.dunlin.chaos.cluster.ServerUnderTest;
import dev.dunlin.chaos.report.ConsoleReport;
import dev.dunlin.chaos.report.HtmlReport;
import dev.dunlin.chaos.report.SummaryJson;
import dev.dunlin.chaos.scenario.Clusters;
import dev.dunlin.chaos.scenario.RunPlan;
import dev.dunlin.chaos.scenario.RunResult;
import dev.dunlin.chaos.scenario.Scenario;
import dev.dunlin.chaos.scenario.ScenarioRunner;
import dev.dunlin.chaos.scenario.Scenarios;
import dev.dunlin.chaos.scenario.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The command line of the chaos suite.
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        version = "dunlin chaos",
        subcommands = {CrashRun.class, DiskRun.class},
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Boots a real cluster, hurts it under judged traffic, heals it, and says from what clients saw whether a"
                    + " promise was broken.",
            ""
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all promises kept (for redis: all known losses found)",
            "1:SAFETY, a promise about data was broken",
            "2:usage",
            "3:HARNESS, the run proves nothing or the harness is blind",
            "4:LIVENESS, the cluster did not come back in time"
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  chaos --server redis                      the control group: must show what Redis is known to lose",
            "  chaos --server dunlin --nemesis partition Dunlin under partitions",
            "  chaos --side-by-side --scenario restart-old-primary --repeat 20 --runs-per-cluster 20 --node-timeout 2000",
            "                                            how long a failover takes, beside redis",
            "  chaos --side-by-side --nemesis pause --repeat 20 --runs-per-cluster 20",
            "                                            frozen primaries: what they acknowledge when they wake up",
            "  chaos crash --help                        one node that is killed again and again: what it keeps",
            "  chaos disk --help                         one node with a bad disk: full, read-only, hanging"
        })
public final class ChaosRun implements Callable<Integer> {
    private static final int REPEAT_MAX = 10_000;

    @Mixin private final ServerOptions options = new ServerOptions();

    @Option(
            names = "--environment",
            paramLabel = "process|netns|docker",
            description =
                    "Where nodes run. Default: netns, or process when this machine cannot; what then cannot run is named.")
    private @Nullable String environment;

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            split = ",",
            description = "Scenarios to run, see --list. Default: all.")
    private List<String> scenarios = new ArrayList<>();

    @Option(
            names = "--nemesis",
            paramLabel = "ALIAS",
            description =
                    "All scenarios of one kind of fault: kill, pause, partition, restart, all.")
    private @Nullable String nemesis;

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "1",
            description = "Runs of each scenario. Default: 1.")
    private int repeat = 1;

    @Option(
            names = "--runs-per-cluster",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Runs that one cluster serves before a new one is formed; it is healed and emptied between them. Default: 1.")
    private int runsPerCluster = 1;

    @Option(
            names = "--node-timeout",
            paramLabel = "MS",
            defaultValue = "1000",
            description =
                    "cluster-node-timeout in milliseconds; below 1000 small machines fail over by themselves. Default: 1000.")
    private long nodeTimeoutMs = 1000;

    @Option(
            names = "--replicas",
            paramLabel = "N",
            defaultValue = "1",
            description = "Replicas of each of the three primaries. Default: 1.")
    private int replicas = 1;

    @Option(
            names = "--directive",
            paramLabel = "NAME=VALUE",
            description = "A further redis.conf directive for every node.")
    private Map<String, String> directives = new LinkedHashMap<>();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description =
                    "Seed of everything random in the harness. Default: a new one, which is printed.")
    private @Nullable Long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "target/chaos",
            description =
                    "Folder for index.html, summary.json, histories and logs. Default: target/chaos.")
    private Path out = Path.of("target/chaos");

    @Option(
            names = "--list",
            description = "List scenarios and what this machine can run, then exit.")
    private boolean list;

    /// Runs the suite and exits with its code.
    public static void main(String[] args) {
        System.exit(execute(args));
    }

    /// Runs the suite and returns its exit code.
    public static int execute(String... args) {
        return new CommandLine(new ChaosRun())
                .setExecutionExceptionHandler((failure, commandLine, _) -> {
                    commandLine.getErr().println("HARNESS: " + failure.getMessage());
                    return ExitCode.HARNESS;
                })
                .execute(args);
    }

    @Override
    public Integer call() throws IOException {
        var console = new ConsoleReport(options.out());
        if (list) {
            console.list(Scenarios.ALL, Environments.NAMES);
            return ExitCode.OK;
        }
        checkBounds();
        List<Scenario> wanted = wantedScenarios();
        List<ServerUnderTest> servers = options.servers();
        String where = environmentName(console);
        long firstSeed = seed == null ? new SplittableRandom().nextLong() >>> 16 : seed;
        var settings = new ClusterSettings(3, replicas, nodeTimeoutMs, directives);
        List<Scenario> possible = new ArrayList<>();
        List<String> notRun = new ArrayList<>();
        for (Scenario scenario : wanted) {
            if (Environments.faults(where).containsAll(scenario.requires())) {
                possible.add(scenario);
            } else {
                notRun.add(
                        scenario.name()
                                + " needs "
                                + scenario.requires()
                                + ", which "
                                + where
                                + " cannot do");
            }
        }
        console.start(servers, where, settings, firstSeed, out);
        notRun.forEach(console::notRun);
        List<RunResult> results =
                new ArrayList<>(
                        plansAndRuns(console, possible, servers, where, settings, firstSeed));
        Files.createDirectories(out);
        SummaryJson.write(out.resolve("summary.json"), results, notRun, firstSeed);
        HtmlReport.write(out.resolve("index.html"), results, notRun, firstSeed);
        Verdict verdict =
                results.stream().map(RunResult::verdict).reduce(Verdict.PASS, Verdict::worse);
        boolean nothingDone = results.isEmpty() || (!scenarios.isEmpty() && !notRun.isEmpty());
        Verdict overall = nothingDone ? verdict.worse(Verdict.HARNESS) : verdict;
        console.end(results, overall, out.resolve("index.html"));
        return ExitCode.of(overall);
    }

    private List<RunResult> plansAndRuns(
            ConsoleReport console,
            List<Scenario> possible,
            List<ServerUnderTest> servers,
            String where,
            ClusterSettings settings,
            long firstSeed) {
        List<RunResult> results = new ArrayList<>();
        try (var clusters = new Clusters(runsPerCluster)) {
            for (Scenario scenario : possible) {
                for (int round = 0; round < repeat; round++) {
                    for (ServerUnderTest target : servers) {
                        String folder =
                                "%03d-%s-%s"
                                        .formatted(
                                                results.size() + 1,
                                                target.label(),
                                                scenario.name());
                        var plan =
                                new RunPlan(
                                        scenario,
                                        target,
                                        where,
                                        settings,
                                        firstSeed + round,
                                        out.resolve(folder));
                        RunResult result = ScenarioRunner.run(plan, clusters);
                        console.run(result);
                        results.add(result);
                    }
                }
            }
        }
        return results;
    }

    private void checkBounds() {
        if (repeat < 1 || repeat > REPEAT_MAX) {
            throw options.usage("--repeat must be between 1 and " + REPEAT_MAX);
        }
        if (runsPerCluster < 1 || runsPerCluster > REPEAT_MAX) {
            throw options.usage("--runs-per-cluster must be between 1 and " + REPEAT_MAX);
        }
        if (nodeTimeoutMs < 200 || nodeTimeoutMs > 60_000) {
            throw options.usage("--node-timeout must be between 200 and 60000 ms");
        }
        if (replicas < 1 || replicas > 5) {
            throw options.usage("--replicas must be between 1 and 5");
        }
    }

    private List<Scenario> wantedScenarios() {
        Set<Scenario> wanted = new LinkedHashSet<>();
        for (String name : scenarios) {
            Optional<Scenario> scenario = Scenarios.named(name);
            wanted.add(
                    scenario.orElseThrow(
                            () -> options.usage("no scenario '" + name + "', see --list")));
        }
        if (nemesis != null) {
            List<Scenario> ofNemesis = Scenarios.ofNemesis(nemesis);
            if (ofNemesis.isEmpty()) {
                throw options.usage(
                        "no nemesis '" + nemesis + "': kill, pause, partition, restart, all");
            }
            wanted.addAll(ofNemesis);
        }
        return wanted.isEmpty() ? Scenarios.ALL : List.copyOf(wanted);
    }

    private String environmentName(ConsoleReport console) {
        if (environment != null) {
            Optional<String> obstacle = Environments.obstacle(environment);
            if (obstacle.isPresent()) {
                throw new HarnessException(environment + ": " + obstacle.get());
            }
            return environment;
        }
        Optional<String> obstacle = Environments.obstacle("netns");
        obstacle.ifPresent(reason -> console.notRun("environment netns: " + reason));
        return obstacle.isPresent() ? "process" : "netns";
    }
}
