// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.config.Directives;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Expiry;
import dev.dunlin.node.offheap.HashIndex;
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
    private final LogUnit unit;
    private final Expiry expiry;

    /// The queued command that EXEC runs.
    private final Args queuedArgs;

    private final CommandTiming timing;
    private boolean inTransaction;

    /// Up to where the replies of the command that runs now are for a client that wants them; a later part is dropped when it wants none
    /// (CLIENT REPLY, which EXEC may switch in its midst).
    private long wantedReplies;

    /// False while DEBUG SET-ACTIVE-EXPIRE has turned it off.
    private boolean activeExpire = true;

    /// @param guards the node's say on whether a command may run now
    public CommandRunner(CommandTable table, CommandContext ctx, Guards guards, WriteLog log) {
        this.table = table;
        this.ctx = ctx;
        this.guards = guards;
        this.log = log;
        HashIndex index = ctx.keyspace().index();
        boolean slotted = ctx.database().slots() > 1;
        this.queuedArgs = new Args(index, slotted);
        this.unit = new LogUnit(log, new Args(index, slotted));
        this.timing =
                new CommandTiming(
                        ctx.services().settings(),
                        ctx.services().observation(),
                        System::nanoTime,
                        new Args(index, slotted));
        this.expiry = new Expiry(ctx.keyspace(), System::nanoTime);
        ctx.runner(this);
    }

    /// {@return what watches how long commands take}
    public CommandTiming timing() {
        return timing;
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
        boolean silent = client.wantsNoReply();
        wantedReplies = reply.mark();
        boolean done = check(client, row, args, nowMs, reply);
        if (silent && client.wantsNoReply()) {
            reply.rewind(wantedReplies);
        }
        return done;
    }

    private boolean check(
            Client client, @Nullable Command row, Args args, long nowMs, ReplyWriter reply) {
        ctx.enter(client, nowMs);
        Command command = row != null ? row : table.find(args.address(0), args.bytes(0));
        client.commandStarted(command, nowMs);
        RespError refusal = null;
        if (command == null) {
            refusal = unknownCommand(args);
        } else if (command.isContainer() && args.count() > 1) {
            Command subcommand = command.subcommand(args);
            if (subcommand == null) {
                refusal =
                        RespError.unknownSubcommand(
                                quoted(args, 1, QUOTED_BYTES_MAX),
                                command.name().toUpperCase(java.util.Locale.ROOT));
            } else {
                command = subcommand;
                client.commandStarted(command, nowMs);
            }
        }
        if (refusal == null && command != null) {
            if (!command.acceptsArity(args.count())) {
                refusal = RespError.wrongArity(command.name());
            } else if (!willBeQueued(client, command)
                    && guards.mustWait(ctx, client, command, args)) {
                return false;
            } else {
                refusal = guards.refusal(ctx, client, command, args);
            }
        }
        Transaction transaction = client.transaction();
        if (refusal == null && command != null && transaction.isOpen()) {
            // MULTI and WATCH say themselves that they must not be here, which leaves the
            // transaction whole.
            boolean allowed =
                    TransactionCommands.runsInsideMulti(command) || !command.has(Flag.NO_MULTI);
            refusal = allowed ? null : RespError.NOT_IN_MULTI;
        }
        if (refusal != null) {
            refuse(client, command, refusal, reply);
            return true;
        }
        Command ready = java.util.Objects.requireNonNull(command);
        if (transaction.isOpen() && !TransactionCommands.runsInsideMulti(ready)) {
            transaction.add(ready, args);
            if (transaction.queuedBytes()
                    > ctx.services().settings().get(Directives.QUERY_BUFFER_BYTES_MAX)) {
                // What is queued is input that was not worked on yet, and is limited like it.
                TransactionCommands.discard(ctx, client);
                client.closeAfterReplies();
                return true;
            }
            reply.queued();
            return true;
        }
        call(client, ready, args, reply);
        if (log.isActive()) {
            // After reads as well: who waits after having seen a write waits for that write.
            client.logOffset(log.offset());
        }
        if (client.asking() && !ready.name().equals("asking") && !transaction.isOpen()) {
            client.asking(false);
        }
        if (ctx.blockedKeys().hasReady()) {
            ctx.blockedKeys().serve(ctx, this, nowMs);
        }
        return true;
    }

    private static boolean willBeQueued(Client client, Command command) {
        return client.transaction().isOpen() && !TransactionCommands.runsInsideMulti(command);
    }

    /// Runs the command of a client that waits inside of it once more.
    void retry(Client client, Command command, Args args, ReplyWriter reply) {
        RespError refusal = guards.refusal(ctx, client, command, args);
        if (refusal != null) {
            reply.error(refusal);
            return;
        }
        invoke(client, command, args, reply);
        if (log.isActive()) {
            client.logOffset(log.offset());
        }
    }

    /// Looks after clients that wait for keys, at each tick: serves those whose keys have changed without a command, because their time
    /// had passed, and sends away those whose slots this node does not serve any more.
    public void checkBlocked(long nowMs) {
        if (ctx.blockedKeys().hasReady()) {
            ctx.blockedKeys().serve(ctx, this, nowMs);
        }
        if (!ctx.blockedKeys().isEmpty()) {
            ctx.blockedKeys()
                    .redirect(
                            ctx,
                            nowMs,
                            (client, command, args) -> {
                                RespError refusal = guards.refusal(ctx, client, command, args);
                                boolean elsewhere =
                                        refusal != null
                                                && (refusal.prefix().equals("MOVED")
                                                        || refusal.prefix().equals("CLUSTERDOWN"));
                                return elsewhere ? refusal : null;
                            });
        }
    }

    /// Runs a command that has passed all checks and logs what it changed.
    void call(Client client, Command command, Args args, ReplyWriter reply) {
        command.countCall();
        ctx.services().stats().commandsProcessed++;
        invoke(client, command, args, reply);
    }

    private void invoke(Client client, Command command, Args args, ReplyWriter reply) {
        Effects effects = ctx.effects();
        boolean listening = log.isActive();
        effects.listening(listening);
        long dirtyBefore = ctx.dirty();
        long mark = reply.mark();
        boolean alone = inTransaction;
        long startNs = timing.starting(command, alone, ctx.nowMs());
        try {
            command.handler().run(ctx, args, reply);
        } catch (CommandException e) {
            command.countFailed();
            ctx.services().stats().countError(e.error());
            reply.rewind(mark);
            reply.error(e.error());
        }
        timing.ended(client, command, args, alone, startNs, reply.mark() - mark, ctx.nowMs());
        if (!ctx.monitors().isEmpty()) {
            ctx.monitors().show(client, command, args, ctx.nowMs());
        }
        if (listening) {
            log(client, args, ctx.dirty() != dirtyBefore);
        }
        effects.clear();
    }

    private void refuse(
            Client client, @Nullable Command command, RespError refusal, ReplyWriter reply) {
        RespError answer = refusal;
        if (client.transaction().isOpen()) {
            client.transaction().markBroken();
        }
        if (command != null) {
            command.countRejected();
            if (TransactionCommands.isExec(command)) {
                TransactionCommands.discard(ctx, client);
                answer = isRedirect(refusal) ? refusal : RespError.execAborted(refusal);
            }
        }
        reply.error(answer);
        ctx.services().stats().countError(answer);
    }

    private static boolean isRedirect(RespError error) {
        return switch (error.prefix()) {
            case "MOVED", "ASK", "CROSSSLOT", "TRYAGAIN", "CLUSTERDOWN" -> true;
            default -> false;
        };
    }

    /// Runs what a client has queued, replies with all results, and logs all effects as one unit.
    void runQueued(Client client, ReplyWriter reply) {
        Transaction transaction = client.transaction();
        boolean listening = log.isActive();
        inTransaction = true;
        try {
            if (!client.wantsNoReply()) {
                reply.array(transaction.size());
            }
            for (QueuedCommand queued : transaction.queue()) {
                queued.bindTo(queuedArgs);
                long mark = reply.mark();
                boolean silent = client.wantsNoReply();
                call(client, queued.command(), queuedArgs, reply);
                if (silent && client.wantsNoReply()) {
                    reply.rewind(mark);
                } else {
                    wantedReplies = reply.mark();
                }
            }
            if (listening) {
                unit.end();
            }
        } finally {
            inTransaction = false;
            transaction.close();
        }
    }

    /// Deletes keys and fields of hashes whose time has passed, keys for up to `budgetNs` and fields for half of it; to be called at each tick, and again soon while it asks for it. Does nothing
    /// on a node that may not expire keys by itself.
    ///
    /// @return whether there is more to do than there was time for
    public boolean expireKeys(long nowMs, long budgetNs) {
        if (!activeExpire || !ctx.services().mayExpire()) {
            return false;
        }
        int effort = ctx.services().settings().get(Directives.ACTIVE_EXPIRE_EFFORT);
        boolean keysLeft = expiry.run(nowMs, effort, budgetNs, this::expire);
        boolean fieldsLeft =
                FieldExpiry.run(
                        ctx,
                        nowMs,
                        System::nanoTime,
                        budgetNs / 2,
                        log.isActive() ? log::append : null);
        return keysLeft || fieldsLeft;
    }

    void activeExpire(boolean on) {
        activeExpire = on;
    }

    private boolean expire(Database database, int ref) {
        boolean listening = log.isActive();
        byte[] key = ctx.expire(database, ref, listening);
        if (key == null) {
            return false;
        }
        if (listening) {
            log.append(database.number(), new byte[][] {ctx.expiryWord(), key});
        }
        return true;
    }

    /// Deletes an entry to make room, and says so in the log, each by itself. Not in the midst of a command.
    public void evict(Database database, int slot, int ref, long hash) {
        boolean listening = log.isActive();
        byte[] key = ctx.evict(database, slot, ref, hash, listening);
        if (key != null) {
            boolean lazy = ctx.services().settings().get(Directives.LAZYFREE_LAZY_EVICTION);
            log.append(
                    database.number(),
                    new byte[][] {lazy ? CommandContext.UNLINK : CommandContext.DEL, key});
        }
    }

    private void log(Client client, Args args, boolean changed) {
        Effects effects = ctx.effects();
        boolean itself = changed && !effects.isReplaced();
        int database = client.database();
        for (int i = 0; i < effects.count(); i++) {
            int in = effects.database(i, database);
            if (effects.separate() && !inTransaction) {
                log.append(in, effects.command(i));
            } else {
                unit.add(in, effects.command(i));
            }
        }
        if (itself) {
            unit.add(database, args);
        }
        if (!inTransaction) {
            unit.end();
        }
    }

    private static RespError unknownCommand(Args args) {
        var text = new StringBuilder();
        for (int i = 1; i < args.count() && text.length() < QUOTED_BYTES_MAX; i++) {
            String word = quoted(args, i, QUOTED_BYTES_MAX - text.length());
            text.append('\'').append(word).append("' ");
        }
        return RespError.ofBytes(
                "ERR unknown command '"
                        + quoted(args, 0, QUOTED_BYTES_MAX)
                        + "', with args beginning with: "
                        + text);
    }

    private static String quoted(Args args, int argument, int bytesMax) {
        return RespError.quoted(args.copy(argument), bytesMax);
    }
}
