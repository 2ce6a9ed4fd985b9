// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.ADMIN;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.MAY_REPLICATE;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;

import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.HyperLogLog;
import dev.dunlin.node.value.HyperLogLogSelfTest;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// PFADD, PFCOUNT, PFMERGE and what tests them: how many different elements there were, in strings of 12 KB at most.
///
/// Thread: handlers run on the node's loop and never block.
final class HyperLogLogCommands {
    private static final RespError NOT_ONE =
            RespError.of("WRONGTYPE Key is not a valid HyperLogLog string value.");
    private static final RespError CORRUPT =
            RespError.of("INVALIDOBJ Corrupted HLL object detected");
    private static final RespError NO_KEY = RespError.of("ERR The specified key does not exist");
    private static final RespError NOT_SPARSE = RespError.of("ERR HLL encoding is not sparse");

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name         arity  keys                                       handler                         category       flags
        command("pfadd",       -2,   KeySpec.first("RW", "insert"),             HyperLogLogCommands::pfadd,     "hyperloglog", WRITE, DENYOOM, FAST),
        command("pfcount",     -2,   KeySpec.all("RW", "access"),               HyperLogLogCommands::pfcount,   "hyperloglog", READONLY, MAY_REPLICATE),
        command("pfmerge",     -2,   List.of(KeySpec.first("RW", "access", "insert"), KeySpec.range(2, -1, 1, "RO", "access")),
                                                                                HyperLogLogCommands::pfmerge,   "hyperloglog", WRITE, DENYOOM),
        command("pfdebug",      3,   KeySpec.range(2, 0, 1, "RW", "access"),    HyperLogLogCommands::pfdebug,   "hyperloglog", WRITE, DENYOOM, ADMIN),
        command("pfselftest",   1,                                              HyperLogLogCommands::pfselftest, "hyperloglog", ADMIN)); }
    // spotless:on

    private HyperLogLogCommands() {}

    private static void pfadd(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.writeString(args, 1);
        int changes = ref == CommandContext.MISSING ? 1 : 0;
        HyperLogLog target;
        if (changes > 0) {
            target = create(ctx, args);
        } else {
            target = open(ctx, args, 1, ref);
            target.markChangedInPlace();
        }
        boolean corrupt = false;
        for (int i = 2; i < args.count() && !corrupt; i++) {
            int result = target.add(args.address(i), args.bytes(i));
            corrupt = result == HyperLogLog.CORRUPT;
            changes += result == HyperLogLog.CHANGED ? 1 : 0;
        }
        if (changes > 0) {
            target.invalidateCount();
            ctx.changed(args, 1, changes);
        }
        if (corrupt) {
            throw new CommandException(CORRUPT);
        }
        reply.integer(changes > 0);
    }

    private static void pfcount(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() > 2) {
            reply.integer(union(ctx, args).unionCount());
            return;
        }
        int ref = ctx.readString(args, 1);
        if (ref == CommandContext.MISSING) {
            reply.integer(0);
            return;
        }
        HyperLogLog counted = open(ctx, args, 1, ref);
        counted.markChangedInPlace();
        if (!counted.hasCount()) {
            if (!counted.recount()) {
                throw new CommandException(CORRUPT);
            }
            // Although the command only reads: replicas shall have the same bytes.
            ctx.changed(args, 1);
        }
        reply.integer(counted.count());
    }

    private static void pfmerge(CommandContext ctx, Args args, ReplyWriter reply) {
        boolean dense = false;
        HyperLogLog values = ctx.values().hyperLogLogs();
        values.startUnion();
        for (int i = 1; i < args.count(); i++) {
            HyperLogLog source = addToUnion(ctx, args, i);
            dense |= source != null && source.isDense();
        }
        int ref = ctx.writeString(args, 1);
        HyperLogLog target =
                ref == CommandContext.MISSING ? create(ctx, args) : open(ctx, args, 1, ref);
        target.markChangedInPlace();
        if ((dense && !target.toDense()) || !target.takeUnion()) {
            throw new CommandException(CORRUPT);
        }
        ctx.changed(args, 1);
        reply.ok();
    }

    /// {@return a flyweight that has the union of all keys from the first argument on}
    private static HyperLogLog union(CommandContext ctx, Args args) {
        HyperLogLog values = ctx.values().hyperLogLogs();
        values.startUnion();
        for (int i = 1; i < args.count(); i++) {
            addToUnion(ctx, args, i);
        }
        return values;
    }

    private static @Nullable HyperLogLog addToUnion(CommandContext ctx, Args args, int argument) {
        int ref = ctx.readString(args, argument);
        if (ref == CommandContext.MISSING) {
            return null;
        }
        HyperLogLog source = open(ctx, args, argument, ref);
        if (!source.addToUnion()) {
            throw new CommandException(CORRUPT);
        }
        return source;
    }

    private static HyperLogLog create(CommandContext ctx, Args args) {
        return ctx.values()
                .hyperLogLogs()
                .create(ctx.database(), args.slot(1), args.address(1), args.bytes(1), args.hash(1));
    }

    private static HyperLogLog open(CommandContext ctx, Args args, int argument, int ref) {
        long entry = ctx.entry(ref);
        if (!HyperLogLog.isOne(Entry.value(entry), Entry.valueBytes(entry))) {
            throw new CommandException(NOT_ONE);
        }
        return ctx.values()
                .hyperLogLogs()
                .open(ctx.database(), args.slot(argument), ref, args.hash(argument));
    }

    private static void pfdebug(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.write(args, 2);
        if (ref == CommandContext.MISSING) {
            throw new CommandException(NO_KEY);
        }
        HyperLogLog shown = open(ctx, args, 2, ctx.requireString(ref));
        shown.markChangedInPlace();
        if (args.is(1, "getreg")) {
            toDense(ctx, args, shown);
            reply.array(HyperLogLog.REGISTERS);
            for (int i = 0; i < HyperLogLog.REGISTERS; i++) {
                reply.integer(shown.register(i));
            }
        } else if (args.is(1, "decode")) {
            if (shown.isDense()) {
                throw new CommandException(NOT_SPARSE);
            }
            reply.bulk(shown.runs());
        } else if (args.is(1, "encoding")) {
            reply.simple(shown.isDense() ? "dense" : "sparse");
        } else if (args.is(1, "todense")) {
            reply.integer(toDense(ctx, args, shown));
        } else {
            byte[] name = args.copy(1);
            throw new CommandException(
                    RespError.ofBytes(
                            "ERR Unknown PFDEBUG subcommand '"
                                    + RespError.quoted(name, name.length)
                                    + "'"));
        }
    }

    /// {@return whether it was not dense before}
    private static boolean toDense(CommandContext ctx, Args args, HyperLogLog shown) {
        if (shown.isDense()) {
            return false;
        }
        if (!shown.toDense()) {
            throw new CommandException(CORRUPT);
        }
        ctx.changed(args, 2);
        return true;
    }

    private static void pfselftest(CommandContext ctx, Args args, ReplyWriter reply) {
        String wrong =
                HyperLogLogSelfTest.run(
                        ctx.keyspace().allocator(), new Random(ctx.random().nextLong()));
        if (wrong != null) {
            throw new CommandException(RespError.of(wrong));
        }
        reply.ok();
    }
}
