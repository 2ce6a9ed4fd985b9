// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli;

/// Ends a command: what failed, in which state everything is now, and what to run next.
public final class CliException extends RuntimeException {
    private final ExitCode exitCode;
    private final String stateNow;
    private final String nextCommand;

    /// `stateNow` and `nextCommand` may be empty.
    public CliException(ExitCode exitCode, String what, String stateNow, String nextCommand) {
        super(what);
        this.exitCode = exitCode;
        this.stateNow = stateNow;
        this.nextCommand = nextCommand;
    }

    public ExitCode exitCode() {
        return exitCode;
    }

    /// {@return the message for people, one to three lines}
    public String text() {
        var text = new StringBuilder("error: ").append(getMessage());
        if (!stateNow.isEmpty()) {
            text.append("\n  now:  ").append(stateNow);
        }
        if (!nextCommand.isEmpty()) {
            text.append("\n  next: ").append(nextCommand);
        }
        return text.toString();
    }
}
