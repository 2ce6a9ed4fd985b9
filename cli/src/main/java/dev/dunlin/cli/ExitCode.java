// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli;

/// What the exit status says. Scripts depend on these; they do not change.
public enum ExitCode {
    /// Done, healthy, nothing to do.
    OK(0),
    FAILED(1),
    USAGE(2),
    NOT_FOUND(3),
    /// The cluster is not in a state for this, or has changed since the plan was made.
    PRECONDITION(4),
    /// The check found errors.
    FINDINGS(5),
    /// Waiting took too long; the workflow goes on.
    TIMED_OUT(6),
    DENIED(7),
    /// The workflow ended cancelled.
    CANCELLED(8),
    /// No control plane answers.
    UNREACHABLE(9),
    /// The plan was shown and waits for a yes.
    NEEDS_APPROVAL(10),
    /// Ctrl-C; work that was started goes on.
    INTERRUPTED(130);

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    /// {@return the exit status}
    public int status() {
        return status;
    }
}
