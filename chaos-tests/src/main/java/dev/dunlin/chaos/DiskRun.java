// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos;

import dev.dunlin.chaos.cluster.PrivateDisk;
import dev.dunlin.chaos.cluster.ServerUnderTest;
import dev.dunlin.chaos.crash.DiskFault;
import dev.dunlin.chaos.crash.DiskRunner;
import dev.dunlin.chaos.crash.Setting;
import dev.dunlin.chaos.report.DiskReport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// The command line of the disk faults.
@Command(
        name = "disk",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Gives one node a bad disk: full, read-only, hanging. Writes must be refused with the standard error, nothing"
                    + " acknowledged may be lost once the disk is repaired, and the node goes on by itself where it can.",
            "",
            "The disk is a file system of its own on a loop device, in a mount namespace of its own; needs root.",
            ""
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  chaos disk --server redis",
            "  chaos disk --side-by-side --setting always,everysec --fault full"
        })
final class DiskRun implements Callable<Integer> {
    private static final List<String> SETTINGS = List.of("always", "everysec", "no", "rdb");
    private static final int REPEAT_MAX = 1000;

    @Mixin private final ServerOptions options = new ServerOptions();

    @Option(
            names = "--setting",
            paramLabel = "NAME",
            split = ",",
            description = "always, everysec, no, rdb. Default: all.")
    private List<String> settings = SETTINGS;

    @Option(
            names = "--fault",
            paramLabel = "NAME",
            split = ",",
            description = "full, read-only, stall. Default: all.")
    private List<String> faults = List.of("full", "read-only", "stall");

    @Option(
            names = "--repeat",
            paramLabel = "N",
            defaultValue = "1",
            description = "Runs of each. Default: 1.")
    private int repeat = 1;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            defaultValue = "target/disk",
            description =
                    "Folder for index.html, summary.json, and files of bad runs. Default: target/disk.")
    private Path out = Path.of("target/disk");

    @Override
    public Integer call() throws IOException {
        List<Setting> wantedSettings = new ArrayList<>();
        for (String name : settings) {
            wantedSettings.add(
                    Optional.of(name)
                            .filter(SETTINGS::contains)
                            .flatMap(Setting::named)
                            .orElseThrow(
                                    () -> options.usage("no setting '" + name + "': " + SETTINGS)));
        }
        List<DiskFault> wantedFaults = new ArrayList<>();
        for (String name : faults) {
            wantedFaults.add(
                    DiskFault.named(name)
                            .orElseThrow(() ->
                                    options.usage(
                                            "no fault '" + name + "': full, read-only, stall")));
        }
        if (repeat < 1 || repeat > REPEAT_MAX) {
            throw options.usage("--repeat must be between 1 and " + REPEAT_MAX);
        }
        List<ServerUnderTest> servers = options.servers();
        var report = new DiskReport(options.out(), out);
        Optional<String> obstacle = PrivateDisk.obstacle();
        obstacle.ifPresent(report::notRun);
        if (obstacle.isPresent()) {
            return ExitCode.HARNESS;
        }
        report.start();
        for (Setting setting : wantedSettings) {
            for (DiskFault fault : wantedFaults) {
                for (int round = 1; round <= repeat; round++) {
                    for (ServerUnderTest target : servers) {
                        String folder =
                                "%s-%s-%s-%03d"
                                        .formatted(
                                                target.label(),
                                                setting.label(),
                                                fault.label(),
                                                round);
                        report.run(DiskRunner.run(target, setting, fault, out.resolve(folder)));
                    }
                }
            }
        }
        return ExitCode.of(report.end());
    }
}
