// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.Connection;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.output.Document;
import dev.dunlin.controlplane.v1.RunCheckRequest;
import dev.dunlin.controlplane.v1.Severity;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// `clusterctl check`.
@Command(
        name = "check",
        aliases = "doctor",
        description = "Ask every node and say what is wrong, and what to do about it.",
        footer = {
            "",
            "Exit status: 0 when healthy, 5 when something was found.",
            "",
            "Examples:",
            "  clusterctl check                     errors make it fail",
            "  clusterctl check --fail-on warn      warnings as well, for CI",
            "  clusterctl check -o json"
        })
final class CheckCommand implements Callable<Integer> {
    private final Session session;

    @Mixin CommonOptions common = new CommonOptions();

    /// From which severity on the exit status is 5.
    enum FailOn {
        WARN,
        ERROR;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Option(
            names = "--fail-on",
            paramLabel = "SEVERITY",
            defaultValue = "error",
            description = "warn or error. Default: ${DEFAULT-VALUE}.")
    FailOn failOn = FailOn.ERROR;

    CheckCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        try (Connection connection = session.connect(common)) {
            var result = connection.call(c -> c.checks().run(RunCheckRequest.getDefaultInstance()));
            var text = new StringBuilder();
            result.getFindingsList()
                    .forEach(finding ->
                            text.append(StatusView.finding(session.terminal(), finding)));
            long failed =
                    result.getFindingsList().stream()
                            .map(finding -> finding.getId())
                            .distinct()
                            .count();
            text.append("OK     ")
                    .append(result.getChecksRun() - failed)
                    .append(" of ")
                    .append(result.getChecksRun())
                    .append(" checks found nothing\n");
            boolean unhealthy =
                    result.getFindingsList().stream()
                            .anyMatch(finding ->
                                    finding.getSeverity() == Severity.SEVERITY_ERROR
                                            || (failOn == FailOn.WARN
                                                    && finding.getSeverity()
                                                            == Severity.SEVERITY_WARN));
            session.print(
                    common.output,
                    text.toString(),
                    Document.ofFindings(
                            result.getFindingsList(), result.getChecksRun(), !unhealthy));
            return (unhealthy ? ExitCode.FINDINGS : ExitCode.OK).status();
        }
    }
}
