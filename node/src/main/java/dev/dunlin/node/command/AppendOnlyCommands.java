// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.NO_ASYNC_LOADING;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// BGREWRITEAOF, and DEBUG LOADAOF: the append-only file.
///
/// Thread: handlers run on the node's loop and never block.
public final class AppendOnlyCommands {
    private static final Logger LOG = LoggerFactory.getLogger(AppendOnlyCommands.class);
    private static final RespError IN_PROGRESS =
            RespError.of("ERR Background append only file rewriting already in progress");
    private static final RespError NOT_LOADED =
            RespError.of("ERR Error trying to load the AOF files, check server logs.");

    private AppendOnlyCommands() {}

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name            arity  handler                      category  flags
        command("bgrewriteaof",    1,   AppendOnlyCommands::rewrite, "",       ADMIN, NOSCRIPT, NO_ASYNC_LOADING)); }
    // spotless:on

    private static void rewrite(CommandContext ctx, Args args, ReplyWriter reply) {
        switch (ctx.services().appendOnly().rewrite(!ctx.inTransaction())) {
            case STARTED -> reply.simple("Background append only file rewriting started");
            case SCHEDULED -> reply.simple("Background append only file rewriting scheduled");
            case IN_PROGRESS -> throw new CommandException(IN_PROGRESS);
        }
    }

    /// DEBUG LOADAOF. The client waits, all others are told that the node is loading.
    static void reload(CommandContext ctx) {
        Client client = ctx.client();
        client.block(() -> {});
        ctx.services()
                .appendOnly()
                .reload(problem -> {
                    if (problem == null) {
                        LOG.warn("Append Only File loaded by DEBUG LOADAOF");
                    } else {
                        LOG.error("append-only file not loaded reason=\"{}\"", problem);
                    }
                    client.link()
                            .endWait(reply -> {
                                if (problem == null) {
                                    reply.ok();
                                } else {
                                    reply.error(NOT_LOADED);
                                }
                            });
                });
    }
}
