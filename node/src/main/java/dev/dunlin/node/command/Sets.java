// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.value.SetMember;
import dev.dunlin.node.value.SetValue;
import dev.dunlin.node.value.Values;
import org.jspecify.annotations.Nullable;

/// Looks up the sets that commands name.
///
/// Thread: the node's loop.
final class Sets {
    private static final Lookup<SetValue> LOOKUP = new Lookup<>(ValueKind::isSet, Values::sets);

    private Sets() {}

    /// {@return as [Lookup#read]}
    static @Nullable SetValue read(CommandContext ctx, Args args, int argument) {
        return LOOKUP.read(ctx, args, argument);
    }

    /// {@return as [Lookup#write]}
    static @Nullable SetValue write(CommandContext ctx, Args args, int argument) {
        return LOOKUP.write(ctx, args, argument);
    }

    /// Adds a set under a key that is not there.
    ///
    /// @param first a member that is going to be in it
    /// @param members how many are going to be put in, at most
    static SetValue create(
            CommandContext ctx, Args args, int argument, SetMember first, int members) {
        return ctx.values()
                .sets()
                .create(
                        ctx.database(),
                        args.slot(argument),
                        args.address(argument),
                        args.bytes(argument),
                        args.hash(argument),
                        Database.NO_EXPIRY,
                        first,
                        members);
    }

    /// {@return the member that an argument names, until the next one is asked for}
    static SetMember member(CommandContext ctx, Args args, int argument) {
        return ctx.values().member().ofText(args.address(argument), args.bytes(argument));
    }
}
