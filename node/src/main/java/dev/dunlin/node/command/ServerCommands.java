// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.STALE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.Version;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.time.Instant;
import java.util.List;

/// TIME, LOLWUT, MONITOR: small questions to the server as a whole.
///
/// Thread: handlers run on the node's loop and never block.
public final class ServerCommands {
    private static final RespError MONITOR_IN_MULTI =
            RespError.of("ERR MONITOR isn't allowed for DENY BLOCKING client");

    private ServerCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name       arity  handler                   category  flags
        command("time",      1,    ServerCommands::time,     "",       LOADING, STALE, FAST),
        command("lolwut",   -1,    ServerCommands::lolwut,   "",       READONLY, FAST),
        command("monitor",   1,    ServerCommands::monitor,  "",       ADMIN, NOSCRIPT, LOADING, STALE)); }
    // spotless:on

    private static void time(CommandContext ctx, Args args, ReplyWriter reply) {
        // The one reply that wants the time itself and not that of the turn.
        Instant now = Instant.now();
        reply.array(2);
        reply.bulkLong(now.getEpochSecond());
        reply.bulkLong(now.getNano() / 1000);
    }

    /// No picture, in any version: only the line that all of them end with.
    private static void lolwut(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() > 2 && args.is(1, "version")) {
            args.intAt(2);
        }
        reply.verbatim("txt", ("Redis ver. " + Version.REDIS + "\n").getBytes(UTF_8));
    }

    private static void monitor(CommandContext ctx, Args args, ReplyWriter reply) {
        if (ctx.inTransaction()) {
            throw new CommandException(MONITOR_IN_MULTI);
        }
        ctx.monitors().add(ctx.client());
        reply.ok();
    }
}
