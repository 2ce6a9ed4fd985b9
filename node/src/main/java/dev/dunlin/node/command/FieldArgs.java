// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.resp.RespError;
import java.util.ArrayList;
import java.util.List;

/// The arguments `FIELDS n field ...` at the end of a command, the times that go with them, and what the log gets of them.
///
/// @param first argument that is a field
/// @param count of fields
record FieldArgs(int first, int count) {
    /// Times from here on cannot be kept: Redis has two of the 48 bits that it has for one in reserve.
    private static final long TIME_MAX_MS = (1L << 46) - 1;

    private static final RespError MISSING =
            RespError.of("ERR Mandatory argument FIELDS is missing or not at the right position");
    static final RespError NOT_POSITIVE =
            RespError.of("ERR Number of fields must be a positive integer");
    private static final RespError MISMATCH =
            RespError.of("ERR The `numfields` parameter must match the number of arguments");
    private static final RespError NEGATIVE_TIME =
            RespError.of("ERR invalid expire time, must be >= 0");

    private static final byte[] FIELDS = "FIELDS".getBytes(UTF_8);

    /// @param at where the word is to be
    /// @param badCount what to say of a number that is none, or not positive
    static FieldArgs parse(Args args, int at, RespError badCount) {
        if (at >= args.count() || !args.is(at, "fields")) {
            throw new CommandException(MISSING);
        }
        if (at + 1 >= args.count()) {
            throw new CommandException(badCount);
        }
        long count = args.longAt(at + 1, badCount);
        if (count < 1) {
            throw new CommandException(badCount);
        }
        if (count != args.count() - at - 2) {
            throw new CommandException(MISMATCH);
        }
        return new FieldArgs(at + 2, (int) count);
    }

    /// {@return Unix time in milliseconds}
    ///
    /// @param baseMs what the amount is added to
    /// @param command for the error text
    static long time(Args args, int amount, boolean seconds, long baseMs, String command) {
        long value = args.longAt(amount);
        if (value < 0) {
            throw new CommandException(NEGATIVE_TIME);
        }
        if (seconds && value > TIME_MAX_MS / 1000) {
            throw new CommandException(RespError.invalidExpire(command));
        }
        long ms = seconds ? value * 1000 : value;
        if (ms > TIME_MAX_MS - baseMs) {
            throw new CommandException(RespError.invalidExpire(command));
        }
        return ms + baseMs;
    }

    /// As the other, for `EX s`, `PX ms`, `EXAT s` or `PXAT ms` at `unit`.
    static long time(CommandContext ctx, Args args, int unit, String command) {
        boolean seconds = args.is(unit, "ex") || args.is(unit, "exat");
        boolean relative = args.is(unit, "ex") || args.is(unit, "px");
        return time(args, unit + 1, seconds, relative ? ctx.nowMs() : 0, command);
    }

    /// {@return `command key words... FIELDS n fields...`}
    static byte[][] command(byte[] command, byte[] key, List<byte[]> fields, byte[]... words) {
        var all = new ArrayList<byte[]>();
        all.add(command);
        all.add(key);
        all.addAll(List.of(words));
        all.add(FIELDS);
        all.add(text(fields.size()));
        all.addAll(fields);
        return all.toArray(new byte[0][]);
    }

    static byte[] text(long number) {
        return Long.toString(number).getBytes(UTF_8);
    }
}
