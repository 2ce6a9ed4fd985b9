// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.value.OpenValue;
import dev.dunlin.node.value.Values;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// Looks up the collections of one type that commands name.
///
/// Thread: the node's loop.
///
/// @param kinds which [dev.dunlin.node.keyspace.ValueKind] of value is of the type
/// @param flyweight what works on such values
record Lookup<V extends OpenValue<V>>(IntPredicate kinds, Function<Values, V> flyweight) {
    /// {@return the value that a key holds, for reading, or null when there is no such key}
    ///
    /// @throws CommandException WRONGTYPE
    @Nullable V read(CommandContext ctx, Args args, int argument) {
        int ref = ctx.require(ctx.read(args, argument), kinds);
        return ref == CommandContext.MISSING ? null : flyweight.apply(ctx.values()).open(ref);
    }

    /// {@return the value that a key holds, for changing, or null when there is no such key}
    ///
    /// @throws CommandException WRONGTYPE
    @Nullable V write(CommandContext ctx, Args args, int argument) {
        return found(ctx, args, argument, ctx.write(args, argument));
    }

    /// {@return the value that was looked up, for changing, or null when there was none}
    ///
    /// @throws CommandException WRONGTYPE
    @Nullable V found(CommandContext ctx, Args args, int argument, int ref) {
        return ctx.require(ref, kinds) == CommandContext.MISSING
                ? null
                : open(ctx, args, argument, ref);
    }

    /// {@return the value that an entry of this type is, for changing}
    V open(CommandContext ctx, Args args, int argument, int ref) {
        return flyweight
                .apply(ctx.values())
                .open(ctx.database(), args.slot(argument), ref, args.hash(argument));
    }

    /// Adds a value without elements yet under a key that is not there.
    V create(CommandContext ctx, Args args, int argument) {
        return flyweight
                .apply(ctx.values())
                .create(
                        ctx.database(),
                        args.slot(argument),
                        args.address(argument),
                        args.bytes(argument),
                        args.hash(argument),
                        Database.NO_EXPIRY);
    }
}
