// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.BitOperation;

/// BITOP: `BITOP AND|OR|XOR|NOT target source...`, written straight from the sources' memory into the target's.
///
/// Thread: the node's loop.
final class BitopCommand {
    private static final RespError NOT_HAS_ONE_SOURCE =
            RespError.of("ERR BITOP NOT must be called with a single source key.");

    private BitopCommand() {}

    static void bitop(CommandContext ctx, Args args, ReplyWriter reply) {
        BitOperation operation = operation(args);
        int count = args.count() - 3;
        if (operation == BitOperation.NOT && count != 1) {
            throw new CommandException(NOT_HAS_ONE_SOURCE);
        }
        int[] refs = new int[count];
        int[] lengths = new int[count];
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            refs[i] = ctx.readString(args, i + 3);
            lengths[i] =
                    refs[i] == CommandContext.MISSING ? 0 : Entry.valueBytes(ctx.entry(refs[i]));
            bytes = Math.max(bytes, lengths[i]);
        }
        if (bytes == 0) {
            deleteTarget(ctx, args);
        } else {
            int old = ctx.write(args, 2);
            int target = target(ctx, args, old, bytes);
            long[] sources = new long[count];
            for (int i = 0; i < count; i++) {
                // The target may be a source, and has moved then.
                int ref = refs[i] == old ? target : refs[i];
                sources[i] = refs[i] == CommandContext.MISSING ? 0 : Entry.value(ctx.entry(ref));
            }
            operation.run(sources, lengths, count, Entry.value(ctx.entry(target)), bytes);
            ctx.changed(args, 2);
        }
        reply.integer(bytes);
    }

    private static BitOperation operation(Args args) {
        if (args.is(1, "and")) {
            return BitOperation.AND;
        }
        if (args.is(1, "or")) {
            return BitOperation.OR;
        }
        if (args.is(1, "xor")) {
            return BitOperation.XOR;
        }
        if (args.is(1, "not")) {
            return BitOperation.NOT;
        }
        throw new CommandException(RespError.SYNTAX);
    }

    private static void deleteTarget(CommandContext ctx, Args args) {
        // Not a lookup: a target whose time has passed goes as any other does.
        int target =
                ctx.database().find(args.slot(2), args.address(2), args.bytes(2), args.hash(2));
        if (target != CommandContext.MISSING) {
            ctx.delete(args, 2, target);
        }
    }

    /// {@return the target's entry, with room for the result; what it had is still there as far as it reaches}
    private static int target(CommandContext ctx, Args args, int old, int bytes) {
        Database database = ctx.database();
        int slot = args.slot(2);
        long hash = args.hash(2);
        if (old != CommandContext.MISSING && ValueKind.isString(Entry.kind(ctx.entry(old)))) {
            int target = database.resizeValue(slot, old, hash, bytes);
            target = database.setExpiry(slot, target, hash, Database.NO_EXPIRY);
            Entry.kind(ctx.entry(target), ValueKind.STRING_RAW);
            return target;
        }
        if (old != CommandContext.MISSING) {
            database.delete(slot, old, hash);
        }
        return database.insert(
                slot,
                args.address(2),
                args.bytes(2),
                hash,
                ValueKind.STRING_RAW,
                bytes,
                Database.NO_EXPIRY);
    }
}
