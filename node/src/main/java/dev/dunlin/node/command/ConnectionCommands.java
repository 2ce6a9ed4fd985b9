// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;

/// PING, ECHO, SELECT and the other commands about the connection itself.
///
/// Thread: handlers run on the node's loop and never block.
public final class ConnectionCommands {
    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name      arity  handler                     category      flags
        command("ping",     -1,   ConnectionCommands::ping,   "connection", FAST),
        command("echo",      2,   ConnectionCommands::echo,   "connection", LOADING, STALE, FAST),
        command("select",    2,   ConnectionCommands::select, "connection", LOADING, STALE, FAST)); }
    // spotless:on

    private ConnectionCommands() {}

    private static void ping(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() > 2) {
            throw new CommandException(RespError.wrongArity("ping"));
        }
        if (args.count() == 1) {
            reply.pong();
        } else {
            reply.bulk(args.address(1), args.bytes(1));
        }
    }

    private static void echo(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.bulk(args.address(1), args.bytes(1));
    }

    private static void select(CommandContext ctx, Args args, ReplyWriter reply) {
        long number = args.longAt(1, RespError.NOT_AN_INTEGER);
        if (ctx.services().clusterEnabled() && number != 0) {
            throw new CommandException(RespError.SELECT_IN_CLUSTER);
        }
        if (number < 0 || number >= ctx.keyspace().databases()) {
            throw new CommandException(RespError.DB_INDEX_OUT_OF_RANGE);
        }
        ctx.select((int) number);
        reply.ok();
    }
}
