// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.Connection;
import dev.dunlin.cli.Environment;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.Terminal;
import dev.dunlin.cli.output.Document;
import dev.dunlin.cli.output.OutputFormat;
import dev.dunlin.controlplane.v1.ClusterStatus;
import dev.dunlin.controlplane.v1.GetStatusRequest;
import dev.dunlin.controlplane.v1.Node;
import dev.dunlin.controlplane.v1.Plan;
import io.grpc.StatusRuntimeException;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// Does once what commands usually do, without touching anything: the launcher records the classes it loads, so that
/// later runs start from them.
@Command(name = "warm-up", hidden = true, description = "Load what other commands need.")
final class WarmUpCommand implements Callable<Integer> {
    /// Nobody listens there: the discard port.
    private static final String NOWHERE = "127.0.0.1:9";

    @Override
    public Integer call() {
        var sink = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        var terminal =
                new Terminal(
                        new BufferedReader(new StringReader("")),
                        sink,
                        sink,
                        false,
                        false,
                        false,
                        false);
        var session = new Session(terminal, new Environment(Path.of(""), Path.of(""), Map.of()));
        for (String command : new String[] {"--help", "status --help", "reshard --help"}) {
            int _ = Commands.commandLine(session).execute(command.split(" ", -1));
        }
        var status = ClusterStatus.newBuilder().addNodes(Node.newBuilder().setHost("h")).build();
        session.print(OutputFormat.TABLE, StatusView.render(terminal, status), Document.of(status));
        session.print(
                OutputFormat.JSON, PlanView.render(Plan.getDefaultInstance()), Document.of(status));
        try (var connection = Connection.toServer(NOWHERE)) {
            ClusterStatus _ = connection.cluster().getStatus(GetStatusRequest.getDefaultInstance());
        } catch (StatusRuntimeException _) {
            // As expected; the way there is what counts.
        }
        return ExitCode.OK.status();
    }
}
