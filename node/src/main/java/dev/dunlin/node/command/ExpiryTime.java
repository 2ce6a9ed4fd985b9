// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.RespError;

/// Expiry options as commands take them, turned into a Unix time in milliseconds.
final class ExpiryTime {
    private ExpiryTime() {}

    /// {@return Unix time in milliseconds for `EX s`, `PX ms`, `EXAT s` or `PXAT ms`}
    ///
    /// @param command name for the error text
    /// @throws CommandException when the number is none, not positive, or too large to count in milliseconds
    static long parse(Args args, int unit, int amount, long nowMs, String command) {
        boolean seconds = args.is(unit, "ex") || args.is(unit, "exat");
        boolean relative = args.is(unit, "ex") || args.is(unit, "px");
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
