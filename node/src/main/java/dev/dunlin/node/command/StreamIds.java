// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.offheap.Memory;
import dev.dunlin.node.resp.Decimal;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.StreamId;

/// Reads the ids of streams that commands name.
///
/// Numbers are read as Redis reads them: canonical ones up to 64 bits without sign, and whatever else C's `strtoull` takes.
///
/// Thread: stateless.
final class StreamIds {
    /// What a number of a sequence is when the id is only milliseconds and begins a range.
    static final long FIRST_SEQUENCE = 0;

    /// The same when it ends a range.
    static final long LAST_SEQUENCE = -1;

    private static final int TEXT_BYTES_MAX = 127;
    private static final long CUT_OFF = Long.divideUnsigned(-1, 10);
    private static final long CUT_DIGIT = Long.remainderUnsigned(-1, 10);

    /// What an argument turned out to be.
    private enum Outcome {
        INVALID,
        ID,
        /// Milliseconds, and a `*` for the sequence.
        ID_WITHOUT_SEQUENCE
    }

    private StreamIds() {}

    /// {@return whether an argument is this sign; what follows a zero byte does not count, as in C}
    static boolean isSign(Args args, int argument, char sign) {
        int bytes = args.bytes(argument);
        long address = args.address(argument);
        return bytes > 0
                && Memory.getByte(address) == sign
                && (bytes == 1 || Memory.getByte(address + 1) == 0);
    }

    /// Reads an id.
    ///
    /// @throws CommandException when it is none; `-` and `+` are none
    static void parse(Args args, int argument, StreamId target) {
        if (!tryParse(args, argument, target)) {
            throw new CommandException(RespError.INVALID_STREAM_ID);
        }
    }

    /// {@return whether the argument is an id; `-` and `+` are none}
    static boolean tryParse(Args args, int argument, StreamId target) {
        return parse(
                        args.address(argument),
                        args.bytes(argument),
                        target,
                        FIRST_SEQUENCE,
                        true,
                        false)
                == Outcome.ID;
    }

    /// Reads an id, or `-` or `+` for the lowest and the highest.
    static void parseAny(Args args, int argument, StreamId target) {
        require(
                parse(
                        args.address(argument),
                        args.bytes(argument),
                        target,
                        FIRST_SEQUENCE,
                        false,
                        false));
    }

    /// Reads an id whose sequence may be `*`.
    ///
    /// @return whether the sequence is given
    static boolean parseNew(Args args, int argument, StreamId target) {
        Outcome outcome =
                parse(
                        args.address(argument),
                        args.bytes(argument),
                        target,
                        FIRST_SEQUENCE,
                        true,
                        true);
        require(outcome);
        return outcome == Outcome.ID;
    }

    /// Reads the start of a range, which `(` excludes.
    static void parseStart(Args args, int argument, StreamId target) {
        if (parseEdge(args, argument, target, FIRST_SEQUENCE) && !target.increment()) {
            throw new CommandException(RespError.INVALID_INTERVAL_START);
        }
    }

    /// Reads the end of a range, which `(` excludes.
    static void parseEnd(Args args, int argument, StreamId target) {
        if (parseEdge(args, argument, target, LAST_SEQUENCE) && !target.decrement()) {
            throw new CommandException(RespError.INVALID_INTERVAL_END);
        }
    }

    /// {@return whether the id itself is excluded}
    private static boolean parseEdge(
            Args args, int argument, StreamId target, long missingSequence) {
        long address = args.address(argument);
        int bytes = args.bytes(argument);
        boolean excluded = bytes > 1 && Memory.getByte(address) == '(';
        int prefix = excluded ? 1 : 0;
        require(parse(address + prefix, bytes - prefix, target, missingSequence, excluded, false));
        return excluded;
    }

    private static void require(Outcome outcome) {
        if (outcome == Outcome.INVALID) {
            throw new CommandException(RespError.INVALID_STREAM_ID);
        }
    }

    private static Outcome parse(
            long address,
            int allBytes,
            StreamId target,
            long missingSequence,
            boolean strict,
            boolean mayLackSequence) {
        if (allBytes > TEXT_BYTES_MAX) {
            return Outcome.INVALID;
        }
        int bytes = 0;
        int dash = -1;
        for (int c = 0; bytes < allBytes; bytes++) {
            c = Memory.getByte(address + bytes);
            if (c == 0) {
                break;
            }
            if (c == '-' && dash < 0) {
                dash = bytes;
            }
        }
        // Only what is one byte long altogether counts as one of the two signs.
        if (allBytes == 1 && (dash == 0 || Memory.getByte(address) == '+')) {
            if (strict) {
                return Outcome.INVALID;
            }
            if (dash == 0) {
                target.setMin();
            } else {
                target.setMax();
            }
            return Outcome.ID;
        }
        target.set(0, missingSequence);
        if (!number(address, dash < 0 ? bytes : dash, target, false)) {
            return Outcome.INVALID;
        }
        if (dash < 0) {
            return Outcome.ID;
        }
        long sequence = address + dash + 1;
        int sequenceBytes = bytes - dash - 1;
        if (mayLackSequence && sequenceBytes == 1 && Memory.getByte(sequence) == '*') {
            target.set(target.ms(), 0);
            return Outcome.ID_WITHOUT_SEQUENCE;
        }
        return number(sequence, sequenceBytes, target, true) ? Outcome.ID : Outcome.INVALID;
    }

    /// Reads one of the two numbers into its place.
    private static boolean number(long address, int bytes, StreamId target, boolean sequence) {
        long end = address + bytes;
        long at = address;
        while (at < end && isSpace(Memory.getByte(at))) {
            at++;
        }
        boolean negative = at < end && Memory.getByte(at) == '-';
        if (negative && Decimal.isLong(address, bytes)) {
            return false;
        }
        if (negative || (at < end && Memory.getByte(at) == '+')) {
            at++;
        }
        if (at == end) {
            return false;
        }
        long value = 0;
        for (; at < end; at++) {
            int digit = Memory.getByte(at) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            int order = Long.compareUnsigned(value, CUT_OFF);
            if (order > 0 || (order == 0 && digit > CUT_DIGIT)) {
                return false;
            }
            value = value * 10 + digit;
        }
        if (negative) {
            value = -value;
        }
        if (sequence) {
            target.set(target.ms(), value);
        } else {
            target.set(value, target.seq());
        }
        return true;
    }

    private static boolean isSpace(int c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }
}
