// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.output.OutputFormat;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options that every command which talks to a control plane has.
final class CommonOptions {
    @Option(
            names = "--server",
            paramLabel = "HOST:PORT",
            description =
                    "Control plane to talk to. Default: $DUNLIN_SERVER, else that of the local cluster,"
                            + " else 127.0.0.1:7000.")
    @Nullable String server;

    @Option(
            names = "--seed",
            paramLabel = "HOST:PORT",
            description =
                    "Work without a control plane: run one inside this command, over the cluster that"
                            + " this node belongs to.")
    @Nullable String seed;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description =
                    "Directory of the local cluster. Default: $DUNLIN_DIR, else .dunlin/cluster of this"
                            + " project.")
    @Nullable Path directory;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table, json or yaml. Default: ${DEFAULT-VALUE}.")
    OutputFormat output = OutputFormat.TABLE;
}
