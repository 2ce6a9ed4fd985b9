// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.value.SortedSetBuilder;
import dev.dunlin.node.value.SortedSetValue;
import org.jspecify.annotations.Nullable;

/// Looks up the sorted sets that commands name.
///
/// Thread: the node's loop.
final class SortedSets {
    private SortedSets() {}

    /// {@return the sorted set that a key holds, for reading, or null when there is no such key}
    ///
    /// @throws CommandException WRONGTYPE
    static @Nullable SortedSetValue read(CommandContext ctx, Args args, int argument) {
        int ref = ctx.require(ctx.read(args, argument), ValueKind::isSortedSet);
        return ref == CommandContext.MISSING ? null : ctx.values().sortedSets().open(ref);
    }

    /// {@return the sorted set that a key holds, for changing, or null when there is no such key}
    ///
    /// @throws CommandException WRONGTYPE
    static @Nullable SortedSetValue write(CommandContext ctx, Args args, int argument) {
        int ref = ctx.require(ctx.write(args, argument), ValueKind::isSortedSet);
        return ref == CommandContext.MISSING
                ? null
                : ctx.values()
                        .sortedSets()
                        .open(ctx.database(), args.slot(argument), ref, args.hash(argument));
    }

    /// Adds a sorted set without elements yet under a key that is not there.
    static SortedSetValue create(CommandContext ctx, Args args, int argument) {
        return ctx.values()
                .sortedSets()
                .create(
                        ctx.database(),
                        args.slot(argument),
                        args.address(argument),
                        args.bytes(argument),
                        args.hash(argument),
                        Database.NO_EXPIRY);
    }

    /// Notes that elements were removed; a set that has none any more is deleted.
    static void removed(CommandContext ctx, Args args, int argument, SortedSetValue set) {
        if (set.count() == 0) {
            ctx.delete(args, argument, set.ref());
        } else {
            ctx.changed(args, argument);
        }
    }

    /// Makes a result the value of a key, whatever the key held; no elements, no key.
    ///
    /// @return how many elements there are
    static int store(CommandContext ctx, Args args, int argument, SortedSetBuilder result) {
        int count = result.count();
        if (count == 0) {
            result.discard();
            ctx.deleteTarget(args, argument);
            return 0;
        }
        int old = ctx.write(args, argument);
        if (old != CommandContext.MISSING) {
            ctx.database().delete(args.slot(argument), old, args.hash(argument));
        }
        result.store(
                ctx.values().sortedSets(),
                ctx.database(),
                args.slot(argument),
                args.address(argument),
                args.bytes(argument),
                args.hash(argument));
        ctx.changed(args, argument);
        return count;
    }

    /// The header of a list of elements: pairs in RESP3, one flat array in RESP2.
    static void header(ReplyWriter reply, long elements, boolean withScores) {
        reply.array(withScores && !reply.resp3() ? elements * 2 : elements);
    }

    /// An element of such a list.
    static void element(ReplyWriter reply, SortedSetValue element, boolean withScores) {
        if (withScores && reply.resp3()) {
            reply.array(2);
        }
        reply.bulk(element.memberAddress(), element.memberBytes());
        if (withScores) {
            reply.score(element.score());
        }
    }
}
