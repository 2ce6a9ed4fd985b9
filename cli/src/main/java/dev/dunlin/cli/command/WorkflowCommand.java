// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.Connection;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.output.Document;
import dev.dunlin.cli.output.OutputFormat;
import dev.dunlin.cli.output.Table;
import dev.dunlin.cli.output.Words;
import dev.dunlin.controlplane.v1.CancelWorkflowRequest;
import dev.dunlin.controlplane.v1.GetWorkflowRequest;
import dev.dunlin.controlplane.v1.LimitWorkflowRequest;
import dev.dunlin.controlplane.v1.ListWorkflowsRequest;
import dev.dunlin.controlplane.v1.RetryWorkflowRequest;
import dev.dunlin.controlplane.v1.Workflow;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `clusterctl workflow`.
@Command(
        name = "workflow",
        aliases = "wf",
        description = "See, follow, stop or go on with work that was started.",
        footer = {
            "",
            "Examples:",
            "  clusterctl workflow list",
            "  clusterctl workflow watch wf-000003",
            "  clusterctl workflow cancel wf-000003   stops after the slot being moved",
            "  clusterctl workflow retry wf-000003    goes on where it failed",
            "  clusterctl workflow limit wf-000003 --slots-per-second 20",
            "                                         slows it down at once; 0 lifts the limit"
        })
final class WorkflowCommand implements Callable<Integer> {
    private final Session session;

    /// What to do.
    enum Verb {
        list,
        show,
        watch,
        cancel,
        retry,
        limit
    }

    @Mixin CommonOptions common = new CommonOptions();

    @Parameters(index = "0", paramLabel = "VERB", description = "${COMPLETION-CANDIDATES}")
    Verb verb = Verb.list;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "ID",
            defaultValue = "",
            description = "Which one; all verbs but list need it.")
    String id = "";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "Stop watching after this time (exit 6); the work goes on.")
    int timeoutSeconds;

    @Option(
            names = "--slots-per-second",
            paramLabel = "N",
            description = "For limit: move no faster than this; 0 is no limit.")
    @Nullable Integer slotsPerSecond;

    WorkflowCommand(Session session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        if (verb != Verb.list && id.isEmpty()) {
            throw new CliException(
                    ExitCode.USAGE, verb + " needs an ID", "", "clusterctl workflow list");
        }
        if ((verb == Verb.limit) != (slotsPerSecond != null)) {
            throw new CliException(
                    ExitCode.USAGE,
                    verb == Verb.limit
                            ? "limit needs --slots-per-second N"
                            : "--slots-per-second belongs to limit",
                    "",
                    "clusterctl workflow limit ID --slots-per-second N");
        }
        try (Connection connection = session.connect(common)) {
            switch (verb) {
                case list -> list(connection);
                case show -> print(connection.call(c -> c.workflows().get(get())));
                case watch -> follow(connection, connection.call(c -> c.workflows().get(get())));
                case cancel ->
                        follow(connection, connection.call(c -> c.workflows().cancel(stop())));
                case retry ->
                        follow(connection, connection.call(c -> c.workflows().retry(again())));
                case limit -> print(connection.call(c -> c.workflows().limit(limit())));
            }
            return ExitCode.OK.status();
        }
    }

    private GetWorkflowRequest get() {
        return GetWorkflowRequest.newBuilder().setId(id).build();
    }

    private CancelWorkflowRequest stop() {
        return CancelWorkflowRequest.newBuilder().setId(id).build();
    }

    private RetryWorkflowRequest again() {
        return RetryWorkflowRequest.newBuilder().setId(id).build();
    }

    private LimitWorkflowRequest limit() {
        return LimitWorkflowRequest.newBuilder()
                .setId(id)
                .setSlotsPerSecondMax(slotsPerSecond == null ? 0 : slotsPerSecond)
                .build();
    }

    private void list(Connection connection) {
        var workflows =
                connection
                        .call(c -> c.workflows().list(ListWorkflowsRequest.getDefaultInstance()))
                        .getWorkflowsList();
        var table = new Table("ID", "KIND", "STATE", "STEPS", "SLOTS", "STARTED", "REASON");
        for (Workflow workflow : workflows) {
            var progress = workflow.getProgress();
            table.row(
                    workflow.getId(),
                    Words.kind(workflow.getKind()),
                    Words.state(workflow.getState()),
                    progress.getStepsDone() + "/" + progress.getStepsTotal(),
                    progress.getSlotsTotal() == 0
                            ? "-"
                            : progress.getSlotsDone() + "/" + progress.getSlotsTotal(),
                    Instant.ofEpochMilli(workflow.getCreatedMs()).truncatedTo(ChronoUnit.SECONDS),
                    workflow.getReason());
        }
        session.print(
                common.output,
                table.isEmpty() ? "no workflows\n" : table.render(),
                Document.list("WorkflowList", workflows.stream().map(Document::of).toList()));
    }

    private void follow(Connection connection, Workflow workflow) {
        Workflow ended =
                new WorkflowWatcher(session.terminal(), connection).watch(workflow, timeoutSeconds);
        print(ended);
        boolean wanted =
                verb == Verb.cancel
                        && ended.getState()
                                == dev.dunlin.controlplane.v1.WorkflowState
                                        .WORKFLOW_STATE_CANCELLED;
        if (!wanted) {
            WorkflowWatcher.requireSuccess(ended);
        }
    }

    private void print(Workflow workflow) {
        var text = new StringBuilder(line(workflow)).append('\n');
        if (workflow.hasError() && common.output == OutputFormat.TABLE) {
            text.append("  failed: ").append(workflow.getError().getText()).append('\n');
            text.append("  now:    ").append(workflow.getError().getStateNow()).append('\n');
            text.append("  next:   ").append(workflow.getError().getNextCommand()).append('\n');
        }
        session.print(common.output, text.toString(), Document.of(workflow));
    }

    /// {@return a workflow on one line}
    static String line(Workflow workflow) {
        var progress = workflow.getProgress();
        var line =
                new StringBuilder()
                        .append(workflow.getId())
                        .append(' ')
                        .append(Words.kind(workflow.getKind()))
                        .append(' ')
                        .append(Words.state(workflow.getState()))
                        .append("  step ")
                        .append(progress.getStepsDone())
                        .append('/')
                        .append(progress.getStepsTotal());
        if (progress.getSlotsTotal() > 0) {
            line.append("  slots ")
                    .append(progress.getSlotsDone())
                    .append('/')
                    .append(progress.getSlotsTotal());
        }
        if (workflow.getSlotsPerSecondMax() > 0) {
            line.append("  limit ").append(workflow.getSlotsPerSecondMax()).append(" slots/s");
        }
        if (progress.hasEta() && !WorkflowWatcher.ended(workflow)) {
            line.append("  ETA ").append(Words.duration(progress.getEta().getSeconds()));
        }
        if (!progress.getStallReason().isEmpty() && !WorkflowWatcher.ended(workflow)) {
            line.append("  waiting: ").append(progress.getStallReason());
        }
        return line.toString();
    }
}
