// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.Decimal;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.LongDouble;
import java.util.List;

/// GET, SET and every other command whose value is a plain string.
///
/// Thread: handlers run on the node's loop and never block.
public final class StringCommands {
    static final byte[] SET = "SET".getBytes(UTF_8);
    private static final byte[] PXAT = "PXAT".getBytes(UTF_8);
    private static final byte[] KEEPTTL = "KEEPTTL".getBytes(UTF_8);

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name      arity  keys                                       handler                 category  flags
        command("get",       2,   KeySpec.first("RO", "access"),             StringCommands::get,    "string", READONLY, FAST),
        command("set",      -3,   KeySpec.first("RW", "access", "update", "variable_flags"),
                                                                             SetCommand::set,        "string", WRITE, DENYOOM),
        command("mget",     -2,   KeySpec.all("RO", "access"),               StringCommands::mget,   "string", READONLY, FAST),
        command("mset",     -3,   KeySpec.everyOther("OW", "update"),        StringCommands::mset,   "string", WRITE, DENYOOM),
        command("strlen",    2,   KeySpec.first("RO"),                       StringCommands::strlen, "string", READONLY, FAST),
        command("incr",      2,   KeySpec.first("RW", "access", "update"),   StringCommands::incr,   "string", WRITE, DENYOOM, FAST),
        command("decr",      2,   KeySpec.first("RW", "access", "update"),   StringCommands::decr,   "string", WRITE, DENYOOM, FAST),
        command("incrby",    3,   KeySpec.first("RW", "access", "update"),   StringCommands::incrBy, "string", WRITE, DENYOOM, FAST),
        command("decrby",    3,   KeySpec.first("RW", "access", "update"),   StringCommands::decrBy, "string", WRITE, DENYOOM, FAST),
        command("incrbyfloat", 3, KeySpec.first("RW", "access", "update"),   StringCommands::incrByFloat, "string", WRITE, DENYOOM, FAST),
        command("setnx",     3,   KeySpec.first("OW", "insert"),             StringCommands::setnx,  "string", WRITE, DENYOOM, FAST),
        command("setex",     4,   KeySpec.first("OW", "update"),             StringCommands::setex,  "string", WRITE, DENYOOM),
        command("psetex",    4,   KeySpec.first("OW", "update"),             StringCommands::psetex, "string", WRITE, DENYOOM),
        command("msetnx",   -3,   KeySpec.everyOther("OW", "insert"),        StringCommands::msetnx, "string", WRITE, DENYOOM),
        command("getset",    3,   KeySpec.first("RW", "access", "update"),   StringCommands::getset, "string", WRITE, DENYOOM, FAST),
        command("getdel",    2,   KeySpec.first("RW", "access", "delete"),   StringCommands::getdel, "string", WRITE, FAST),
        command("getex",    -2,   KeySpec.first("RW", "access", "update"),   GetexCommand::getex,    "string", WRITE, FAST),
        command("append",    3,   KeySpec.first("RW", "insert"),             StringRangeCommands::append,   "string", WRITE, DENYOOM, FAST),
        command("setrange",  4,   KeySpec.first("RW", "update"),             StringRangeCommands::setrange, "string", WRITE, DENYOOM),
        command("getrange",  4,   KeySpec.first("RO", "access"),             StringRangeCommands::getrange, "string", READONLY),
        command("substr",    4,   KeySpec.first("RO", "access"),             StringRangeCommands::getrange, "string", READONLY),
        command("lcs",      -3,   KeySpec.range(1, 1, 1, "RO", "access"),    LcsCommand::lcs,        "string", READONLY)); }
    // spotless:on

    private StringCommands() {}

    private static void get(CommandContext ctx, Args args, ReplyWriter reply) {
        replyString(ctx, ctx.readString(args, 1), reply);
    }

    private static void mget(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.array(args.count() - 1);
        for (int i = 1; i < args.count(); i++) {
            int ref = ctx.read(args, i);
            boolean isString =
                    ref != CommandContext.MISSING && ValueKind.isString(Entry.kind(ctx.entry(ref)));
            replyString(ctx, isString ? ref : CommandContext.MISSING, reply);
        }
    }

    private static void mset(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() % 2 == 0) {
            throw new CommandException(RespError.wrongArity("mset"));
        }
        setAll(ctx, args);
        reply.ok();
    }

    private static void msetnx(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() % 2 == 0) {
            throw new CommandException(RespError.wrongArity("msetnx"));
        }
        for (int i = 1; i < args.count(); i += 2) {
            if (ctx.write(args, i) != CommandContext.MISSING) {
                reply.integer(0);
                return;
            }
        }
        setAll(ctx, args);
        reply.integer(1);
    }

    private static void setAll(CommandContext ctx, Args args) {
        for (int i = 1; i < args.count(); i += 2) {
            set(ctx, args, i, i + 1, Database.NO_EXPIRY);
        }
    }

    private static void set(CommandContext ctx, Args args, int key, int value, long expireAtMs) {
        ctx.setString(
                args,
                key,
                ctx.write(args, key),
                args.address(value),
                args.bytes(value),
                expireAtMs,
                false);
    }

    private static void setnx(CommandContext ctx, Args args, ReplyWriter reply) {
        boolean missing = ctx.write(args, 1) == CommandContext.MISSING;
        if (missing) {
            set(ctx, args, 1, 2, Database.NO_EXPIRY);
        }
        reply.integer(missing);
    }

    private static void setex(CommandContext ctx, Args args, ReplyWriter reply) {
        setUntil(ctx, args, ExpiryTime.at(args, 2, true, true, ctx.nowMs(), "setex"), reply);
    }

    private static void psetex(CommandContext ctx, Args args, ReplyWriter reply) {
        setUntil(ctx, args, ExpiryTime.at(args, 2, false, true, ctx.nowMs(), "psetex"), reply);
    }

    private static void setUntil(
            CommandContext ctx, Args args, long expireAtMs, ReplyWriter reply) {
        set(ctx, args, 1, 3, expireAtMs);
        reply.ok();
        if (ctx.effects().listening()) {
            ctx.effects()
                    .instead(
                            SET,
                            args.copy(1),
                            args.copy(3),
                            PXAT,
                            Long.toString(expireAtMs).getBytes(UTF_8));
        }
    }

    private static void getset(CommandContext ctx, Args args, ReplyWriter reply) {
        replyString(ctx, ctx.readString(args, 1), reply);
        set(ctx, args, 1, 2, Database.NO_EXPIRY);
        if (ctx.effects().listening()) {
            ctx.effects().instead(SET, args.copy(1), args.copy(2));
        }
    }

    private static void getdel(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.readString(args, 1);
        replyString(ctx, ref, reply);
        if (ref == CommandContext.MISSING) {
            return;
        }
        ctx.delete(args, 1, ref);
        if (ctx.effects().listening()) {
            ctx.effects().instead(CommandContext.DEL, args.copy(1));
        }
    }

    private static void strlen(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.readString(args, 1);
        reply.integer(ref == CommandContext.MISSING ? 0 : Entry.valueBytes(ctx.entry(ref)));
    }

    private static void incr(CommandContext ctx, Args args, ReplyWriter reply) {
        add(ctx, args, 1, reply);
    }

    private static void decr(CommandContext ctx, Args args, ReplyWriter reply) {
        add(ctx, args, -1, reply);
    }

    private static void incrBy(CommandContext ctx, Args args, ReplyWriter reply) {
        add(ctx, args, args.longAt(2), reply);
    }

    private static void decrBy(CommandContext ctx, Args args, ReplyWriter reply) {
        long by = args.longAt(2);
        if (by == Long.MIN_VALUE) {
            throw new CommandException(RespError.DECREMENT_OVERFLOW);
        }
        add(ctx, args, -by, reply);
    }

    private static void add(CommandContext ctx, Args args, long by, ReplyWriter reply) {
        int ref = ctx.writeString(args, 1);
        long old = 0;
        if (ref != CommandContext.MISSING) {
            long value = Entry.value(ctx.entry(ref));
            int bytes = Entry.valueBytes(ctx.entry(ref));
            if (!Decimal.isLong(value, bytes)) {
                throw new CommandException(RespError.NOT_AN_INTEGER);
            }
            old = Decimal.parseLong(value, bytes);
        }
        long sum = old + by;
        if (((old ^ sum) & (by ^ sum)) < 0) {
            throw new CommandException(RespError.OVERFLOW);
        }
        int bytes = Decimal.length(sum);
        int slot = args.slot(1);
        long hash = args.hash(1);
        if (ref == CommandContext.MISSING) {
            ref =
                    ctx.database()
                            .insert(
                                    slot,
                                    args.address(1),
                                    args.bytes(1),
                                    hash,
                                    ValueKind.STRING,
                                    bytes,
                                    Database.NO_EXPIRY);
        } else {
            ref = ctx.database().resizeValue(slot, ref, hash, bytes);
        }
        // Whatever it was made of before, it is an integer now.
        Entry.kind(ctx.entry(ref), ValueKind.STRING);
        Decimal.write(Entry.value(ctx.entry(ref)), sum);
        ctx.changed(args, 1);
        reply.integer(sum);
    }

    private static void incrByFloat(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.writeString(args, 1);
        LongDouble old =
                ref == CommandContext.MISSING
                        ? LongDouble.ZERO
                        : LongDouble.parse(
                                CommandContext.copy(
                                        Entry.value(ctx.entry(ref)),
                                        Entry.valueBytes(ctx.entry(ref))));
        LongDouble by = LongDouble.parse(args.copy(2));
        if (old == null || by == null) {
            throw new CommandException(RespError.NOT_A_FLOAT);
        }
        LongDouble sum = old.plus(by);
        if (!sum.isFinite()) {
            throw new CommandException(RespError.NAN_OR_INFINITY);
        }
        byte[] text = sum.text();
        int slot = args.slot(1);
        long hash = args.hash(1);
        if (ref == CommandContext.MISSING) {
            ref =
                    ctx.database()
                            .insert(
                                    slot,
                                    args.address(1),
                                    args.bytes(1),
                                    hash,
                                    ValueKind.STRING,
                                    text.length,
                                    Database.NO_EXPIRY);
        } else {
            ref = ctx.database().resizeValue(slot, ref, hash, text.length);
        }
        Entry.kind(ctx.entry(ref), ValueKind.STRING);
        Memory.copyIn(text, 0, Entry.value(ctx.entry(ref)), text.length);
        ctx.changed(args, 1);
        reply.bulk(text);
        if (ctx.effects().listening()) {
            ctx.effects().instead(SET, args.copy(1), text, KEEPTTL);
        }
    }

    static void replyString(CommandContext ctx, int ref, ReplyWriter reply) {
        if (ref == CommandContext.MISSING) {
            reply.nil();
            return;
        }
        long entry = ctx.entry(ref);
        reply.bulk(Entry.value(entry), Entry.valueBytes(entry));
    }
}
