// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;

import dev.dunlin.node.config.Directives;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.Decimal;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.Bitmap;
import java.util.List;

/// SETBIT, GETBIT, BITCOUNT and BITPOS: strings as rows of bits.
///
/// Thread: handlers run on the node's loop and never block.
final class BitmapCommands {
    private static final RespError BIT_OFFSET =
            RespError.of("ERR bit offset is not an integer or out of range");
    private static final RespError BIT_VALUE =
            RespError.of("ERR bit is not an integer or out of range");
    private static final RespError BIT_ARGUMENT =
            RespError.of("ERR The bit argument must be 1 or 0.");

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name         arity  keys                                       handler                   category  flags
        command("setbit",       4,   KeySpec.first("RW", "access", "update"),   BitmapCommands::setbit,   "bitmap", WRITE, DENYOOM),
        command("getbit",       3,   KeySpec.first("RO", "access"),             BitmapCommands::getbit,   "bitmap", READONLY, FAST),
        command("bitcount",    -2,   KeySpec.first("RO", "access"),             BitmapCommands::bitcount, "bitmap", READONLY),
        command("bitpos",      -3,   KeySpec.first("RO", "access"),             BitmapCommands::bitpos,   "bitmap", READONLY),
        command("bitop",       -4,   List.of(KeySpec.range(2, 0, 1, "OW", "update"), KeySpec.range(3, -1, 1, "RO", "access")),
                                                                                BitopCommand::bitop,      "bitmap", WRITE, DENYOOM),
        command("bitfield",    -2,   KeySpec.first("RW", "access", "update", "variable_flags"),
                                                                                BitfieldCommand::bitfield, "bitmap", WRITE, DENYOOM),
        command("bitfield_ro", -2,   KeySpec.first("RO", "access"),             BitfieldCommand::bitfieldReadOnly, "bitmap", READONLY, FAST)); }
    // spotless:on

    private BitmapCommands() {}

    private static void setbit(CommandContext ctx, Args args, ReplyWriter reply) {
        long position = position(ctx, args, 2, 0);
        boolean on = args.intAt(3, 0, 1, BIT_VALUE) == 1;
        int ref = ctx.writeString(args, 1);
        int oldBytes = ref == CommandContext.MISSING ? -1 : Entry.valueBytes(ctx.entry(ref));
        long entry = ctx.entry(stretch(ctx, args, ref, position));
        long value = Entry.value(entry);
        boolean old = Bitmap.bit(value, position);
        // A replica need not hear of what changes nothing.
        if (old != on || Entry.valueBytes(entry) != oldBytes) {
            Bitmap.bit(value, position, on);
            ctx.changed(args, 1);
        }
        reply.integer(old);
    }

    private static void getbit(CommandContext ctx, Args args, ReplyWriter reply) {
        long position = position(ctx, args, 2, 0);
        int ref = ctx.readString(args, 1);
        boolean on = false;
        if (ref != CommandContext.MISSING) {
            long entry = ctx.entry(ref);
            on =
                    position >>> 3 < Entry.valueBytes(entry)
                            && Bitmap.bit(Entry.value(entry), position);
        }
        reply.integer(on);
    }

    private static void bitcount(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() == 3 || args.count() > 5) {
            throw new CommandException(RespError.SYNTAX);
        }
        boolean ranged = args.count() > 2;
        long start = ranged ? args.longAt(2) : 0;
        long end = ranged ? args.longAt(3) : -1;
        int shift = args.count() > 4 && isBits(args, 4) ? 0 : 3;
        int ref = ctx.readString(args, 1);
        if (ref == CommandContext.MISSING || (start < 0 && end < 0 && start > end)) {
            reply.integer(0);
            return;
        }
        long entry = ctx.entry(ref);
        long units = (long) Entry.valueBytes(entry) << (3 - shift);
        long first = fromStart(start, units);
        long last = Math.min(fromStart(end, units), units - 1);
        reply.integer(
                first > last
                        ? 0
                        : Bitmap.count(
                                Entry.value(entry), first << shift, ((last + 1) << shift) - 1));
    }

    private static void bitpos(CommandContext ctx, Args args, ReplyWriter reply) {
        long bit = args.longAt(2);
        if (bit != 0 && bit != 1) {
            throw new CommandException(BIT_ARGUMENT);
        }
        if (args.count() > 6) {
            throw new CommandException(RespError.SYNTAX);
        }
        boolean on = bit == 1;
        boolean endGiven = args.count() > 4;
        long start = args.count() > 3 ? args.longAt(3) : 0;
        int shift = args.count() > 5 && isBits(args, 5) ? 0 : 3;
        long end = endGiven ? args.longAt(4) : -1;
        int ref = ctx.readString(args, 1);
        if (ref == CommandContext.MISSING) {
            // Zeros without end.
            reply.integer(on ? -1 : 0);
            return;
        }
        long entry = ctx.entry(ref);
        long units = (long) Entry.valueBytes(entry) << (3 - shift);
        long first = fromStart(start, units);
        long last = Math.min(fromStart(end, units), units - 1);
        if (first > last) {
            reply.integer(-1);
            return;
        }
        long found = Bitmap.find(Entry.value(entry), first << shift, ((last + 1) << shift) - 1, on);
        // Who has given no end sees the zeros behind the string.
        reply.integer(found < 0 && !on && !endGiven ? units << shift : found);
    }

    private static boolean isBits(Args args, int argument) {
        if (args.is(argument, "bit")) {
            return true;
        }
        if (args.is(argument, "byte")) {
            return false;
        }
        throw new CommandException(RespError.SYNTAX);
    }

    private static long fromStart(long index, long units) {
        return Math.max(0, index < 0 ? units + index : index);
    }

    /// {@return the position of a bit, as an argument gives it}
    ///
    /// @param fieldBits width of the field that `#` counts in, 0 where that is not allowed
    static long position(CommandContext ctx, Args args, int argument, int fieldBits) {
        long address = args.address(argument);
        int bytes = args.bytes(argument);
        boolean counted = fieldBits > 0 && bytes > 0 && Memory.getByte(address) == '#';
        if (counted) {
            address++;
            bytes--;
        }
        if (!Decimal.isLong(address, bytes)) {
            throw new CommandException(BIT_OFFSET);
        }
        long position = Decimal.parseLong(address, bytes) * (counted ? fieldBits : 1);
        long bytesMax =
                ctx.client().fromPrimary()
                        ? StringRangeCommands.VALUE_BYTES_MAX
                        : Math.min(
                                StringRangeCommands.VALUE_BYTES_MAX,
                                ctx.services().settings().get(Directives.MAX_BULK_BYTES));
        if (position < 0 || position >>> 3 >= bytesMax) {
            throw new CommandException(BIT_OFFSET);
        }
        return position;
    }

    /// Makes or lengthens a string so that it has a bit at `position`; what is new in it is zero.
    ///
    /// @param ref what a lookup of the key in argument 1 returned
    /// @return the entry from now on
    static int stretch(CommandContext ctx, Args args, int ref, long position) {
        int wanted = (int) (position >>> 3) + 1;
        int oldBytes = 0;
        int target;
        if (ref == CommandContext.MISSING) {
            target =
                    ctx.database()
                            .insert(
                                    args.slot(1),
                                    args.address(1),
                                    args.bytes(1),
                                    args.hash(1),
                                    ValueKind.STRING_RAW,
                                    wanted,
                                    Database.NO_EXPIRY);
        } else {
            oldBytes = Entry.valueBytes(ctx.entry(ref));
            target =
                    ctx.database()
                            .resizeValue(
                                    args.slot(1), ref, args.hash(1), Math.max(oldBytes, wanted));
            Entry.kind(ctx.entry(target), ValueKind.STRING_RAW);
        }
        if (wanted > oldBytes) {
            Memory.fill(Entry.value(ctx.entry(target)) + oldBytes, wanted - oldBytes, (byte) 0);
        }
        return target;
    }
}
