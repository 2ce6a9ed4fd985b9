// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

/// A change that is not even started, and why. Nothing has happened to the cluster.
public final class Refused extends Exception {
    /// Why, for programs.
    public enum Code {
        /// The request itself makes no sense.
        INVALID,
        /// No such node, plan or workflow.
        NOT_FOUND,
        /// The cluster is not in a state in which this may be done.
        PRECONDITION,
        /// The cluster has changed since the plan was made.
        STALE_PLAN,
        /// Another workflow is running.
        BUSY,
        /// No node answers.
        UNREACHABLE
    }

    private final Code code;
    private final String nextCommand;

    public Refused(Code code, String text, String nextCommand) {
        super(text);
        this.code = code;
        this.nextCommand = nextCommand;
    }

    public Code code() {
        return code;
    }

    /// {@return the command to run next; never empty}
    public String nextCommand() {
        return nextCommand;
    }

    /// {@return the message; never null}
    public String text() {
        return String.valueOf(getMessage());
    }
}
