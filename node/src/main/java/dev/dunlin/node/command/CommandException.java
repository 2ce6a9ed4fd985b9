// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.RespError;

/// Ends a handler with an error reply; thrown where returning the error through every helper would hide the rule.
///
/// Carries no stack trace: it is a reply, not a fault, and clients can cause it at will.
public final class CommandException extends RuntimeException {
    private final transient RespError error;

    public CommandException(RespError error) {
        super(error.toString(), null, false, false);
        this.error = error;
    }

    public RespError error() {
        return error;
    }
}
