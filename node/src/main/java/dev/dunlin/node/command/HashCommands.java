// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.resp.Decimal;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.HashValue;
import dev.dunlin.node.value.LongDouble;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// HSET, HGET and every other command about one or a few fields of a hash; those about many at random or in steps are elsewhere.
///
/// Thread: handlers run on the node's loop and never block.
public final class HashCommands {
    private static final byte[] HSET = "HSET".getBytes(UTF_8);

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name          arity  keys                                      handler                     category  flags
        command("hset",        -4,    KeySpec.first("RW", "update"),            HashCommands::hset,         "hash", WRITE, DENYOOM, FAST),
        command("hsetnx",       4,    KeySpec.first("RW", "insert"),            HashCommands::hsetnx,       "hash", WRITE, DENYOOM, FAST),
        command("hmset",       -4,    KeySpec.first("RW", "update"),            HashCommands::hmset,        "hash", WRITE, DENYOOM, FAST),
        command("hget",         3,    KeySpec.first("RO", "access"),            HashCommands::hget,         "hash", READONLY, FAST),
        command("hmget",       -3,    KeySpec.first("RO", "access"),            HashCommands::hmget,        "hash", READONLY, FAST),
        command("hdel",        -3,    KeySpec.first("RW", "delete"),            HashCommands::hdel,         "hash", WRITE, FAST),
        command("hlen",         2,    KeySpec.first("RO"),                      HashCommands::hlen,         "hash", READONLY, FAST),
        command("hstrlen",      3,    KeySpec.first("RO"),                      HashCommands::hstrlen,      "hash", READONLY, FAST),
        command("hexists",      3,    KeySpec.first("RO"),                      HashCommands::hexists,      "hash", READONLY, FAST),
        command("hkeys",        2,    KeySpec.first("RO", "access"),            HashCommands::hkeys,        "hash", READONLY),
        command("hvals",        2,    KeySpec.first("RO", "access"),            HashCommands::hvals,        "hash", READONLY),
        command("hgetall",      2,    KeySpec.first("RO", "access"),            HashCommands::hgetall,      "hash", READONLY),
        command("hincrby",      4,    KeySpec.first("RW", "access", "update"),  HashCommands::hincrby,      "hash", WRITE, DENYOOM, FAST),
        command("hincrbyfloat", 4,    KeySpec.first("RW", "access", "update"),  HashCommands::hincrbyfloat, "hash", WRITE, DENYOOM, FAST),
        command("hrandfield",  -2,    KeySpec.first("RO", "access"),            HashRandomCommand::hrandfield, "hash", READONLY),
        command("hscan",       -3,    KeySpec.first("RO", "access"),            ScanCommands::hscan,        "hash", READONLY)); }
    // spotless:on

    private HashCommands() {}

    private static void hset(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.integer(putPairs(ctx, args, "hset"));
    }

    private static void hmset(CommandContext ctx, Args args, ReplyWriter reply) {
        putPairs(ctx, args, "hmset");
        reply.ok();
    }

    /// {@return how many fields are new}
    private static int putPairs(CommandContext ctx, Args args, String command) {
        if (args.count() % 2 != 0) {
            throw new CommandException(RespError.wrongArity(command));
        }
        HashValue hash = Hashes.writeOrCreate(ctx, args, 1);
        int created = 0;
        for (int i = 2; i < args.count(); i += 2) {
            if (put(hash, args, i)) {
                created++;
            }
        }
        ctx.changed(args, 1, args.count() / 2 - 1);
        return created;
    }

    private static boolean put(HashValue hash, Args args, int field) {
        return hash.put(
                args.address(field),
                args.bytes(field),
                args.address(field + 1),
                args.bytes(field + 1));
    }

    private static void hsetnx(CommandContext ctx, Args args, ReplyWriter reply) {
        HashValue there = Hashes.write(ctx, args, 1);
        if (there != null && there.find(args.address(2), args.bytes(2))) {
            reply.integer(0);
            return;
        }
        put(there != null ? there : Hashes.writeOrCreate(ctx, args, 1), args, 2);
        ctx.changed(args, 1);
        reply.integer(1);
    }

    private static void hget(CommandContext ctx, Args args, ReplyWriter reply) {
        replyValue(Hashes.read(ctx, args, 1), args, 2, reply);
    }

    private static void hmget(CommandContext ctx, Args args, ReplyWriter reply) {
        HashValue hash = Hashes.read(ctx, args, 1);
        reply.array(args.count() - 2);
        for (int i = 2; i < args.count(); i++) {
            replyValue(hash, args, i, reply);
        }
    }

    private static void replyValue(
            @Nullable HashValue hash, Args args, int field, ReplyWriter reply) {
        if (hash != null && hash.find(args.address(field), args.bytes(field))) {
            reply.bulk(hash.valueAddress(), hash.valueBytes());
        } else {
            reply.nil();
        }
    }

    private static void hdel(CommandContext ctx, Args args, ReplyWriter reply) {
        HashValue hash = Hashes.write(ctx, args, 1);
        int deleted = 0;
        boolean empty = false;
        for (int i = 2; hash != null && !empty && i < args.count(); i++) {
            if (hash.remove(args.address(i), args.bytes(i))) {
                deleted++;
                empty = hash.count() == 0;
            }
        }
        if (hash != null && empty) {
            ctx.delete(args, 1, hash.ref(), deleted);
        } else if (deleted > 0) {
            ctx.changed(args, 1, deleted);
        }
        reply.integer(deleted);
    }

    private static void hlen(CommandContext ctx, Args args, ReplyWriter reply) {
        HashValue hash = Hashes.read(ctx, args, 1);
        reply.integer(hash == null ? 0 : hash.count());
    }

    private static void hstrlen(CommandContext ctx, Args args, ReplyWriter reply) {
        HashValue hash = Hashes.read(ctx, args, 1);
        boolean there = hash != null && hash.find(args.address(2), args.bytes(2));
        reply.integer(there && hash != null ? hash.valueBytes() : 0);
    }

    private static void hexists(CommandContext ctx, Args args, ReplyWriter reply) {
        HashValue hash = Hashes.read(ctx, args, 1);
        reply.integer(hash != null && hash.find(args.address(2), args.bytes(2)));
    }

    private static void hkeys(CommandContext ctx, Args args, ReplyWriter reply) {
        HashValue hash = Hashes.read(ctx, args, 1);
        reply.array(hash == null ? 0 : hash.shownCount());
        if (hash != null) {
            hash.forEach(pair -> reply.bulk(pair.fieldAddress(), pair.fieldBytes()));
        }
    }

    private static void hvals(CommandContext ctx, Args args, ReplyWriter reply) {
        HashValue hash = Hashes.read(ctx, args, 1);
        reply.array(hash == null ? 0 : hash.shownCount());
        if (hash != null) {
            hash.forEach(pair -> reply.bulk(pair.valueAddress(), pair.valueBytes()));
        }
    }

    private static void hgetall(CommandContext ctx, Args args, ReplyWriter reply) {
        HashValue hash = Hashes.read(ctx, args, 1);
        reply.map(hash == null ? 0 : hash.shownCount());
        if (hash != null) {
            hash.forEach(pair -> replyPair(pair, reply));
        }
    }

    static void replyPair(HashValue pair, ReplyWriter reply) {
        reply.bulk(pair.fieldAddress(), pair.fieldBytes());
        reply.bulk(pair.valueAddress(), pair.valueBytes());
    }

    private static void hincrby(CommandContext ctx, Args args, ReplyWriter reply) {
        long by = args.longAt(3);
        HashValue there = Hashes.write(ctx, args, 1);
        long old = 0;
        if (there != null && there.find(args.address(2), args.bytes(2))) {
            if (!Decimal.isLong(there.valueAddress(), there.valueBytes())) {
                throw new CommandException(RespError.HASH_VALUE_NOT_AN_INTEGER);
            }
            old = Decimal.parseLong(there.valueAddress(), there.valueBytes());
        }
        long sum = old + by;
        if (((old ^ sum) & (by ^ sum)) < 0) {
            throw new CommandException(RespError.OVERFLOW);
        }
        HashValue hash = there != null ? there : Hashes.writeOrCreate(ctx, args, 1);
        hash.putInteger(args.address(2), args.bytes(2), sum);
        ctx.changed(args, 1);
        reply.integer(sum);
    }

    private static void hincrbyfloat(CommandContext ctx, Args args, ReplyWriter reply) {
        LongDouble by = LongDouble.parse(args.copy(3));
        if (by == null) {
            throw new CommandException(RespError.NOT_A_FLOAT);
        }
        if (by.isInfinite()) {
            throw new CommandException(RespError.VALUE_NAN_OR_INFINITY);
        }
        HashValue there = Hashes.write(ctx, args, 1);
        LongDouble old = LongDouble.ZERO;
        if (there != null && there.find(args.address(2), args.bytes(2))) {
            old = LongDouble.parse(CommandContext.copy(there.valueAddress(), there.valueBytes()));
            if (old == null) {
                throw new CommandException(RespError.HASH_VALUE_NOT_A_FLOAT);
            }
        }
        LongDouble sum = old.plus(by);
        if (!sum.isFinite()) {
            throw new CommandException(RespError.NAN_OR_INFINITY);
        }
        byte[] text = sum.text();
        HashValue hash = there != null ? there : Hashes.writeOrCreate(ctx, args, 1);
        hash.putKeepingTime(args.address(2), args.bytes(2), text);
        ctx.changed(args, 1);
        reply.bulk(text);
        if (ctx.effects().listening()) {
            ctx.effects().instead(HSET, args.copy(1), args.copy(2), text);
            logTime(ctx, args, hash);
        }
    }

    /// HSET takes the time from a field, which kept it here.
    private static void logTime(CommandContext ctx, Args args, HashValue hash) {
        if (hash.find(args.address(2), args.bytes(2)) && hash.timeMs() != HashValue.NO_TIME) {
            ctx.effects().separately();
            ctx.effects()
                    .instead(
                            FieldArgs.command(
                                    FieldChanges.HPEXPIREAT,
                                    args.copy(1),
                                    List.of(args.copy(2)),
                                    FieldArgs.text(hash.timeMs())));
        }
    }
}
