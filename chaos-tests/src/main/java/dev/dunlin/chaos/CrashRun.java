// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos;

import dev.dunlin.chaos.cluster.PrivateDisk;
import dev.dunlin.chaos.cluster.ServerUnderTest;
import dev.dunlin.chaos.crash.Crash;
import dev.dunlin.chaos.crash.CrashPlan;
import dev.dunlin.chaos.crash.CrashResult;
import dev.dunlin.chaos.crash.CrashRunner;
import dev.dunlin.chaos.crash.Setting;
import dev.dunlin.chaos.report.CrashReport;
import dev.dunlin.chaos.report.CrashSeries;
import dev.dunlin.chaos.scenario.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The command line of the crash matrix.
@Command(
        name = "crash",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Kills one node at random instants under load, starts it again, and checks what it promised to keep.",
            "",
            "Clients write in pipelines and note every acknowledgement. After the crash the state of each must be one that it"
                    + " had, whole and without a hole; all clients' states must belong to one instant; what then is missing of"
                    + " the acknowledged is lost, and its age is judged by the setting.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  chaos crash --server redis --runs 5               a look at the control group",
            "  chaos crash --side-by-side --runs 200             the whole matrix, an hour or two",
            "  chaos crash --setting everysec --crash power      how much a power cut costs",
            "  chaos crash --setting rewrite --filler 1000000    crashes in the midst of long rewrites"
        })
final class CrashRun implements Callable<Integer> {
    private static final int RUNS_MAX = 100_000;

    @Mixin private final ServerOptions options = new ServerOptions();

    @Option(
            names = "--setting",
            paramLabel = "NAME",
            split = ",",
            description = "always, everysec, no, rdb, rewrite. Default: all.")
    private List<String> settings = new ArrayList<>();

    @Option(
            names = "--crash",
            paramLabel = "NAME",
            split = ",",
            description =
                    "kill, torn (and half a write at the end of the file), power (what was not synced is gone; needs root)."
                            + " Default: kill.")
    private List<String> crashes = List.of("kill");

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "20",
            description = "Crashes of each kind. Default: 20.")
    private int runs = 20;

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "4",
            description = "Connections that write. Default: 4.")
    private int clients = 4;

    @Option(
            names = {"-P", "--pipeline"},
            paramLabel = "N",
            defaultValue = "32",
            description = "Most operations a client has on their way. Default: 32.")
    private int pipeline = 32;

    @Option(
            names = "--load-ms",
            paramLabel = "MS",
            defaultValue = "1500",
            description = "Longest time of writing before a crash. Default: 1500.")
    private int loadMs = 1500;

    @Option(
            names = "--filler",
            paramLabel = "KEYS",
            defaultValue = "100000",
            description =
                    "Keys of 100 bytes that lie there unchanged, so that snapshots take a while. Default: 100000.")
    private int filler = 100_000;

    @Option(
            names = "--runs-per-folder",
            paramLabel = "N",
            defaultValue = "10",
            description = "Crashes that one set of files goes through. Default: 10.")
    private int runsPerFolder = 10;

    @Option(
            names = "--directive",
            paramLabel = "NAME=VALUE",
            description = "A further redis.conf directive for the node.")
    private Map<String, String> directives = new LinkedHashMap<>();

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Seed of everything random in the harness. Default: a new one.")
    private @Nullable Long seed;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "target/crash",
            description =
                    "Folder for index.html, summary.json, and histories and files of bad runs. Default: target/crash.")
    private Path out = Path.of("target/crash");

    @Override
    public Integer call() throws IOException {
        List<Setting> wantedSettings =
                settings.isEmpty() ? List.of(Setting.values()) : named(settings, "setting");
        List<Crash> wantedCrashes = crashesNamed();
        List<ServerUnderTest> servers = options.servers();
        CrashPlan.Load load;
        if (runs < 1 || runs > RUNS_MAX) {
            throw options.usage("--runs must be between 1 and " + RUNS_MAX);
        }
        try {
            load = new CrashPlan.Load(clients, pipeline, loadMs, filler, runsPerFolder);
        } catch (IllegalArgumentException e) {
            throw options.usage("--" + e.getMessage());
        }
        long firstSeed = seed == null ? new SplittableRandom().nextLong() >>> 16 : seed;
        var report = new CrashReport(options.out(), out, firstSeed);
        report.start(servers, load);
        for (Setting setting : wantedSettings) {
            for (Crash crash : wantedCrashes) {
                Optional<String> obstacle =
                        crash == Crash.POWER ? PrivateDisk.obstacle() : Optional.empty();
                if (crash == Crash.TORN && setting == Setting.RDB) {
                    obstacle = Optional.of("there is no append-only file to tear");
                }
                if (obstacle.isPresent()) {
                    report.notRun(setting.label() + " " + crash.label() + ": " + obstacle.get());
                    continue;
                }
                for (ServerUnderTest target : servers) {
                    Path folder =
                            out.resolve(
                                    target.label() + "-" + setting.label() + "-" + crash.label());
                    var plan =
                            new CrashPlan(
                                    target,
                                    setting,
                                    directives,
                                    crash,
                                    runs,
                                    load,
                                    firstSeed,
                                    folder);
                    List<CrashResult> results =
                            CrashRunner.run(plan, result -> report.run(plan, result));
                    report.series(new CrashSeries(plan, results));
                }
            }
        }
        Verdict verdict = report.end();
        return ExitCode.of(verdict);
    }

    private List<Setting> named(List<String> names, String what) {
        return names.stream()
                .map(name ->
                        Setting.named(name)
                                .orElseThrow(() ->
                                        options.usage(
                                                "no "
                                                        + what
                                                        + " '"
                                                        + name
                                                        + "': "
                                                        + settingNames())))
                .distinct()
                .toList();
    }

    private List<Crash> crashesNamed() {
        return crashes.stream()
                .map(name ->
                        Crash.named(name)
                                .orElseThrow(() ->
                                        options.usage(
                                                "no crash '" + name + "': kill, torn, power")))
                .distinct()
                .toList();
    }

    private static String settingNames() {
        return Arrays.stream(Setting.values())
                .map(Setting::label)
                .collect(Collectors.joining(", "));
    }
}
