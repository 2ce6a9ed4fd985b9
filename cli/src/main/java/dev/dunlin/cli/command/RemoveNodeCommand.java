// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.Connection;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.local.ClusterDirectory;
import dev.dunlin.cli.local.LocalCluster;
import dev.dunlin.cli.local.NodeLauncher;
import dev.dunlin.controlplane.v1.ListNodesRequest;
import dev.dunlin.controlplane.v1.Node;
import dev.dunlin.controlplane.v1.RemoveNodeRequest;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `clusterctl remove-node`.
@Command(
        name = "remove-node",
        aliases = "del-node",
        description = {
            "Take a node out of the cluster without losing anything.",
            "Its slots move to the others, its replicas follow another primary, everybody forgets it.",
            "A node that clusterctl started is stopped, and its directory deleted."
        },
        footer = {
            "",
            "Examples:",
            "  clusterctl remove-node 127.0.0.1:7007 --dry-run",
            "  clusterctl remove-node 127.0.0.1:7007 --yes",
            "  clusterctl remove-node 3f1a            by the first characters of its id"
        })
final class RemoveNodeCommand implements Callable<Integer> {
    private final Session session;

    @Mixin CommonOptions common = new CommonOptions();
    @Mixin MoveOptions change = new MoveOptions();

    @Parameters(paramLabel = "NODE", description = "HOST:PORT or id.")
    String node = "";

    RemoveNodeCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Connection connection = session.connect(common)) {
            var request =
                    RemoveNodeRequest.newBuilder()
                            .setNode(node)
                            .setOptions(
                                    dev.dunlin.controlplane.v1.ChangeOptions.newBuilder()
                                            .setDryRun(true))
                            .build();
            var nodes =
                    connection
                            .call(c -> c.nodes().list(ListNodesRequest.getDefaultInstance()))
                            .getNodesList();
            var plan = connection.call(c -> c.nodes().remove(request)).getPlan();
            var outcome =
                    new ChangeFlow(session, connection, common.output, change)
                            .run(plan, "clusterctl remove-node " + node + " --yes");
            if (outcome == ChangeFlow.Outcome.DONE) {
                stopLocal(nodes);
            }
        }
        return ExitCode.OK.status();
    }

    private void stopLocal(List<Node> nodes) {
        var directory = new ClusterDirectory(session.directory(common));
        var removed =
                nodes.stream()
                        .filter(candidate ->
                                node.equals(candidate.getHost() + ":" + candidate.getPort())
                                        || candidate.getId().startsWith(node))
                        .filter(candidate -> candidate.getHost().equals("127.0.0.1"))
                        .findFirst();
        if (removed.isEmpty() || directory.load().isEmpty()) {
            return;
        }
        var cluster = new LocalCluster(directory, new NodeLauncher(Path.of("unused")));
        try (var _ = directory.lock()) {
            if (cluster.removeNode(removed.get().getPort())) {
                session.terminal()
                        .err()
                        .println("stopped node-" + removed.get().getPort() + ", deleted its files");
            }
        }
    }
}
