// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.value.ListValue;
import dev.dunlin.node.value.Values;
import org.jspecify.annotations.Nullable;

/// Looks up the lists that commands name, and ends changes to them.
///
/// Thread: the node's loop.
final class Lists {
    private static final Lookup<ListValue> LOOKUP = new Lookup<>(ValueKind::isList, Values::lists);

    private Lists() {}

    /// {@return as [Lookup#read]}
    static @Nullable ListValue read(CommandContext ctx, Args args, int argument) {
        return LOOKUP.read(ctx, args, argument);
    }

    /// {@return as [Lookup#write]}
    static @Nullable ListValue write(CommandContext ctx, Args args, int argument) {
        return LOOKUP.write(ctx, args, argument);
    }

    /// {@return as [Lookup#open]}
    static ListValue open(CommandContext ctx, Args args, int argument, int ref) {
        return LOOKUP.open(ctx, args, argument, ref);
    }

    /// {@return as [Lookup#create]}
    static ListValue create(CommandContext ctx, Args args, int argument) {
        return LOOKUP.create(ctx, args, argument);
    }

    /// {@return the list that a key holds, for changing; one without elements yet when there was no such key}
    ///
    /// @throws CommandException WRONGTYPE
    static ListValue writeOrCreate(CommandContext ctx, Args args, int argument) {
        ListValue there = write(ctx, args, argument);
        return there != null ? there : create(ctx, args, argument);
    }

    /// Ends a change that took so many elements out: a list without elements is no list.
    static void removed(
            CommandContext ctx, Args args, int argument, ListValue list, long elements) {
        if (list.count() == 0) {
            ctx.delete(args, argument, list.ref(), elements);
        } else {
            list.shrink();
            ctx.changed(args, argument, elements);
        }
    }
}
