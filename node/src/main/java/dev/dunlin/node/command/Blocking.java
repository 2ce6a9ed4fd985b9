// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.LongDouble;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// What all commands have in common that wait for a key.
///
/// Thread: the node's loop.
final class Blocking {
    private static final RespError NOT_A_FLOAT =
            RespError.of("ERR timeout is not a float or out of range");
    private static final RespError NOT_AN_INTEGER =
            RespError.of("ERR timeout is not an integer or out of range");
    private static final RespError NEGATIVE = RespError.of("ERR timeout is negative");
    private static final RespError OUT_OF_RANGE = RespError.of("ERR timeout is out of range");
    private static final BigInteger MS_PER_SECOND = BigInteger.valueOf(1000);

    private Blocking() {}

    /// {@return how long to wait, in milliseconds, by an argument in seconds; 0 for ever}
    ///
    /// @throws CommandException when it is none
    static long timeoutOfSeconds(CommandContext ctx, Args args, int argument) {
        LongDouble seconds = LongDouble.parse(args.copy(argument));
        if (seconds == null) {
            throw new CommandException(NOT_A_FLOAT);
        }
        if (seconds.isInfinite()) {
            throw new CommandException(seconds.infinity() < 0 ? NEGATIVE : OUT_OF_RANGE);
        }
        return inRange(
                ctx, ceiling(seconds.significand().multiply(MS_PER_SECOND), seconds.exponent()));
    }

    /// {@return how long to wait, in milliseconds, by an argument in milliseconds; 0 for ever}
    ///
    /// @throws CommandException when it is none
    static long timeoutOfMillis(CommandContext ctx, Args args, int argument) {
        return inRange(ctx, BigInteger.valueOf(args.longAt(argument, NOT_AN_INTEGER)));
    }

    /// {@return `number * 2^exponent`, rounded up}
    private static BigInteger ceiling(BigInteger number, int exponent) {
        if (exponent >= 0) {
            return number.shiftLeft(exponent);
        }
        // Shifting rounds down.
        return number.negate().shiftRight(-exponent).negate();
    }

    private static long inRange(CommandContext ctx, BigInteger timeoutMs) {
        if (timeoutMs.bitLength() > 63) {
            throw new CommandException(timeoutMs.signum() < 0 ? NEGATIVE : OUT_OF_RANGE);
        }
        long ms = timeoutMs.longValue();
        if (ms < 0) {
            throw new CommandException(NEGATIVE);
        }
        if (ms > Long.MAX_VALUE - ctx.nowMs()) {
            throw new CommandException(OUT_OF_RANGE);
        }
        return ms;
    }

    /// Lets the client wait for one of the keys from `firstKey` up to, not including, `endKey`. Only where [CommandContext#mayBlock].
    ///
    /// @param kinds which kinds of value end the wait
    static void await(
            CommandContext ctx,
            Args args,
            int firstKey,
            int endKey,
            IntPredicate kinds,
            long timeoutMs) {
        List<byte[]> keys = new ArrayList<>();
        for (int key = firstKey; key < endKey; key++) {
            keys.add(args.copy(key));
        }
        ctx.block(args, new BlockedKeys.Wish(keys, kinds, false, timeoutMs, ReplyWriter::nilArray));
    }
}
