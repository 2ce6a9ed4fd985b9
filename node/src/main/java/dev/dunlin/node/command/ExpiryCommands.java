// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;

/// EXPIRE, TTL, PERSIST and their kin.
///
/// Thread: handlers run on the node's loop and never block.
public final class ExpiryCommands {
    private static final int NX = 1;
    private static final int XX = 2;
    private static final int GT = 4;
    private static final int LT = 8;

    private static final byte[] PEXPIREAT = "PEXPIREAT".getBytes(UTF_8);

    private static final long NO_KEY = -2;
    private static final long NO_EXPIRY = -1;

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name          arity  keys                            handler                       category    flags
        command("expire",      -3,    KeySpec.first("RW", "update"),  ExpiryCommands::expire,       "keyspace", WRITE, FAST),
        command("pexpire",     -3,    KeySpec.first("RW", "update"),  ExpiryCommands::pexpire,      "keyspace", WRITE, FAST),
        command("expireat",    -3,    KeySpec.first("RW", "update"),  ExpiryCommands::expireat,     "keyspace", WRITE, FAST),
        command("pexpireat",   -3,    KeySpec.first("RW", "update"),  ExpiryCommands::pexpireat,    "keyspace", WRITE, FAST),
        command("persist",      2,    KeySpec.first("RW", "update"),  ExpiryCommands::persist,      "keyspace", WRITE, FAST),
        command("ttl",          2,    KeySpec.first("RO", "access"),  ExpiryCommands::ttl,          "keyspace", READONLY, FAST),
        command("pttl",         2,    KeySpec.first("RO", "access"),  ExpiryCommands::pttl,         "keyspace", READONLY, FAST),
        command("expiretime",   2,    KeySpec.first("RO", "access"),  ExpiryCommands::expiretime,   "keyspace", READONLY, FAST),
        command("pexpiretime",  2,    KeySpec.first("RO", "access"),  ExpiryCommands::pexpiretime,  "keyspace", READONLY, FAST)); }
    // spotless:on

    private ExpiryCommands() {}

    private static void expire(CommandContext ctx, Args args, ReplyWriter reply) {
        expire(ctx, args, ctx.nowMs(), true, "expire", reply);
    }

    private static void pexpire(CommandContext ctx, Args args, ReplyWriter reply) {
        expire(ctx, args, ctx.nowMs(), false, "pexpire", reply);
    }

    private static void expireat(CommandContext ctx, Args args, ReplyWriter reply) {
        expire(ctx, args, 0, true, "expireat", reply);
    }

    private static void pexpireat(CommandContext ctx, Args args, ReplyWriter reply) {
        expire(ctx, args, 0, false, "pexpireat", reply);
    }

    private static void expire(
            CommandContext ctx,
            Args args,
            long baseMs,
            boolean seconds,
            String command,
            ReplyWriter reply) {
        int options = options(args);
        long amount = args.longAt(2);
        if (seconds && (amount > Long.MAX_VALUE / 1000 || amount < Long.MIN_VALUE / 1000)) {
            throw new CommandException(RespError.invalidExpire(command));
        }
        long ms = seconds ? amount * 1000 : amount;
        if (ms > Long.MAX_VALUE - baseMs) {
            throw new CommandException(RespError.invalidExpire(command));
        }
        long expireAtMs = ms + baseMs;
        int ref = ctx.write(args, 1);
        if (ref == CommandContext.MISSING || !allowed(ctx.entry(ref), options, expireAtMs)) {
            reply.integer(0);
            return;
        }
        reply.integer(1);
        expireAt(ctx, args, ref, expireAtMs);
        if (ctx.effects().listening() && !ctx.effects().isReplaced()) {
            byte[][] words = args.copyAll();
            if (!command.equals("pexpireat")) {
                words[0] = PEXPIREAT;
                words[2] = Long.toString(expireAtMs).getBytes(UTF_8);
                ctx.effects().instead(words);
            }
        }
    }

    /// Sets an expiry, or deletes the key when its time has passed; in that case the log is told here.
    private static void expireAt(CommandContext ctx, Args args, int ref, long expireAtMs) {
        if (expireAtMs <= ctx.nowMs() && ctx.services().mayExpire()) {
            ctx.delete(args, 1, ref);
            if (ctx.effects().listening()) {
                ctx.effects().instead(CommandContext.DEL, args.copy(1));
            }
            return;
        }
        // A replica may be told of times long ago; they are all the same to it.
        ctx.database().setExpiry(args.slot(1), ref, args.hash(1), Math.max(0, expireAtMs));
        ctx.changed(args, 1);
    }

    private static int options(Args args) {
        int options = 0;
        for (int i = 3; i < args.count(); i++) {
            if (args.is(i, "nx")) {
                options |= NX;
            } else if (args.is(i, "xx")) {
                options |= XX;
            } else if (args.is(i, "gt")) {
                options |= GT;
            } else if (args.is(i, "lt")) {
                options |= LT;
            } else {
                throw new CommandException(RespError.unsupportedOption(args.copy(i)));
            }
        }
        if ((options & NX) != 0 && options != NX) {
            throw new CommandException(RespError.EXPIRE_NX_WITH_OTHERS);
        }
        if ((options & GT) != 0 && (options & LT) != 0) {
            throw new CommandException(RespError.EXPIRE_GT_WITH_LT);
        }
        return options;
    }

    /// A key without expiry counts as one that expires never: later than any time.
    private static boolean allowed(long entry, int options, long expireAtMs) {
        boolean expires = Entry.expires(entry);
        long oldMs = expires ? Entry.expireAtMs(entry) : Long.MAX_VALUE;
        return !((options & NX) != 0 && expires)
                && !((options & XX) != 0 && !expires)
                && !((options & GT) != 0 && (!expires || expireAtMs <= oldMs))
                && !((options & LT) != 0 && expires && expireAtMs >= oldMs);
    }

    private static void persist(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.write(args, 1);
        if (ref == CommandContext.MISSING || !Entry.expires(ctx.entry(ref))) {
            reply.integer(0);
            return;
        }
        ctx.database().setExpiry(args.slot(1), ref, args.hash(1), Database.NO_EXPIRY);
        ctx.changed(args, 1);
        reply.integer(1);
    }

    private static void ttl(CommandContext ctx, Args args, ReplyWriter reply) {
        long ms = remainingMs(ctx, args);
        reply.integer(ms < 0 ? ms : (ms + 500) / 1000);
    }

    private static void pttl(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.integer(remainingMs(ctx, args));
    }

    private static long remainingMs(CommandContext ctx, Args args) {
        long ms = expireAtMs(ctx, args);
        return ms < 0 ? ms : Math.max(0, ms - ctx.nowMs());
    }

    private static void expiretime(CommandContext ctx, Args args, ReplyWriter reply) {
        long ms = expireAtMs(ctx, args);
        // The sum of the last half second there is needs the 64th bit.
        reply.integer(ms < 0 ? ms : Long.divideUnsigned(ms + 500, 1000));
    }

    private static void pexpiretime(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.integer(expireAtMs(ctx, args));
    }

    /// {@return Unix time in milliseconds, or a negative number for what has none}
    private static long expireAtMs(CommandContext ctx, Args args) {
        int ref = ctx.peek(args, 1);
        if (ref == CommandContext.MISSING) {
            return NO_KEY;
        }
        long entry = ctx.entry(ref);
        return Entry.expires(entry) ? Entry.expireAtMs(entry) : NO_EXPIRY;
    }
}
