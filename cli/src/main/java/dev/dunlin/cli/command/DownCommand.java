// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.local.ClusterDirectory;
import dev.dunlin.cli.local.LocalCluster;
import dev.dunlin.cli.local.NodeLauncher;
import dev.dunlin.cli.output.Document;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `clusterctl down`.
@Command(
        name = "down",
        description = {
            "Stop every process of the local cluster.",
            "Its directory stays, so up brings back the same nodes with the same ids and slots."
        },
        footer = {
            "",
            "Examples:",
            "  clusterctl down                      keys are kept only by nodes that save them",
            "  clusterctl down --wipe --yes         and delete the directory"
        })
final class DownCommand implements Callable<Integer> {
    private final Session session;

    @Mixin LocalOptions common = new LocalOptions();

    @Option(names = "--wipe", description = "Delete its directory as well.")
    boolean wipe;

    @Option(
            names = {"-y", "--yes"},
            description = "Wipe without asking.")
    boolean yes;

    DownCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var directory = new ClusterDirectory(session.directory(common));
        var state =
                directory
                        .load()
                        .orElseThrow(() ->
                                new CliException(
                                        ExitCode.NOT_FOUND,
                                        "there is no cluster in " + directory.path(),
                                        "nothing was stopped",
                                        "clusterctl down --dir DIR"));
        if (wipe && !yes) {
            approveWipe(directory.path());
        }
        try (var _ = directory.lock()) {
            var cluster = new LocalCluster(directory, new NodeLauncher(Path.of("unused")));
            var stopped = cluster.stop(state);
            var text = new StringBuilder();
            int count = stopped.stopped().size();
            text.append("stopped ").append(count).append(count == 1 ? " process" : " processes");
            if (!stopped.killed().isEmpty()) {
                text.append(" (by SIGKILL, because they did not stop when asked: ")
                        .append(String.join(", ", stopped.killed()))
                        .append(')');
            }
            text.append('\n');
            if (wipe) {
                directory.wipe();
                text.append("deleted ").append(directory.path()).append('\n');
            } else {
                text.append("kept ")
                        .append(directory.path())
                        .append(" for the next clusterctl up\n");
            }
            var document = Document.of("ClusterStopped");
            document.put(
                    "status",
                    Map.of(
                            "stopped", stopped.stopped(),
                            "killed", stopped.killed(),
                            "wiped", wipe));
            session.print(common.output, text.toString(), document);
        }
        return ExitCode.OK.status();
    }

    private void approveWipe(Path directory) {
        boolean agreed =
                session.terminal().interactive()
                        && session.terminal()
                                .confirm("Delete " + directory + " with all data of the cluster?");
        if (!agreed) {
            throw new CliException(
                    ExitCode.NEEDS_APPROVAL,
                    "the data was not deleted: nobody said yes",
                    "nothing was stopped",
                    "clusterctl down --wipe --yes");
        }
    }
}
