// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.Connection;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.output.Document;
import dev.dunlin.cli.output.OutputFormat;
import dev.dunlin.cli.output.Words;
import dev.dunlin.controlplane.v1.Plan;
import dev.dunlin.controlplane.v1.StartWorkflowRequest;
import dev.dunlin.controlplane.v1.Workflow;
import java.util.UUID;

/// The way of every change: show the plan, get a yes, start it, follow it.
final class ChangeFlow {
    private final Session session;
    private final Connection connection;
    private final OutputFormat format;
    private final ChangeOptions options;

    ChangeFlow(Session session, Connection connection, OutputFormat format, ChangeOptions options) {
        this.session = session;
        this.connection = connection;
        this.format = format;
        this.options = options;
    }

    /// Whether the plan was carried out.
    enum Outcome {
        /// It succeeded.
        DONE,
        /// Started and left to itself.
        DETACHED,
        /// Only shown, or it changes nothing.
        NOT_RUN
    }

    /// Carries the plan out as the options say.
    ///
    /// Throws [CliException] when the answer is no, nobody is there to answer, or the workflow does not succeed.
    Outcome run(Plan plan, String commandWithYes) {
        boolean nothing = plan.getStepsCount() == 0;
        if (options.dryRun || nothing) {
            session.print(format, PlanView.render(plan), Document.of(plan));
            return Outcome.NOT_RUN;
        }
        if (!options.yes && !costsNothing(plan)) {
            approve(plan, commandWithYes);
        }
        Workflow started = start(plan);
        if (options.detach && !connection.isInProcess()) {
            session.print(
                    format,
                    "started "
                            + started.getId()
                            + "; follow it with: clusterctl workflow watch "
                            + started.getId()
                            + "\n",
                    Document.of(started));
            return Outcome.DETACHED;
        }
        Workflow ended =
                new WorkflowWatcher(session.terminal(), connection)
                        .watch(started, options.timeoutSeconds);
        if (format != OutputFormat.TABLE) {
            session.print(format, "", Document.of(ended));
        }
        WorkflowWatcher.requireSuccess(ended);
        if (format == OutputFormat.TABLE) {
            session.print(format, summary(ended), Document.of(ended));
        }
        return Outcome.DONE;
    }

    /// {@return whether the plan only lets a node join, which moves and takes away nothing}
    private static boolean costsNothing(Plan plan) {
        return plan.getKind().equals("ADD_NODE")
                && plan.getMovesCount() == 0
                && plan.getWarningsCount() == 0;
    }

    private void approve(Plan plan, String commandWithYes) {
        var terminal = session.terminal();
        if (!terminal.interactive()) {
            session.print(format, PlanView.render(plan), Document.of(plan));
            throw new CliException(
                    ExitCode.NEEDS_APPROVAL,
                    "the plan was not carried out: nobody is there to say yes",
                    "nothing was changed",
                    commandWithYes);
        }
        terminal.err().print(PlanView.render(plan));
        if (!terminal.confirm("Carry this out?")) {
            throw new CliException(
                    ExitCode.NEEDS_APPROVAL,
                    "the plan was not carried out",
                    "nothing was changed",
                    commandWithYes);
        }
    }

    private Workflow start(Plan plan) {
        var request =
                StartWorkflowRequest.newBuilder()
                        .setPlanId(plan.getId())
                        .setPlanHash(plan.getHash())
                        .setRequestId(UUID.randomUUID().toString())
                        .setReason(options.reason)
                        .setSlotsPerSecondMax(options.slotsPerSecondMax())
                        .build();
        return connection.call(c -> c.workflows().start(request));
    }

    private static String summary(Workflow workflow) {
        var progress = workflow.getProgress();
        var text = new StringBuilder();
        text.append(workflow.getId())
                .append(' ')
                .append(Words.kind(workflow.getKind()))
                .append(" done in ")
                .append(Words.duration((workflow.getEndedMs() - workflow.getCreatedMs()) / 1000.0));
        if (progress.getSlotsTotal() > 0) {
            text.append(": ")
                    .append(Words.count(progress.getSlotsDone(), "slot"))
                    .append(", ")
                    .append(Words.count(progress.getKeysDone(), "key"))
                    .append(" moved");
        }
        return text.append('\n').toString();
    }
}
