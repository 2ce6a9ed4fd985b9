// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.HashValue;
import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/// HEXPIRE, HTTL, HPERSIST and their kin, and the commands that read or set fields and their times at once: those of Redis 8.
///
/// Thread: handlers run on the node's loop and never block.
public final class HashExpiryCommands {
    private static final RespError COUNT_NOT_POSITIVE =
            RespError.of("ERR Parameter `numFields` should be greater than 0");

    private static final long NO_FIELD = -2;
    private static final long NO_EXPIRY = -1;
    private static final long NOT_MET = 0;
    private static final long DONE = 1;
    private static final long DELETED = 2;

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name           arity  keys                                      handler                            category  flags
        command("hexpire",      -6,    KeySpec.first("RW", "update"),            HashExpiryCommands::hexpire,       "hash", WRITE, DENYOOM, FAST),
        command("hpexpire",     -6,    KeySpec.first("RW", "update"),            HashExpiryCommands::hpexpire,      "hash", WRITE, DENYOOM, FAST),
        command("hexpireat",    -6,    KeySpec.first("RW", "update"),            HashExpiryCommands::hexpireat,     "hash", WRITE, DENYOOM, FAST),
        command("hpexpireat",   -6,    KeySpec.first("RW", "update"),            HashExpiryCommands::hpexpireat,    "hash", WRITE, DENYOOM, FAST),
        command("hpersist",     -5,    KeySpec.first("RW", "update"),            HashExpiryCommands::hpersist,      "hash", WRITE, FAST),
        command("httl",         -5,    KeySpec.first("RO", "access"),            HashExpiryCommands::httl,          "hash", READONLY, FAST),
        command("hpttl",        -5,    KeySpec.first("RO", "access"),            HashExpiryCommands::hpttl,         "hash", READONLY, FAST),
        command("hexpiretime",  -5,    KeySpec.first("RO", "access"),            HashExpiryCommands::hexpiretime,   "hash", READONLY, FAST),
        command("hpexpiretime", -5,    KeySpec.first("RO", "access"),            HashExpiryCommands::hpexpiretime,  "hash", READONLY, FAST),
        command("hgetex",       -5,    KeySpec.first("RW", "access", "update"),  HashExpiryCommands::hgetex,        "hash", WRITE, FAST),
        command("hsetex",       -6,    KeySpec.first("RW", "update"),            HsetexCommand::hsetex,             "hash", WRITE, DENYOOM, FAST),
        command("hgetdel",      -5,    KeySpec.first("RW", "access", "delete"),  HashExpiryCommands::hgetdel,       "hash", WRITE, FAST)); }
    // spotless:on

    private HashExpiryCommands() {}

    /// When a field may be given another time. A field without one counts as one that never expires.
    private enum Condition {
        ALWAYS,
        NX,
        XX,
        GT,
        LT;

        boolean allows(long oldMs, long newMs) {
            boolean expires = oldMs != HashValue.NO_TIME;
            return switch (this) {
                case ALWAYS -> true;
                case NX -> !expires;
                case XX -> expires;
                case GT -> expires && newMs > oldMs;
                case LT -> !expires || newMs < oldMs;
            };
        }

        static Condition of(Args args, int argument) {
            return args.is(argument, "nx")
                    ? NX
                    : args.is(argument, "xx")
                            ? XX
                            : args.is(argument, "gt") ? GT : args.is(argument, "lt") ? LT : ALWAYS;
        }
    }

    private static void hexpire(CommandContext ctx, Args args, ReplyWriter reply) {
        expire(ctx, args, ctx.nowMs(), true, "hexpire", reply);
    }

    private static void hpexpire(CommandContext ctx, Args args, ReplyWriter reply) {
        expire(ctx, args, ctx.nowMs(), false, "hpexpire", reply);
    }

    private static void hexpireat(CommandContext ctx, Args args, ReplyWriter reply) {
        expire(ctx, args, 0, true, "hexpireat", reply);
    }

    private static void hpexpireat(CommandContext ctx, Args args, ReplyWriter reply) {
        expire(ctx, args, 0, false, "hpexpireat", reply);
    }

    private static void expire(
            CommandContext ctx,
            Args args,
            long baseMs,
            boolean seconds,
            String command,
            ReplyWriter reply) {
        HashValue hash = Hashes.write(ctx, args, 1);
        long atMs = FieldArgs.time(args, 2, seconds, baseMs, command);
        Condition condition = Condition.of(args, 3);
        FieldArgs fields =
                FieldArgs.parse(args, condition == Condition.ALWAYS ? 3 : 4, COUNT_NOT_POSITIVE);
        reply.array(fields.count());
        if (hash == null) {
            replyAll(NO_FIELD, fields, reply);
            return;
        }
        var changes = new FieldChanges(ctx, args, hash);
        for (int i = fields.first(); i < args.count(); i++) {
            if (!hash.find(args.address(i), args.bytes(i))) {
                reply.integer(NO_FIELD);
            } else if (!condition.allows(hash.timeMs(), atMs)) {
                reply.integer(NOT_MET);
            } else {
                reply.integer(changes.expire(i, atMs) ? DELETED : DONE);
            }
        }
        changes.end(atMs);
    }

    private static void replyAll(long answer, FieldArgs fields, ReplyWriter reply) {
        for (int i = 0; i < fields.count(); i++) {
            reply.integer(answer);
        }
    }

    private static void hpersist(CommandContext ctx, Args args, ReplyWriter reply) {
        HashValue hash = Hashes.write(ctx, args, 1);
        FieldArgs fields = FieldArgs.parse(args, 2, FieldArgs.NOT_POSITIVE);
        reply.array(fields.count());
        if (hash == null) {
            replyAll(NO_FIELD, fields, reply);
            return;
        }
        var changes = new FieldChanges(ctx, args, hash);
        for (int i = fields.first(); i < args.count(); i++) {
            if (!hash.find(args.address(i), args.bytes(i))) {
                reply.integer(NO_FIELD);
            } else if (hash.timeMs() == HashValue.NO_TIME) {
                reply.integer(NO_EXPIRY);
            } else {
                changes.persist(i);
                reply.integer(DONE);
            }
        }
        changes.end(HashValue.NO_TIME);
    }

    private static void httl(CommandContext ctx, Args args, ReplyWriter reply) {
        long nowMs = ctx.nowMs();
        times(ctx, args, ms -> (ms - nowMs + 999) / 1000, reply);
    }

    private static void hpttl(CommandContext ctx, Args args, ReplyWriter reply) {
        long nowMs = ctx.nowMs();
        times(ctx, args, ms -> ms - nowMs, reply);
    }

    private static void hexpiretime(CommandContext ctx, Args args, ReplyWriter reply) {
        times(ctx, args, ms -> (ms + 999) / 1000, reply);
    }

    private static void hpexpiretime(CommandContext ctx, Args args, ReplyWriter reply) {
        times(ctx, args, ms -> ms, reply);
    }

    /// @param shown what is told of a Unix time in milliseconds
    private static void times(
            CommandContext ctx, Args args, LongUnaryOperator shown, ReplyWriter reply) {
        HashValue hash = Hashes.read(ctx, args, 1);
        FieldArgs fields = FieldArgs.parse(args, 2, FieldArgs.NOT_POSITIVE);
        reply.array(fields.count());
        if (hash == null) {
            replyAll(NO_FIELD, fields, reply);
            return;
        }
        for (int i = fields.first(); i < args.count(); i++) {
            if (!hash.find(args.address(i), args.bytes(i))) {
                reply.integer(NO_FIELD);
            } else if (hash.timeMs() == HashValue.NO_TIME) {
                reply.integer(NO_EXPIRY);
            } else {
                reply.integer(shown.applyAsLong(hash.timeMs()));
            }
        }
    }

    private static void hgetex(CommandContext ctx, Args args, ReplyWriter reply) {
        HashValue hash = Hashes.write(ctx, args, 1);
        boolean timed = ExpiryTime.isUnit(args, 2);
        boolean persist = args.is(2, "persist");
        long atMs = timed ? FieldArgs.time(ctx, args, 2, "hgetex") : HashValue.NO_TIME;
        FieldArgs fields =
                FieldArgs.parse(args, timed ? 4 : persist ? 3 : 2, FieldArgs.NOT_POSITIVE);
        reply.array(fields.count());
        if (hash == null) {
            replyNil(fields, reply);
            return;
        }
        var changes = new FieldChanges(ctx, args, hash);
        for (int i = fields.first(); i < args.count(); i++) {
            if (!replyValue(hash, args, i, reply)) {
                continue;
            }
            if (timed) {
                changes.expire(i, atMs);
            } else if (persist && hash.timeMs() != HashValue.NO_TIME) {
                changes.persist(i);
            }
        }
        changes.end(atMs);
    }

    private static void hgetdel(CommandContext ctx, Args args, ReplyWriter reply) {
        HashValue hash = Hashes.write(ctx, args, 1);
        FieldArgs fields = FieldArgs.parse(args, 2, FieldArgs.NOT_POSITIVE);
        reply.array(fields.count());
        if (hash == null) {
            replyNil(fields, reply);
            return;
        }
        var changes = new FieldChanges(ctx, args, hash);
        for (int i = fields.first(); i < args.count(); i++) {
            if (replyValue(hash, args, i, reply)) {
                changes.delete(i);
            }
        }
        changes.end(HashValue.NO_TIME);
    }

    private static void replyNil(FieldArgs fields, ReplyWriter reply) {
        for (int i = 0; i < fields.count(); i++) {
            reply.nil();
        }
    }

    /// {@return whether the field is there}
    private static boolean replyValue(
            @Nullable HashValue hash, Args args, int field, ReplyWriter reply) {
        if (hash == null || !hash.find(args.address(field), args.bytes(field))) {
            reply.nil();
            return false;
        }
        reply.bulk(hash.valueAddress(), hash.valueBytes());
        return true;
    }
}
