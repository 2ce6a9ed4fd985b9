// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.value.SortedSetBuilder;
import dev.dunlin.node.value.SortedSetValue;
import dev.dunlin.node.value.Values;
import org.jspecify.annotations.Nullable;

/// Looks up the sorted sets that commands name.
///
/// Thread: the node's loop.
final class SortedSets {
    private static final Lookup<SortedSetValue> LOOKUP =
            new Lookup<>(ValueKind::isSortedSet, Values::sortedSets);

    private SortedSets() {}

    /// {@return as [Lookup#read]}
    static @Nullable SortedSetValue read(CommandContext ctx, Args args, int argument) {
        return LOOKUP.read(ctx, args, argument);
    }

    /// {@return as [Lookup#write]}
    static @Nullable SortedSetValue write(CommandContext ctx, Args args, int argument) {
        return LOOKUP.write(ctx, args, argument);
    }

    /// {@return as [Lookup#create]}
    static SortedSetValue create(CommandContext ctx, Args args, int argument) {
        return LOOKUP.create(ctx, args, argument);
    }

    /// Notes that so many elements were removed; a set that has none any more is deleted.
    static void removed(
            CommandContext ctx, Args args, int argument, SortedSetValue set, long elements) {
        if (set.count() == 0) {
            ctx.delete(args, argument, set.ref(), elements);
        } else {
            ctx.changed(args, argument, elements);
        }
    }

    /// Makes a result the value of a key, whatever the key held; no elements, no key.
    ///
    /// @param changes that it counts for
    /// @return how many elements there are
    static int store(
            CommandContext ctx, Args args, int argument, SortedSetBuilder result, long changes) {
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
        ctx.changed(args, argument, changes);
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
