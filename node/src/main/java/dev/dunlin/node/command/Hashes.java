// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.value.HashValue;
import dev.dunlin.node.value.Values;
import org.jspecify.annotations.Nullable;

/// Looks up the hashes that commands name.
///
/// Thread: the node's loop.
final class Hashes {
    private static final Lookup<HashValue> LOOKUP = new Lookup<>(ValueKind::isHash, Values::hashes);

    private Hashes() {}

    /// {@return as [Lookup#read]; without fields whose time has passed}
    static @Nullable HashValue read(CommandContext ctx, Args args, int argument) {
        return seen(ctx, args, argument, LOOKUP.read(ctx, args, argument));
    }

    /// {@return as [Lookup#write]; without fields whose time has passed}
    static @Nullable HashValue write(CommandContext ctx, Args args, int argument) {
        return seen(ctx, args, argument, LOOKUP.write(ctx, args, argument));
    }

    private static @Nullable HashValue seen(
            CommandContext ctx, Args args, int argument, @Nullable HashValue hash) {
        return hash == null || !hash.isTimed()
                ? hash
                : FieldExpiry.seen(ctx, args, argument, hash.ref());
    }

    /// {@return the hash that a key holds, for changing; one without fields yet when there was no such key}
    ///
    /// @throws CommandException WRONGTYPE
    static HashValue writeOrCreate(CommandContext ctx, Args args, int argument) {
        HashValue there = write(ctx, args, argument);
        return there != null ? there : LOOKUP.create(ctx, args, argument);
    }
}
