// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.RespError;

/// Expiry options as commands take them, turned into a Unix time in milliseconds.
final class ExpiryTime {
    private ExpiryTime() {}

    /// {@return whether the argument is one of the words `EX`, `PX`, `EXAT`, `PXAT`}
    static boolean isUnit(Args args, int argument) {
        return args.is(argument, "ex")
                || args.is(argument, "px")
                || args.is(argument, "exat")
                || args.is(argument, "pxat");
    }

    /// {@return whether two arguments that are units are the same: Redis takes the last of several, but does not mix them}
    static boolean sameUnit(Args args, int left, int right) {
        return args.bytes(left) == args.bytes(right)
                && (args.is(left, "ex") || args.is(left, "exat"))
                        == (args.is(right, "ex") || args.is(right, "exat"));
    }

    /// {@return Unix time in milliseconds for `EX s`, `PX ms`, `EXAT s` or `PXAT ms`}
    ///
    /// @param command name for the error text
    /// @throws CommandException when the number is none, not positive, or too large to count in milliseconds
    static long parse(Args args, int unit, int amount, long nowMs, String command) {
        boolean seconds = args.is(unit, "ex") || args.is(unit, "exat");
        boolean relative = args.is(unit, "ex") || args.is(unit, "px");
        return at(args, amount, seconds, relative, nowMs, command);
    }

    /// {@return Unix time in milliseconds}
    ///
    /// @throws CommandException when the number is none, not positive, or too large to count in milliseconds
    static long at(
            Args args, int amount, boolean seconds, boolean relative, long nowMs, String command) {
        long value = args.longAt(amount);
        if (value <= 0 || (seconds && value > Long.MAX_VALUE / 1000)) {
            throw new CommandException(RespError.invalidExpire(command));
        }
        long ms = seconds ? value * 1000 : value;
        if (relative) {
            if (ms > Long.MAX_VALUE - nowMs) {
                throw new CommandException(RespError.invalidExpire(command));
            }
            ms += nowMs;
        }
        return ms;
    }
}
