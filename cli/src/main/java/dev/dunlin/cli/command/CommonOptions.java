// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// Options that every command which talks to a control plane has.
final class CommonOptions extends LocalOptions {
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
}
