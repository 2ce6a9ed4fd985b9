// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.value.HashValue;
import org.jspecify.annotations.Nullable;

/// Looks up the hashes that commands name.
///
/// Thread: the node's loop.
final class Hashes {
    private Hashes() {}

    /// {@return the hash that a key holds, for reading, or null when there is no such key}
    ///
    /// @throws CommandException WRONGTYPE
    static @Nullable HashValue read(CommandContext ctx, Args args, int argument) {
        int ref = ctx.require(ctx.read(args, argument), ValueKind::isHash);
        if (ref == CommandContext.MISSING) {
            return null;
        }
        HashValue hash = ctx.values().hashes().open(ref);
        return hash.isTimed() ? FieldExpiry.seen(ctx, args, argument, ref) : hash;
    }

    /// {@return the hash that a key holds, for changing, or null when there is no such key}
    ///
    /// @throws CommandException WRONGTYPE
    static @Nullable HashValue write(CommandContext ctx, Args args, int argument) {
        int ref = ctx.require(ctx.write(args, argument), ValueKind::isHash);
        if (ref == CommandContext.MISSING) {
            return null;
        }
        HashValue hash =
                ctx.values()
                        .hashes()
                        .open(ctx.database(), args.slot(argument), ref, args.hash(argument));
        return hash.isTimed() ? FieldExpiry.seen(ctx, args, argument, ref) : hash;
    }

    /// {@return the hash that a key holds, for changing; one without fields yet when there was no such key}
    ///
    /// @throws CommandException WRONGTYPE
    static HashValue writeOrCreate(CommandContext ctx, Args args, int argument) {
        HashValue there = write(ctx, args, argument);
        return there != null
                ? there
                : ctx.values()
                        .hashes()
                        .create(
                                ctx.database(),
                                args.slot(argument),
                                args.address(argument),
                                args.bytes(argument),
                                args.hash(argument),
                                Database.NO_EXPIRY);
    }
}
