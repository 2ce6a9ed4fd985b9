// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.config.Directives;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;

/// APPEND, SETRANGE, GETRANGE: parts of a string, read and changed in place.
///
/// Thread: handlers run on the node's loop and never block.
final class StringRangeCommands {
    /// Longest value whatever `proto-max-bulk-len` allows: lengths are 32 bits, with room for the entry's other parts.
    static final long VALUE_BYTES_MAX = Integer.MAX_VALUE - 1024L;

    private StringRangeCommands() {}

    static void append(CommandContext ctx, Args args, ReplyWriter reply) {
        int ref = ctx.writeString(args, 1);
        if (ref == CommandContext.MISSING) {
            ctx.setString(args, 1, ref, args.address(2), args.bytes(2), Database.NO_EXPIRY, false);
            reply.integer(args.bytes(2));
            return;
        }
        int oldBytes = Entry.valueBytes(ctx.entry(ref));
        int bytes = checkedSum(ctx, oldBytes, args.bytes(2));
        write(ctx, args, ref, oldBytes, 2, bytes);
        reply.integer(bytes);
    }

    static void setrange(CommandContext ctx, Args args, ReplyWriter reply) {
        long offset = args.longAt(2);
        if (offset < 0) {
            throw new CommandException(RespError.OFFSET_OUT_OF_RANGE);
        }
        int ref = ctx.writeString(args, 1);
        int oldBytes = ref == CommandContext.MISSING ? 0 : Entry.valueBytes(ctx.entry(ref));
        if (args.bytes(3) == 0) {
            reply.integer(oldBytes);
            return;
        }
        int end = checkedSum(ctx, offset, args.bytes(3));
        int bytes = Math.max(oldBytes, end);
        if (ref == CommandContext.MISSING) {
            ref =
                    ctx.database()
                            .insert(
                                    args.slot(1),
                                    args.address(1),
                                    args.bytes(1),
                                    args.hash(1),
                                    ValueKind.STRING_RAW,
                                    0,
                                    Database.NO_EXPIRY);
        }
        write(ctx, args, ref, (int) offset, 3, bytes);
        reply.integer(bytes);
    }

    /// Writes an argument into the value, which will have `bytes` bytes; what was not there before is zero.
    private static void write(
            CommandContext ctx, Args args, int ref, int offset, int argument, int bytes) {
        int oldBytes = Entry.valueBytes(ctx.entry(ref));
        int target = ctx.database().resizeValue(args.slot(1), ref, args.hash(1), bytes);
        long entry = ctx.entry(target);
        Entry.kind(entry, ValueKind.STRING_RAW);
        long value = Entry.value(entry);
        if (offset > oldBytes) {
            Memory.fill(value + oldBytes, offset - oldBytes, (byte) 0);
        }
        Memory.copy(args.address(argument), value + offset, args.bytes(argument));
        ctx.changed(args, 1);
    }

    private static int checkedSum(CommandContext ctx, long left, int right) {
        long max =
                ctx.client().fromPrimary()
                        ? VALUE_BYTES_MAX
                        : Math.min(
                                VALUE_BYTES_MAX,
                                ctx.services().settings().get(Directives.MAX_BULK_BYTES));
        if (left > max - right) {
            throw new CommandException(RespError.STRING_TOO_LONG);
        }
        return (int) (left + right);
    }

    static void getrange(CommandContext ctx, Args args, ReplyWriter reply) {
        long start = args.longAt(2);
        long end = args.longAt(3);
        int ref = ctx.readString(args, 1);
        if (ref == CommandContext.MISSING) {
            reply.bulk(0, 0);
            return;
        }
        long entry = ctx.entry(ref);
        int bytes = Entry.valueBytes(entry);
        boolean empty = start < 0 && end < 0 && start > end;
        long first = Math.max(0, start < 0 ? bytes + start : start);
        long last = Math.min(bytes - 1, Math.max(0, end < 0 ? bytes + end : end));
        if (empty || first > last) {
            reply.bulk(0, 0);
        } else {
            reply.bulk(Entry.value(entry) + first, (int) (last - first + 1));
        }
    }
}
