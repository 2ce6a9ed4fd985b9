// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.Connection;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.local.ClusterDirectory;
import dev.dunlin.cli.local.ClusterState;
import dev.dunlin.cli.local.LocalCluster;
import dev.dunlin.controlplane.v1.AddNodeRequest;
import dev.dunlin.controlplane.v1.Plan;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `clusterctl add-node`.
@Command(
        name = "add-node",
        description = {
            "Let an empty node join.",
            "Without an address, a new node of the local cluster is started on the next free port.",
            "Asks only when slots move as well (--rebalance)."
        },
        footer = {
            "",
            "Examples:",
            "  clusterctl add-node                  a new local primary, still without slots",
            "  clusterctl add-node --rebalance      and give it its share of the slots",
            "  clusterctl add-node 10.0.0.9:6379    a node that runs elsewhere",
            "  clusterctl add-node --replica --primary 127.0.0.1:7001",
            "        a replica of this primary; without --primary, of the one with the fewest"
        })
final class AddNodeCommand implements Callable<Integer> {
    private final Session session;

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin MoveOptions change = new MoveOptions();
    @Mixin NodeOptions node = new NodeOptions();

    @Parameters(
            arity = "0..1",
            paramLabel = "HOST:PORT",
            defaultValue = "",
            description = "The node that shall join. Default: start a new local one.")
    String address = "";

    @Option(names = "--replica", description = "Join as a replica.")
    boolean replica;

    @Option(
            names = "--primary",
            paramLabel = "NODE",
            defaultValue = "",
            description = "The primary to replicate; implies --replica.")
    String primary = "";

    @Option(names = "--rebalance", description = "Give the new primary its share of the slots.")
    boolean rebalance;

    AddNodeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (address.isEmpty()) {
            return addLocal();
        }
        try (Connection connection = session.connect(common)) {
            var _ = carryOut(connection, plan(connection, address));
        }
        return ExitCode.OK.status();
    }

    private Plan plan(Connection connection, String newAddress) {
        var request =
                AddNodeRequest.newBuilder()
                        .setAddress(newAddress)
                        .setReplica(replica || !primary.isEmpty())
                        .setPrimary(primary)
                        .setRebalance(rebalance)
                        .setOptions(
                                dev.dunlin.controlplane.v1.ChangeOptions.newBuilder()
                                        .setDryRun(true))
                        .build();
        return connection.call(c -> c.nodes().add(request)).getPlan();
    }

    private ChangeFlow.Outcome carryOut(Connection connection, Plan plan) {
        return new ChangeFlow(session, connection, common.output, change)
                .run(plan, commandWithYes());
    }

    private String commandWithYes() {
        var command = new StringBuilder("clusterctl add-node");
        command.append(address.isEmpty() ? "" : " " + address);
        command.append(replica && primary.isEmpty() ? " --replica" : "");
        command.append(primary.isEmpty() ? "" : " --primary " + primary);
        command.append(rebalance ? " --rebalance" : "");
        return command.append(" --yes").toString();
    }

    /// Starts a node and lets it join. When it does not join, it is stopped and deleted again.
    private int addLocal() {
        var directory = new ClusterDirectory(session.directory(common));
        ClusterState state =
                directory
                        .load()
                        .orElseThrow(() ->
                                new CliException(
                                        ExitCode.NOT_FOUND,
                                        "there is no local cluster in "
                                                + directory.path()
                                                + " to start a node for",
                                        "nothing was started",
                                        "clusterctl add-node HOST:PORT"));
        var cluster = new LocalCluster(directory, node.launcher(session.environment()));
        try (var _ = directory.lock();
                Connection connection = session.connect(common)) {
            var process = cluster.addNode(state);
            boolean keep = false;
            try {
                session.terminal()
                        .err()
                        .println("started " + process.name() + " (pid " + process.pid() + ")");
                var plan = plan(connection, "127.0.0.1:" + process.port());
                // Once the work has begun the node may be a member already, so it has to stay.
                keep = true;
                keep = carryOut(connection, plan) != ChangeFlow.Outcome.NOT_RUN;
            } catch (CliException e) {
                keep =
                        keep
                                && (e.exitCode() == ExitCode.FAILED
                                        || e.exitCode() == ExitCode.CANCELLED
                                        || e.exitCode() == ExitCode.TIMED_OUT);
                throw e;
            } finally {
                if (!keep && cluster.removeNode(process.port())) {
                    session.terminal().err().println("stopped " + process.name() + " again");
                }
            }
        }
        return ExitCode.OK.status();
    }
}
