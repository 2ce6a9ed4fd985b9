// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Command.container;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.observe.Slowlog;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;

/// SLOWLOG: the commands that took long. [CommandTiming] fills it.
///
/// Thread: handlers run on the node's loop and never block.
public final class SlowlogCommands {
    private static final long ENTRIES_DEFAULT = 10;
    private static final RespError BAD_COUNT =
            RespError.of("ERR count should be greater than or equal to -1");

    private SlowlogCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        container("slowlog", -2, "", List.of(
            //       name            arity  handler                 category  flags
            command("slowlog|get",   -2,    SlowlogCommands::get,   "",       ADMIN, LOADING, STALE),
            command("slowlog|help",   2,    SlowlogCommands::help,  "",       LOADING, STALE),
            command("slowlog|len",    2,    SlowlogCommands::len,   "",       ADMIN, LOADING, STALE),
            command("slowlog|reset",  2,    SlowlogCommands::reset, "",       ADMIN, LOADING, STALE)))); }
    // spotless:on

    private static Slowlog slowlog(CommandContext ctx) {
        return ctx.services().observation().slowlog();
    }

    private static void get(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() > 3) {
            throw new CommandException(RespError.wrongSubcommand(args.text(1), "SLOWLOG"));
        }
        long max =
                args.count() == 3
                        ? args.intAt(2, -1, Integer.MAX_VALUE, BAD_COUNT)
                        : ENTRIES_DEFAULT;
        List<Slowlog.Entry> entries = slowlog(ctx).latest(max < 0 ? Long.MAX_VALUE : max);
        reply.array(entries.size());
        for (Slowlog.Entry entry : entries) {
            reply.array(6);
            reply.integer(entry.id());
            reply.integer(entry.timeSeconds());
            reply.integer(entry.microseconds());
            reply.array(entry.arguments().size());
            entry.arguments().forEach(reply::bulk);
            reply.bulk(entry.peer());
            reply.bulk(entry.clientName());
        }
    }

    private static void len(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.integer(slowlog(ctx).size());
    }

    private static void reset(CommandContext ctx, Args args, ReplyWriter reply) {
        slowlog(ctx).clear();
        reply.ok();
    }

    private static void help(CommandContext ctx, Args args, ReplyWriter reply) {
        HelpText.reply(
                reply,
                "SLOWLOG",
                List.of(
                        "GET [<count>]",
                        "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
                        "    Entries are made of:",
                        "    id, timestamp, time in microseconds, arguments array, client IP and port,",
                        "    client name",
                        "LEN",
                        "    Return the length of the slowlog.",
                        "RESET",
                        "    Reset the slowlog."));
    }
}
