// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.ALLOW_BUSY;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.LOADING;
import static dev.dunlin.node.command.Flag.NOSCRIPT;
import static dev.dunlin.node.command.Flag.NO_MULTI;
import static dev.dunlin.node.command.Flag.SKIP_SLOWLOG;
import static dev.dunlin.node.command.Flag.STALE;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;

/// MULTI, EXEC, DISCARD, WATCH, UNWATCH. Queueing, and running what was queued, is the [CommandRunner]'s.
///
/// Thread: handlers run on the node's loop and never block.
public final class TransactionCommands {
    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name      arity  handler                       category       flags
        command("multi",    1,    TransactionCommands::multi,   "transaction", NOSCRIPT, LOADING, STALE, FAST, NO_MULTI, ALLOW_BUSY),
        command("exec",     1,    TransactionCommands::exec,    "transaction", NOSCRIPT, LOADING, STALE, SKIP_SLOWLOG),
        command("discard",  1,    TransactionCommands::discard, "transaction", NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY),
        command("watch",   -2,    KeySpec.all("RO"),
                                  TransactionCommands::watch,   "transaction", NOSCRIPT, LOADING, STALE, FAST, NO_MULTI, ALLOW_BUSY),
        command("unwatch",  1,    TransactionCommands::unwatch, "transaction", NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)); }
    // spotless:on

    private TransactionCommands() {}

    /// {@return whether the command runs at once even while a transaction is being queued}
    static boolean runsInsideMulti(Command command) {
        return switch (command.name()) {
            case "exec", "discard", "multi", "watch", "quit", "reset" -> true;
            default -> false;
        };
    }

    static boolean isExec(Command command) {
        return command.name().equals("exec");
    }

    /// Drops what a client has queued, and its watches.
    public static void discard(CommandContext ctx, Client client) {
        client.transaction().close();
        ctx.watches().unwatch(client);
    }

    private static void multi(CommandContext ctx, Args args, ReplyWriter reply) {
        Transaction transaction = ctx.client().transaction();
        if (transaction.isOpen()) {
            throw new CommandException(RespError.NESTED_MULTI);
        }
        transaction.open();
        reply.ok();
    }

    private static void exec(CommandContext ctx, Args args, ReplyWriter reply) {
        Client client = ctx.client();
        Transaction transaction = client.transaction();
        if (!transaction.isOpen()) {
            throw new CommandException(RespError.EXEC_WITHOUT_MULTI);
        }
        boolean changed = transaction.watchedKeyChanged() || watchedKeyHasExpired(ctx, client);
        if (transaction.isBroken() || changed) {
            RespError refusal = transaction.isBroken() ? RespError.EXEC_ABORT : null;
            discard(ctx, client);
            if (refusal != null) {
                throw new CommandException(refusal);
            }
            reply.nilArray();
            return;
        }
        ctx.watches().unwatch(client);
        ctx.runner().runQueued(client, reply);
        // The queued commands were logged, one by one.
        ctx.effects().none();
    }

    private static boolean watchedKeyHasExpired(CommandContext ctx, Client client) {
        for (Watches.Watch watch : ctx.watches().of(client)) {
            if (!watch.wasExpired()
                    && ctx.isExpired(ctx.keyspace().database(watch.database()), watch.name())) {
                return true;
            }
        }
        return false;
    }

    private static void discard(CommandContext ctx, Args args, ReplyWriter reply) {
        if (!ctx.client().transaction().isOpen()) {
            throw new CommandException(RespError.DISCARD_WITHOUT_MULTI);
        }
        discard(ctx, ctx.client());
        reply.ok();
    }

    private static void watch(CommandContext ctx, Args args, ReplyWriter reply) {
        Transaction transaction = ctx.client().transaction();
        if (transaction.isOpen()) {
            throw new CommandException(RespError.WATCH_IN_MULTI);
        }
        if (!transaction.watchedKeyChanged()) {
            for (int i = 1; i < args.count(); i++) {
                byte[] name = args.copy(i);
                ctx.watches()
                        .watch(
                                ctx.client(),
                                ctx.database().number(),
                                name,
                                ctx.isExpired(ctx.database(), name));
            }
        }
        reply.ok();
    }

    private static void unwatch(CommandContext ctx, Args args, ReplyWriter reply) {
        ctx.watches().unwatch(ctx.client());
        reply.ok();
    }
}
