// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;

/// Runs one command and writes its reply.
///
/// Arity was checked. A handler that throws [CommandException] must have written nothing.
///
/// Thread: called on the node's loop; must not block.
@FunctionalInterface
public interface Handler {
    void run(CommandContext ctx, Args args, ReplyWriter reply);
}
