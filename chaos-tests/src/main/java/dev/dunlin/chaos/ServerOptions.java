// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos;

import dev.dunlin.chaos.cluster.ServerUnderTest;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The part of the command line that says which servers are tested; the same for all that the suite runs.
final class ServerOptions {
    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec command;

    @Option(
            names = "--server",
            paramLabel = "redis|dunlin|PATH",
            defaultValue = "redis",
            description =
                    "Server under test: 'redis' is the control group, 'dunlin' the launcher of this build (-D"
                            + ServerUnderTest.DUNLIN_PROPERTY
                            + " or ./dunlin-node), or any executable with redis-server's command line. Default: redis.")
    private String server = "redis";

    @Option(
            names = "--side-by-side",
            description =
                    "Everything alternately against redis and the server (dunlin unless --server names another), and compare.")
    private boolean sideBySide;

    /// {@return the servers, in the order in which they take their turns}
    List<ServerUnderTest> servers() {
        if (!sideBySide) {
            return List.of(server(server));
        }
        return List.of(server("redis"), server(server.equals("redis") ? "dunlin" : server));
    }

    private ServerUnderTest server(String text) {
        return ServerUnderTest.parse(text)
                .orElseThrow(() -> usage("there is no executable server '" + text + "'"));
    }

    /// {@return what says that the command line is wrong}
    ParameterException usage(String message) {
        return new ParameterException(commandLine(), message);
    }

    /// {@return where the command prints}
    PrintWriter out() {
        return commandLine().getOut();
    }

    private CommandLine commandLine() {
        if (command == null) {
            throw new IllegalStateException("not started by picocli");
        }
        return command.commandLine();
    }
}
