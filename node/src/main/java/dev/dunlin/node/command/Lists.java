// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.value.ListValue;
import org.jspecify.annotations.Nullable;

/// Looks up the lists that commands name, and ends changes to them.
///
/// Thread: the node's loop.
final class Lists {
    private Lists() {}

    /// {@return the list that a key holds, for reading, or null when there is no such key}
    ///
    /// @throws CommandException WRONGTYPE
    static @Nullable ListValue read(CommandContext ctx, Args args, int argument) {
        int ref = ctx.require(ctx.read(args, argument), ValueKind::isList);
        return ref == CommandContext.MISSING ? null : ctx.values().lists().open(ref);
    }

    /// {@return the list that a key holds, for changing, or null when there is no such key}
    ///
    /// @throws CommandException WRONGTYPE
    static @Nullable ListValue write(CommandContext ctx, Args args, int argument) {
        int ref = ctx.require(ctx.write(args, argument), ValueKind::isList);
        return ref == CommandContext.MISSING ? null : open(ctx, args, argument, ref);
    }

    /// {@return the list that was looked up, for changing}
    static ListValue open(CommandContext ctx, Args args, int argument, int ref) {
        return ctx.values()
                .lists()
                .open(ctx.database(), args.slot(argument), ref, args.hash(argument));
    }

    /// {@return the list that a key holds, for changing; one without elements yet when there was no such key}
    ///
    /// @throws CommandException WRONGTYPE
    static ListValue writeOrCreate(CommandContext ctx, Args args, int argument) {
        ListValue there = write(ctx, args, argument);
        return there != null
                ? there
                : ctx.values()
                        .lists()
                        .create(
                                ctx.database(),
                                args.slot(argument),
                                args.address(argument),
                                args.bytes(argument),
                                args.hash(argument),
                                Database.NO_EXPIRY);
    }

    /// Ends a change that took elements out: a list without elements is no list.
    static void removed(CommandContext ctx, Args args, int argument, ListValue list) {
        if (list.count() == 0) {
            ctx.delete(args, argument, list.ref());
        } else {
            list.shrink();
            ctx.changed(args, argument);
        }
    }
}
