// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.Connection;
import dev.dunlin.cli.ExitCode;
import dev.dunlin.cli.Terminal;
import dev.dunlin.cli.output.ProgressBar;
import dev.dunlin.cli.output.Words;
import dev.dunlin.controlplane.v1.WatchWorkflowRequest;
import dev.dunlin.controlplane.v1.Workflow;
import dev.dunlin.controlplane.v1.WorkflowServiceGrpc;
import dev.dunlin.controlplane.v1.WorkflowState;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Follows a workflow to its end, through restarts of the control plane.
final class WorkflowWatcher {
    /// How long a control plane may be away before the watcher gives up.
    private static final long AWAY_NS = TimeUnit.SECONDS.toNanos(30);

    private static final long AWAY_POLL_NS = TimeUnit.MILLISECONDS.toNanos(250);

    private final Terminal terminal;
    private final Connection connection;

    WorkflowWatcher(Terminal terminal, Connection connection) {
        this.terminal = terminal;
        this.connection = connection;
    }

    /// {@return the workflow as it ended}
    ///
    /// Throws [CliException] when `timeoutSeconds` (0 for none) pass before.
    Workflow watch(Workflow started, int timeoutSeconds) {
        var hook = detachedNote(started.getId());
        Runtime.getRuntime().addShutdownHook(hook);
        var bar = new ProgressBar(terminal);
        long deadlineNs =
                timeoutSeconds > 0
                        ? System.nanoTime() + TimeUnit.SECONDS.toNanos(timeoutSeconds)
                        : Long.MAX_VALUE;
        try {
            Workflow last = started;
            long awaySinceNs = 0;
            while (!ended(last)) {
                try {
                    var changes = stub(deadlineNs).watch(request(last));
                    while (changes.hasNext()) {
                        last = changes.next();
                        awaySinceNs = 0;
                        bar.show(last);
                    }
                } catch (StatusRuntimeException e) {
                    long nowNs = System.nanoTime();
                    if (nowNs >= deadlineNs) {
                        throw timedOut(last);
                    }
                    awaySinceNs = awaySinceNs == 0 ? nowNs : awaySinceNs;
                    boolean away = e.getStatus().getCode() == Status.Code.UNAVAILABLE;
                    if (!away || nowNs - awaySinceNs > AWAY_NS) {
                        throw connection.refused(e);
                    }
                    LockSupport.parkNanos(AWAY_POLL_NS);
                }
            }
            return last;
        } finally {
            bar.done();
            removeHook(hook);
        }
    }

    private static WatchWorkflowRequest request(Workflow last) {
        return WatchWorkflowRequest.newBuilder().setId(last.getId()).setCursor(0).build();
    }

    private WorkflowServiceGrpc.WorkflowServiceBlockingStub stub(long deadlineNs) {
        var stub = WorkflowServiceGrpc.newBlockingStub(connection.channel());
        return deadlineNs == Long.MAX_VALUE
                ? stub
                : stub.withDeadlineAfter(deadlineNs - System.nanoTime(), TimeUnit.NANOSECONDS);
    }

    static boolean ended(Workflow workflow) {
        return switch (workflow.getState()) {
            case WORKFLOW_STATE_SUCCEEDED, WORKFLOW_STATE_FAILED, WORKFLOW_STATE_CANCELLED -> true;
            case WORKFLOW_STATE_RUNNING,
                    WORKFLOW_STATE_CANCELLING,
                    WORKFLOW_STATE_UNSPECIFIED,
                    UNRECOGNIZED ->
                    false;
        };
    }

    /// Ctrl-C stops the watching, not the work, unless the work is done in this very process.
    private Thread detachedNote(String id) {
        String note =
                connection.isInProcess()
                        ? "interrupted; the work stopped where it was and goes on with the next"
                                + " clusterctl --seed for this cluster"
                        : "interrupted; the work goes on: clusterctl workflow watch "
                                + id
                                + " (to stop it: clusterctl workflow cancel "
                                + id
                                + ")";
        return new Thread(() -> terminal.err().println("\n" + note), "detached-note");
    }

    private static void removeHook(Thread hook) {
        try {
            boolean _ = Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException _) {
            // Already on the way out: the note is being printed.
        }
    }

    private static CliException timedOut(Workflow workflow) {
        return new CliException(
                ExitCode.TIMED_OUT,
                "workflow " + workflow.getId() + " has not ended in time",
                "it is " + Words.state(workflow.getState()) + " and goes on",
                "clusterctl workflow watch " + workflow.getId());
    }

    /// Throws [CliException] unless the workflow succeeded.
    static void requireSuccess(Workflow workflow) {
        if (workflow.getState() == WorkflowState.WORKFLOW_STATE_CANCELLED) {
            throw new CliException(
                    ExitCode.CANCELLED,
                    "workflow " + workflow.getId() + " was cancelled",
                    "what was moved stays moved; no slot is open",
                    "clusterctl workflow retry " + workflow.getId());
        }
        if (workflow.getState() == WorkflowState.WORKFLOW_STATE_FAILED) {
            var error = workflow.getError();
            throw new CliException(
                    ExitCode.FAILED,
                    "workflow "
                            + workflow.getId()
                            + " failed: "
                            + error.getText()
                            + " ("
                            + error.getCode()
                            + ")",
                    error.getStateNow(),
                    error.getNextCommand());
        }
    }
}
