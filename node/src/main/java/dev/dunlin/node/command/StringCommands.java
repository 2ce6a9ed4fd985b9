// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.Decimal;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import java.util.List;

/// GET, SET and every other command whose value is a plain string.
///
/// Thread: handlers run on the node's loop and never block.
public final class StringCommands {
    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name      arity  keys                                       handler                 category  flags
        command("get",       2,   KeySpec.first("RO", "ACCESS"),             StringCommands::get,    "string", READONLY, FAST),
        command("set",      -3,   KeySpec.first("RW", "ACCESS", "UPDATE", "VARIABLE_FLAGS"),
                                                                             SetCommand::set,        "string", WRITE, DENYOOM),
        command("mget",     -2,   KeySpec.all("RO", "ACCESS"),               StringCommands::mget,   "string", READONLY, FAST),
        command("mset",     -3,   KeySpec.everyOther("OW", "UPDATE"),        StringCommands::mset,   "string", WRITE, DENYOOM),
        command("strlen",    2,   KeySpec.first("RO"),                       StringCommands::strlen, "string", READONLY, FAST),
        command("incr",      2,   KeySpec.first("RW", "ACCESS", "UPDATE"),   StringCommands::incr,   "string", WRITE, DENYOOM, FAST),
        command("decr",      2,   KeySpec.first("RW", "ACCESS", "UPDATE"),   StringCommands::decr,   "string", WRITE, DENYOOM, FAST),
        command("incrby",    3,   KeySpec.first("RW", "ACCESS", "UPDATE"),   StringCommands::incrBy, "string", WRITE, DENYOOM, FAST),
        command("decrby",    3,   KeySpec.first("RW", "ACCESS", "UPDATE"),   StringCommands::decrBy, "string", WRITE, DENYOOM, FAST)); }
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
                    ref != CommandContext.MISSING
                            && dev.dunlin.node.keyspace.ValueKind.isString(
                                    Entry.kind(ctx.entry(ref)));
            replyString(ctx, isString ? ref : CommandContext.MISSING, reply);
        }
    }

    private static void mset(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() % 2 == 0) {
            throw new CommandException(RespError.wrongArity("mset"));
        }
        for (int i = 1; i < args.count(); i += 2) {
            ctx.setString(
                    args,
                    i,
                    ctx.write(args, i),
                    args.address(i + 1),
                    args.bytes(i + 1),
                    Database.NO_EXPIRY,
                    false);
        }
        reply.ok();
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
                                    dev.dunlin.node.keyspace.ValueKind.STRING,
                                    bytes,
                                    Database.NO_EXPIRY);
        } else {
            ref = ctx.database().resizeValue(slot, ref, hash, bytes);
        }
        Decimal.write(Entry.value(ctx.entry(ref)), sum);
        ctx.changed(args, 1);
        reply.integer(sum);
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
