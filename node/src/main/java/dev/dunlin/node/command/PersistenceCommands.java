// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.NO_ASYNC_LOADING;
import static dev.dunlin.node.command.Flag.NO_MULTI;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;

/// SAVE, BGSAVE, LASTSAVE: the data set as a file.
///
/// Thread: handlers run on the node's loop and never block: a client that says SAVE waits, all others are served.
public final class PersistenceCommands {
    private static final RespError SAVE_IN_PROGRESS =
            RespError.of("ERR Background save already in progress");
    private static final RespError REWRITE_IN_PROGRESS =
            RespError.of(
                    "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE"
                            + " SCHEDULE in order to schedule a BGSAVE whenever possible.");

    private PersistenceCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name       arity  handler                         category           flags
        command("save",       1,   PersistenceCommands::save,     "",                ADMIN, NOSCRIPT, NO_ASYNC_LOADING, NO_MULTI),
        command("bgsave",    -1,   PersistenceCommands::bgsave,   "",                ADMIN, NOSCRIPT, NO_ASYNC_LOADING),
        command("lastsave",   1,   PersistenceCommands::lastsave, "admin dangerous", LOADING, STALE, FAST)); }
    // spotless:on

    private static void save(CommandContext ctx, Args args, ReplyWriter reply) {
        // Who is blocked hears the answer when the file is in its place.
        check(ctx.services().persistence().saveFor(ctx.client()));
    }

    private static void bgsave(CommandContext ctx, Args args, ReplyWriter reply) {
        boolean mayWait = false;
        if (args.count() > 1) {
            if (args.count() > 2 || !args.is(1, "schedule")) {
                throw new CommandException(RespError.SYNTAX);
            }
            mayWait = true;
        }
        Persistence persistence = ctx.services().persistence();
        if (ctx.inTransaction()) {
            persistence.scheduleSave();
            reply.simple("Background saving scheduled");
            return;
        }
        reply.simple(
                check(persistence.saveInBackground(mayWait)) == Persistence.Start.SCHEDULED
                        ? "Background saving scheduled"
                        : "Background saving started");
    }

    private static Persistence.Start check(Persistence.Start start) {
        return switch (start) {
            case SAVE_IN_PROGRESS -> throw new CommandException(SAVE_IN_PROGRESS);
            case REWRITE_IN_PROGRESS -> throw new CommandException(REWRITE_IN_PROGRESS);
            case STARTED, SCHEDULED -> start;
        };
    }

    private static void lastsave(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.integer(ctx.services().persistence().lastSaveMs() / 1000);
    }
}
