// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.ALLOW_BUSY;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.NO_MULTI;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;

/// SHUTDOWN: the node ends, after its replicas have all that it has and its data set is on disk.
///
/// Thread: handlers run on the node's loop and never block; the client that asked waits for the end, or for an abort.
public final class ShutdownCommands {
    private static final RespError NOT_IN_PROGRESS = RespError.of("ERR No shutdown in progress.");

    private ShutdownCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name        arity  handler                     category  flags
        command("shutdown",   -1,   ShutdownCommands::shutdown, "",       ADMIN, NOSCRIPT, LOADING, STALE, NO_MULTI, ALLOW_BUSY)); }
    // spotless:on

    private static void shutdown(CommandContext ctx, Args args, ReplyWriter reply) {
        boolean save = false;
        boolean noSave = false;
        boolean now = false;
        boolean force = false;
        boolean abort = false;
        for (int i = 1; i < args.count(); i++) {
            if (args.is(i, "nosave")) {
                noSave = true;
            } else if (args.is(i, "save")) {
                save = true;
            } else if (args.is(i, "now")) {
                now = true;
            } else if (args.is(i, "force")) {
                force = true;
            } else if (args.is(i, "abort")) {
                abort = true;
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        if ((abort && (save || noSave || now || force)) || (save && noSave)) {
            throw new CommandException(RespError.SYNTAX);
        }
        Shutdown shutdown = ctx.services().shutdown();
        if (abort) {
            if (!shutdown.abort()) {
                throw new CommandException(NOT_IN_PROGRESS);
            }
            reply.ok();
            return;
        }
        Client client = ctx.client();
        client.block(() -> shutdown.forget(client));
        Shutdown.Save kind =
                save ? Shutdown.Save.YES : noSave ? Shutdown.Save.NO : Shutdown.Save.IF_CONFIGURED;
        shutdown.begin(client, new Shutdown.Manner(kind, now, force), ctx.nowMs());
    }
}
