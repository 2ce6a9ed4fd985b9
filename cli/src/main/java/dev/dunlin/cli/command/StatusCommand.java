// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.Connection;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.output.Document;
import dev.dunlin.cli.output.OutputFormat;
import dev.dunlin.controlplane.v1.ClusterServiceGrpc;
import dev.dunlin.controlplane.v1.ClusterStatus;
import dev.dunlin.controlplane.v1.GetStatusRequest;
import dev.dunlin.controlplane.v1.WatchStatusRequest;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `clusterctl status`.
@Command(
        name = "status",
        description = "Show the cluster on one screen: health, shards, slots, running work.",
        footer = {
            "",
            "Examples:",
            "  clusterctl status                    one look",
            "  clusterctl status --watch            keep looking; Ctrl-C ends it",
            "  clusterctl status -o json | jq -r '.status.nodes[].address'",
            "  clusterctl status --seed 10.0.0.5:6379   any Redis cluster, without a control plane"
        })
final class StatusCommand implements Callable<Integer> {
    private static final String HOME_AND_CLEAR = "\u001b[H\u001b[J";

    private final Session session;

    @Mixin CommonOptions common = new CommonOptions();

    @Option(
            names = {"-w", "--watch"},
            description = "Show it again whenever it changes. With -o json: one document a line.")
    boolean watch;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "How often to look while watching. Default: ${DEFAULT-VALUE}.")
    double intervalSeconds = 1;

    StatusCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Connection connection = session.connect(common)) {
            if (watch) {
                watch(connection);
                return ExitCode.OK.status();
            }
            ClusterStatus status =
                    connection.call(
                            c -> c.cluster().getStatus(GetStatusRequest.getDefaultInstance()));
            session.print(
                    common.output,
                    StatusView.render(session.terminal(), status),
                    Document.of(status));
            return ExitCode.OK.status();
        }
    }

    private void watch(Connection connection) {
        var request =
                WatchStatusRequest.newBuilder()
                        .setIntervalMs(
                                (int) Duration.ofNanos((long) (intervalSeconds * 1e9)).toMillis())
                        .build();
        var out = session.terminal().out();
        try {
            var changes =
                    ClusterServiceGrpc.newBlockingStub(connection.channel()).watchStatus(request);
            while (changes.hasNext()) {
                ClusterStatus status = changes.next();
                if (common.output == OutputFormat.JSON) {
                    out.println(Document.renderLine(Document.of(status)));
                } else if (common.output == OutputFormat.YAML) {
                    out.println("---");
                    out.print(Document.render(OutputFormat.YAML, Document.of(status)));
                } else {
                    out.print(session.terminal().outIsTerminal() ? HOME_AND_CLEAR : "");
                    out.println(StatusView.render(session.terminal(), status));
                }
                out.flush();
            }
        } catch (StatusRuntimeException e) {
            throw connection.refused(e);
        }
    }
}
