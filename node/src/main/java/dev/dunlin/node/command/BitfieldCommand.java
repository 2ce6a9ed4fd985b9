// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.Decimal;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.Bitmap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// BITFIELD and BITFIELD_RO: integers of any width at any place of a string.
///
/// The arguments are gone through twice, first to check all of them and to find how long the string must be, then to carry them out.
/// So nothing is kept between the two, and nothing is allocated.
///
/// Thread: the node's loop.
final class BitfieldCommand {
    private static final RespError TYPE =
            RespError.of(
                    "ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not"
                            + " supported but i64 is.");
    private static final RespError OVERFLOW_TYPE =
            RespError.of("ERR Invalid OVERFLOW type specified");
    private static final RespError ONLY_GET =
            RespError.of("ERR BITFIELD_RO only supports the GET subcommand");

    private static final int SIGNED = 0x100;
    private static final int BITS_MASK = 0xFF;
    private static final int NO_BITS = -1;

    private enum Operation {
        GET(3),
        SET(4),
        INCRBY(4),
        OVERFLOW(2);

        /// How many arguments it takes, its own name included.
        private final int arguments;

        Operation(int arguments) {
            this.arguments = arguments;
        }
    }

    /// What happens to a number that does not fit.
    private enum Overflow {
        WRAP,
        SAT,
        FAIL
    }

    private BitfieldCommand() {}

    static void bitfield(CommandContext ctx, Args args, ReplyWriter reply) {
        run(ctx, args, reply, false);
    }

    static void bitfieldReadOnly(CommandContext ctx, Args args, ReplyWriter reply) {
        run(ctx, args, reply, true);
    }

    /// {@return the flags of the key in this call, which only reads it when all that it says is GET}
    static List<String> keyFlags(Args args) {
        for (int i = 2; i < args.count(); ) {
            Operation operation = find(args, i);
            // Nonsense may be a write as well.
            if (operation != Operation.GET && operation != Operation.OVERFLOW) {
                return List.of("RW", "access", "update");
            }
            i += operation.arguments;
        }
        return List.of("RO", "access");
    }

    private static void run(CommandContext ctx, Args args, ReplyWriter reply, boolean readOnly) {
        int results = 0;
        long lastBit = NO_BITS;
        for (int i = 2; i < args.count(); ) {
            Operation operation = operation(args, i);
            if (operation == Operation.OVERFLOW) {
                overflow(args, i + 1);
            } else {
                int bits = type(args, i + 1) & BITS_MASK;
                long position = BitmapCommands.position(ctx, args, i + 2, bits);
                if (operation != Operation.GET) {
                    args.longAt(i + 3);
                    lastBit = Math.max(lastBit, position + bits - 1);
                }
                results++;
            }
            i += operation.arguments;
        }
        if (lastBit == NO_BITS) {
            int ref = ctx.readString(args, 1);
            reply.array(results);
            carryOut(ctx, args, ref, reply);
            return;
        }
        if (readOnly) {
            throw new CommandException(ONLY_GET);
        }
        int ref = ctx.writeString(args, 1);
        int oldBytes = ref == CommandContext.MISSING ? -1 : Entry.valueBytes(ctx.entry(ref));
        ref = BitmapCommands.stretch(ctx, args, ref, lastBit);
        boolean longer = Entry.valueBytes(ctx.entry(ref)) != oldBytes;
        reply.array(results);
        int changes = carryOut(ctx, args, ref, reply);
        if (changes > 0 || longer) {
            ctx.changed(args, 1, Math.max(1, changes));
        }
    }

    /// {@return how many fields have changed}
    private static int carryOut(CommandContext ctx, Args args, int ref, ReplyWriter reply) {
        long value = ref == CommandContext.MISSING ? 0 : Entry.value(ctx.entry(ref));
        int bytes = ref == CommandContext.MISSING ? 0 : Entry.valueBytes(ctx.entry(ref));
        Overflow overflow = Overflow.WRAP;
        int changes = 0;
        for (int i = 2; i < args.count(); ) {
            Operation operation = operation(args, i);
            if (operation == Operation.OVERFLOW) {
                overflow = overflow(args, i + 1);
            } else {
                int type = type(args, i + 1);
                long position = BitmapCommands.position(ctx, args, i + 2, type & BITS_MASK);
                long old = read(value, bytes, position, type);
                if (operation == Operation.GET) {
                    reply.integer(old);
                } else {
                    boolean set = operation == Operation.SET;
                    boolean changed =
                            write(
                                    value,
                                    bytes,
                                    position,
                                    type,
                                    old,
                                    set,
                                    args.longAt(i + 3),
                                    overflow,
                                    reply);
                    changes += changed ? 1 : 0;
                }
            }
            i += operation.arguments;
        }
        return changes;
    }

    private static long read(long value, int bytes, long position, int type) {
        int bits = type & BITS_MASK;
        long field = Bitmap.field(value, bytes, position, bits);
        return (type & SIGNED) != 0 ? field << (64 - bits) >> (64 - bits) : field;
    }

    /// Sets a field to `operand`, or adds that to it, and replies.
    ///
    /// @return whether the field has changed
    private static boolean write(
            long value,
            int bytes,
            long position,
            int type,
            long old,
            boolean set,
            long operand,
            Overflow overflow,
            ReplyWriter reply) {
        int bits = type & BITS_MASK;
        boolean signed = (type & SIGNED) != 0;
        long max = (signed ? Long.MAX_VALUE : -1L) >>> (64 - bits);
        long min = signed ? -max - 1 : 0;
        boolean tooLarge;
        boolean tooSmall;
        if (set) {
            // What is negative counts as too large for a field without a sign, and what is so small
            // that its distance to `max` has
            // no 64-bit number does for a narrow one with a sign: as in Redis.
            tooLarge =
                    signed
                            ? operand > max || (bits < 64 && max - operand < 0)
                            : Long.compareUnsigned(operand, max) > 0;
            tooSmall = signed && operand < min;
        } else {
            // `old` is within the bounds, so these differences have the right sign as unsigned
            // numbers.
            tooLarge = operand > 0 && Long.compareUnsigned(operand, max - old) > 0;
            tooSmall = operand < 0 && Long.compareUnsigned(-operand, old - min) > 0;
        }
        long wanted = set ? operand : old + operand;
        if (tooLarge || tooSmall) {
            if (overflow == Overflow.FAIL) {
                reply.nil();
                return false;
            }
            wanted = overflow == Overflow.WRAP ? wrap(wanted, bits, signed) : tooLarge ? max : min;
        }
        reply.integer(set ? old : wanted);
        if (wanted == old) {
            return false;
        }
        Bitmap.field(value, bytes, position, bits, wanted);
        return true;
    }

    private static long wrap(long value, int bits, boolean signed) {
        long high = value << (64 - bits);
        return signed ? high >> (64 - bits) : high >>> (64 - bits);
    }

    private static Operation operation(Args args, int argument) {
        Operation operation = find(args, argument);
        if (operation == null) {
            throw new CommandException(RespError.SYNTAX);
        }
        return operation;
    }

    /// {@return the operation that begins here with all its arguments, or null}
    private static @Nullable Operation find(Args args, int argument) {
        Operation operation = null;
        if (args.is(argument, "get")) {
            operation = Operation.GET;
        } else if (args.is(argument, "set")) {
            operation = Operation.SET;
        } else if (args.is(argument, "incrby")) {
            operation = Operation.INCRBY;
        } else if (args.is(argument, "overflow")) {
            operation = Operation.OVERFLOW;
        }
        return operation != null && argument + operation.arguments <= args.count()
                ? operation
                : null;
    }

    private static Overflow overflow(Args args, int argument) {
        if (args.is(argument, "wrap")) {
            return Overflow.WRAP;
        }
        if (args.is(argument, "sat")) {
            return Overflow.SAT;
        }
        if (args.is(argument, "fail")) {
            return Overflow.FAIL;
        }
        throw new CommandException(OVERFLOW_TYPE);
    }

    /// {@return the width in bits, and [#SIGNED] for a number with a sign}
    private static int type(Args args, int argument) {
        long address = args.address(argument);
        int bytes = args.bytes(argument);
        int sign = bytes == 0 ? 0 : Memory.getByte(address);
        if ((sign != 'i' && sign != 'u') || !Decimal.isLong(address + 1, bytes - 1)) {
            throw new CommandException(TYPE);
        }
        long bits = Decimal.parseLong(address + 1, bytes - 1);
        if (bits < 1 || bits > (sign == 'i' ? 64 : 63)) {
            throw new CommandException(TYPE);
        }
        return (int) bits | (sign == 'i' ? SIGNED : 0);
    }
}
