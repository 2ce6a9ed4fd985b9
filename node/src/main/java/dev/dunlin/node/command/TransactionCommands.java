// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

/// MULTI, EXEC, DISCARD, WATCH, UNWATCH.
///
/// Thread: handlers run on the node's loop and never block.
public final class TransactionCommands {
    private TransactionCommands() {}

    /// {@return whether the command runs at once even while a transaction is being queued}
    static boolean runsInsideMulti(Command command) {
        return switch (command.name()) {
            case "exec", "discard", "multi", "watch", "quit", "reset" -> true;
            default -> false;
        };
    }
}
