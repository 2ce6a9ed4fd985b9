// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.config.Directives;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;

/// DEBUG: what tests need to hold a node still. An operator has to allow it first (`enable-debug-command`).
///
/// Thread: handlers run on the node's loop and never block.
public final class DebugCommands {
    private static final RespError NOT_ALLOWED =
            RespError.of(
                    "ERR DEBUG command not allowed. If the enable-debug-command option is set to"
                            + " \"local\", you can run it from a local connection, otherwise you"
                            + " need to set this option in the configuration file, and then restart"
                            + " the server.");

    private DebugCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name     arity  handler               category  flags
        command("debug",   -2,   DebugCommands::debug, "",       ADMIN, NOSCRIPT, LOADING, STALE)); }
    // spotless:on

    private static void debug(CommandContext ctx, Args args, ReplyWriter reply) {
        if (!Protection.allows(ctx, Directives.ENABLE_DEBUG_COMMAND)) {
            throw new CommandException(NOT_ALLOWED);
        }
        if (args.is(1, "set-active-expire") && args.count() == 3) {
            ctx.runner().activeExpire(args.longAt(2) != 0);
            reply.ok();
            return;
        }
        throw new CommandException(
                RespError.of(
                        "ERR unknown subcommand or wrong number of arguments for '"
                                + args.text(1)
                                + "'. Try DEBUG HELP."));
    }
}
