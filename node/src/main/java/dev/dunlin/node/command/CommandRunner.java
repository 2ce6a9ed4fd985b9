// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import org.jspecify.annotations.Nullable;

/// Takes one command through all the checks between its arrival and its handler, and its effects to the log.
///
/// The order of the checks is Redis's, because it decides which of several errors a client sees: unknown, arity, authentication, cluster
/// redirects, memory, replica rules, loading; then either queueing (MULTI) or the call itself.
///
/// Thread: owned by the node's loop.
public final class CommandRunner {
    /// How an unknown command is quoted back, as Redis limits it.
    private static final int QUOTED_BYTES_MAX = 128;

    private final CommandTable table;
    private final CommandContext ctx;
    private final Guards guards;
    private final WriteLog log;

    /// @param guards the node's say on whether a command may run now
    public CommandRunner(CommandTable table, CommandContext ctx, Guards guards, WriteLog log) {
        this.table = table;
        this.ctx = ctx;
        this.guards = guards;
        this.log = log;
    }

    public CommandContext context() {
        return ctx;
    }

    /// Runs one command of `client`, or queues it, or refuses it.
    ///
    /// @param row the row of the command's name when it was looked up before, else null
    /// @return false when the command must wait and nothing has happened yet; it is to be tried again later
    public boolean run(
            Client client, @Nullable Command row, Args args, long nowMs, ReplyWriter reply) {
        ctx.enter(client, nowMs);
        Command command = row != null ? row : table.find(args.address(0), args.bytes(0));
        RespError refusal = null;
        if (command == null) {
            refusal = unknownCommand(args);
        } else if (!command.subcommands().isEmpty() && args.count() > 1) {
            Command subcommand = command.subcommand(args);
            if (subcommand == null) {
                refusal =
                        RespError.unknownSubcommand(
                                quoted(args, 1, QUOTED_BYTES_MAX),
                                command.name().toUpperCase(java.util.Locale.ROOT));
            } else {
                command = subcommand;
            }
        }
        if (refusal == null && command != null) {
            if (!command.acceptsArity(args.count())
                    || (!command.subcommands().isEmpty() && args.count() == 1)) {
                refusal = RespError.wrongArity(command.name());
            } else if (!willBeQueued(client, command)
                    && guards.mustWait(ctx, client, command, args)) {
                return false;
            } else {
                refusal = guards.refusal(ctx, client, command, args);
            }
        }
        Transaction transaction = client.transaction();
        if (refusal != null) {
            if (transaction.isOpen()) {
                transaction.markBroken();
            }
            if (command != null) {
                command.countRejected();
                if (transaction.isOpen() && command.has(Flag.NO_MULTI)) {
                    transaction.markBroken();
                }
            }
            reply.error(refusal);
            ctx.services().stats().errorReplies++;
            return true;
        }
        Command ready = java.util.Objects.requireNonNull(command);
        if (transaction.isOpen() && !TransactionCommands.runsInsideMulti(ready)) {
            if (ready.has(Flag.NO_MULTI)) {
                transaction.markBroken();
                ready.countRejected();
                reply.error(RespError.NOT_IN_MULTI);
                return true;
            }
            transaction.add(ready, args);
            reply.queued();
            return true;
        }
        call(client, ready, args, reply);
        if (client.asking() && !ready.name().equals("asking") && !transaction.isOpen()) {
            client.asking(false);
        }
        return true;
    }

    private static boolean willBeQueued(Client client, Command command) {
        return client.transaction().isOpen() && !TransactionCommands.runsInsideMulti(command);
    }

    /// Runs a command that has passed all checks and logs what it changed.
    void call(Client client, Command command, Args args, ReplyWriter reply) {
        Effects effects = ctx.effects();
        boolean listening = log.isActive();
        effects.listening(listening);
        long dirtyBefore = ctx.dirty();
        client.commandStarted(command, ctx.nowMs());
        command.countCall();
        ctx.services().stats().commandsProcessed++;
        long mark = reply.mark();
        try {
            command.handler().run(ctx, args, reply);
        } catch (CommandException e) {
            command.countFailed();
            ctx.services().stats().errorReplies++;
            reply.rewind(mark);
            reply.error(e.error());
        }
        if (listening) {
            log(client, args, ctx.dirty() != dirtyBefore);
        }
        effects.clear();
    }

    private void log(Client client, Args args, boolean changed) {
        Effects effects = ctx.effects();
        boolean itself = changed && !effects.replaced();
        int count = effects.commands().size() + (itself ? 1 : 0);
        if (count == 0) {
            return;
        }
        if (count > 1) {
            log.beginUnit();
        }
        int database = client.database();
        for (byte[][] command : effects.commands()) {
            log.append(database, command);
        }
        if (itself) {
            log.append(database, args);
        }
        if (count > 1) {
            log.endUnit();
        }
        client.lastWriteOffset(log.offset());
    }

    private static RespError unknownCommand(Args args) {
        var text = new StringBuilder();
        for (int i = 1; i < args.count() && text.length() < QUOTED_BYTES_MAX; i++) {
            text.append('\'')
                    .append(quoted(args, i, QUOTED_BYTES_MAX - text.length()))
                    .append("' ");
        }
        return RespError.of(
                "ERR unknown command '"
                        + quoted(args, 0, QUOTED_BYTES_MAX)
                        + "', with args beginning with: "
                        + text);
    }

    private static String quoted(Args args, int argument, int bytesMax) {
        byte[] copy = args.copy(argument);
        return new String(copy, 0, Math.min(copy.length, bytesMax), UTF_8);
    }
}
