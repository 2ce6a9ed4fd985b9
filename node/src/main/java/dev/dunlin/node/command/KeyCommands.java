// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.TimedHash;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.HashValue;
import java.util.List;

/// DEL, EXISTS, RENAME, COPY and the other commands about keys of any type, except for their expiry, iteration and internals.
///
/// Thread: handlers run on the node's loop and never block.
public final class KeyCommands {
    /// Expired keys that RANDOMKEY comes upon before it gives up; a replica cannot delete them.
    private static final int RANDOM_TRIES = 100;

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name        arity  keys                                      handler                 category    flags
        command("del",       -2,    KeySpec.all("RM", "delete"),              KeyCommands::del,       "keyspace", WRITE),
        command("unlink",    -2,    KeySpec.all("RM", "delete"),              KeyCommands::del,       "keyspace", WRITE, FAST),
        command("exists",    -2,    KeySpec.all("RO"),                        KeyCommands::exists,    "keyspace", READONLY, FAST),
        command("touch",     -2,    KeySpec.all("RO"),                        KeyCommands::touch,     "keyspace", READONLY, FAST),
        command("type",       2,    KeySpec.first("RO"),                      KeyCommands::type,      "keyspace", READONLY, FAST),
        command("rename",     3,    List.of(KeySpec.first("RW", "access", "delete"), KeySpec.range(2, 0, 1, "OW", "update")),
                                                                              KeyCommands::rename,    "keyspace", WRITE),
        command("renamenx",   3,    List.of(KeySpec.first("RW", "access", "delete"), KeySpec.range(2, 0, 1, "OW", "insert")),
                                                                              KeyCommands::renamenx,  "keyspace", WRITE, FAST),
        command("copy",      -3,    List.of(KeySpec.first("RO", "access"), KeySpec.range(2, 0, 1, "OW", "update")),
                                                                              KeyCommands::copy,      "keyspace", WRITE, DENYOOM),
        command("move",       3,    KeySpec.first("RW", "access", "update"),  KeyCommands::move,      "keyspace", WRITE, FAST),
        command("randomkey",  1,                                              KeyCommands::randomkey, "keyspace", READONLY)); }
    // spotless:on

    private KeyCommands() {}

    /// DEL and UNLINK are the same here: large values are always freed later, in slices.
    private static void del(CommandContext ctx, Args args, ReplyWriter reply) {
        int deleted = 0;
        for (int i = 1; i < args.count(); i++) {
            int ref = ctx.write(args, i);
            if (ref != CommandContext.MISSING) {
                ctx.delete(args, i, ref);
                deleted++;
            }
        }
        reply.integer(deleted);
    }

    private static void exists(CommandContext ctx, Args args, ReplyWriter reply) {
        int count = 0;
        for (int i = 1; i < args.count(); i++) {
            if (ctx.peek(args, i) != CommandContext.MISSING) {
                count++;
            }
        }
        reply.integer(count);
    }

    private static void touch(CommandContext ctx, Args args, ReplyWriter reply) {
        int count = 0;
        for (int i = 1; i < args.count(); i++) {
            int ref = ctx.read(args, i);
            if (ref != CommandContext.MISSING) {
                // Even for a client that has said CLIENT NO-TOUCH.
                ctx.touch(ref);
                count++;
            }
        }
        reply.integer(count);
    }

    private static void type(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.peek(args, 1);
        reply.simple(
                ref == CommandContext.MISSING
                        ? "none"
                        : ValueKind.typeName(Entry.kind(ctx.entry(ref))));
    }

    private static void rename(CommandContext ctx, Args args, ReplyWriter reply) {
        rename(ctx, args, false);
        reply.ok();
    }

    private static void renamenx(CommandContext ctx, Args args, ReplyWriter reply) {
        reply.integer(rename(ctx, args, true));
    }

    /// {@return whether the key was renamed}
    private static boolean rename(CommandContext ctx, Args args, boolean onlyToMissing) {
        int ref = ctx.write(args, 1);
        if (ref == CommandContext.MISSING) {
            throw new CommandException(RespError.NO_SUCH_KEY);
        }
        if (args.same(1, 2)) {
            return false;
        }
        int old = ctx.write(args, 2);
        if (old != CommandContext.MISSING) {
            if (onlyToMissing) {
                return false;
            }
            ctx.database().delete(args.slot(2), old, args.hash(2));
        }
        move(ctx.database(), args, 1, ref, ctx.database(), 2);
        ctx.changed(args, 1);
        ctx.changed(args, 2, 0);
        return true;
    }

    private static void move(
            Database from, Args args, int key, int ref, Database to, int targetKey) {
        from.move(
                args.slot(key),
                ref,
                args.hash(key),
                to,
                args.slot(targetKey),
                args.address(targetKey),
                args.bytes(targetKey),
                args.hash(targetKey));
    }

    private static void move(CommandContext ctx, Args args, ReplyWriter reply) {
        if (ctx.services().clusterEnabled()) {
            throw new CommandException(RespError.MOVE_IN_CLUSTER);
        }
        Database target = database(ctx, args.intAt(2));
        if (target == ctx.database()) {
            throw new CommandException(RespError.SAME_OBJECT);
        }
        int ref = ctx.write(args, 1);
        if (ref == CommandContext.MISSING || ctx.write(target, args, 1) != CommandContext.MISSING) {
            reply.integer(0);
            return;
        }
        move(ctx.database(), args, 1, ref, target, 1);
        ctx.changed(args, 1);
        ctx.changed(target, args, 1, 0);
        reply.integer(1);
    }

    private static Database database(CommandContext ctx, int number) {
        if (number < 0 || number >= ctx.keyspace().databases()) {
            throw new CommandException(RespError.DB_INDEX_OUT_OF_RANGE);
        }
        return ctx.keyspace().database(number);
    }

    private static void copy(CommandContext ctx, Args args, ReplyWriter reply) {
        Database target = ctx.database();
        boolean replace = false;
        for (int i = 3; i < args.count(); i++) {
            if (args.is(i, "replace")) {
                replace = true;
            } else if (args.is(i, "db") && i + 1 < args.count()) {
                target = database(ctx, args.intAt(++i));
            } else {
                throw new CommandException(RespError.SYNTAX);
            }
        }
        if (ctx.services().clusterEnabled() && target.number() != 0) {
            throw new CommandException(RespError.COPY_IN_CLUSTER);
        }
        if (target == ctx.database() && args.same(1, 2)) {
            throw new CommandException(RespError.SAME_OBJECT);
        }
        int ref = ctx.read(args, 1);
        if (ref == CommandContext.MISSING) {
            reply.integer(0);
            return;
        }
        int old = ctx.write(target, args, 2);
        if (old != CommandContext.MISSING) {
            if (!replace) {
                reply.integer(0);
                return;
            }
            target.delete(args.slot(2), old, args.hash(2));
        }
        copy(ctx, ref, args, 2, target);
        ctx.changed(target, args, 2, 1);
        reply.integer(1);
    }

    private static void copy(
            CommandContext ctx, int ref, Args args, int targetKey, Database target) {
        long entry = ctx.entry(ref);
        int kind = Entry.kind(entry);
        int copied =
                target.insert(
                        args.slot(targetKey),
                        args.address(targetKey),
                        args.bytes(targetKey),
                        args.hash(targetKey),
                        kind,
                        Entry.valueBytes(entry),
                        Entry.expires(entry) ? Entry.expireAtMs(entry) : Database.NO_EXPIRY);
        long value = Entry.value(ctx.entry(copied));
        switch (kind) {
            case ValueKind.HASH_TABLE ->
                    Memory.putInt(value, ctx.values().hashes().open(ref).copyTable());
            case ValueKind.HASH_TABLE_TIMED -> {
                HashValue hash = ctx.values().hashes().open(ref);
                int table = hash.copyTable();
                Memory.putInt(value, table);
                TimedHash.heap(ctx.entry(copied), hash.newHeap(table));
            }
            case ValueKind.SET_TABLE ->
                    Memory.putInt(value, ctx.values().sets().open(ref).copyTable());
            case ValueKind.LIST_QUICKLIST -> ctx.values().lists().open(ref).copyTo(copied);
            case ValueKind.ZSET_TREE -> ctx.values().sortedSets().open(ref).copyTo(value);
            case ValueKind.STREAM -> ctx.values().streams().open(ref).copyTo(copied);
            default -> Memory.copy(Entry.value(entry), value, Entry.valueBytes(entry));
        }
        if (TimedHash.is(kind)) {
            target.addTimed(copied, TimedHash.dueMs(entry));
        }
    }

    private static void randomkey(CommandContext ctx, Args args, ReplyWriter reply) {
        Database database = ctx.database();
        ctx.effects().separately();
        int expired = 0;
        while (true) {
            int ref = database.random(ctx.random());
            if (ref == CommandContext.MISSING) {
                reply.nil();
                return;
            }
            if (ctx.unlessExpired(ref) != CommandContext.MISSING
                    || (!ctx.services().mayExpire() && ++expired == RANDOM_TRIES)) {
                long entry = ctx.entry(ref);
                reply.bulk(Entry.key(entry), Entry.keyBytes(entry));
                return;
            }
        }
    }
}
