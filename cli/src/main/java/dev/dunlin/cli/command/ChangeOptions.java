// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import picocli.CommandLine.Option;

/// Options that every command which changes a cluster has.
class ChangeOptions {
    @Option(names = "--dry-run", description = "Print the plan and change nothing.")
    boolean dryRun;

    @Option(
            names = {"-y", "--yes"},
            description = "Do it without asking. Needed when nobody is there to answer.")
    boolean yes;

    @Option(
            names = "--detach",
            description = "Start the work, print its id and return; see clusterctl workflow watch.")
    boolean detach;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Stop waiting after this time (exit 6); the work goes on.")
    int timeoutSeconds;

    @Option(
            names = "--reason",
            paramLabel = "TEXT",
            defaultValue = "",
            description = "Why; kept with the workflow.")
    String reason = "";

    /// {@return how fast slots may move, 0 for no limit}
    int slotsPerSecondMax() {
        return 0;
    }
}
