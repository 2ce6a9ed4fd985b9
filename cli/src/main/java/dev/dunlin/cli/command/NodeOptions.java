// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.Environment;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.local.NodeLauncher;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Which program runs a node.
final class NodeOptions {
    @Option(
            names = "--node-binary",
            paramLabel = "FILE",
            description =
                    "Program to run as a node; takes redis-server's options. Default: $DUNLIN_NODE,"
                            + " else dunlin-node beside clusterctl.")
    @Nullable Path binary;

    NodeLauncher launcher(Environment environment) {
        Path file = environment.home().resolve("dunlin-node");
        if (binary != null) {
            file = environment.workingDirectory().resolve(binary);
        } else if (!environment.variable("DUNLIN_NODE").isEmpty()) {
            file = environment.workingDirectory().resolve(environment.variable("DUNLIN_NODE"));
        }
        if (!Files.isExecutable(file)) {
            throw new CliException(
                    ExitCode.FAILED,
                    "there is no node program at " + file,
                    "nothing was started",
                    "clusterctl up --node-binary FILE");
        }
        return new NodeLauncher(file);
    }
}
