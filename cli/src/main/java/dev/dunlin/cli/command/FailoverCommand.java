// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.Connection;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.controlplane.v1.FailoverRequest;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `clusterctl failover`.
@Command(
        name = "failover",
        description = {
            "Make a replica the primary of its shard.",
            "Planned, it waits until the replica has every write: nothing is lost."
        },
        footer = {
            "",
            "Examples:",
            "  clusterctl failover 127.0.0.1:7001   its most advanced replica takes over",
            "  clusterctl failover 127.0.0.1:7004   this replica takes over",
            "  clusterctl failover 127.0.0.1:7004 --force --accept-data-loss",
            "        when the primary is down: writes it did not pass on are lost"
        })
final class FailoverCommand implements Callable<Integer> {
    private final Session session;

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin ChangeOptions change = new ChangeOptions();

    @Parameters(
            paramLabel = "NODE",
            description = "A primary, or the replica to promote: HOST:PORT or id.")
    String node = "";

    @Option(names = "--force", description = "Do not ask the primary.")
    boolean force;

    @Option(
            names = "--accept-data-loss",
            description = "Needed with --force: writes that the replica lacks are lost.")
    boolean acceptDataLoss;

    FailoverCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (force && !acceptDataLoss) {
            throw new CliException(
                    ExitCode.USAGE,
                    "--force loses the writes that the replica has not received",
                    "nothing was changed",
                    "clusterctl failover " + node + " --force --accept-data-loss");
        }
        var request =
                FailoverRequest.newBuilder()
                        .setNode(node)
                        .setForce(force)
                        .setOptions(
                                dev.dunlin.controlplane.v1.ChangeOptions.newBuilder()
                                        .setDryRun(true))
                        .build();
        try (Connection connection = session.connect(common)) {
            var plan = connection.call(c -> c.failovers().execute(request)).getPlan();
            new ChangeFlow(session, connection, common.output, change)
                    .run(
                            plan,
                            "clusterctl failover "
                                    + node
                                    + (force ? " --force --accept-data-loss" : "")
                                    + " --yes");
            return ExitCode.OK.status();
        }
    }
}
