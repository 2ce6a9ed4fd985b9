// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.SetMember;
import dev.dunlin.node.value.SetValue;
import java.util.List;

/// SINTER, SINTERSTORE, SINTERCARD: the members of the smallest set are looked for in the others, from the smaller to the larger.
///
/// Thread: handlers run on the node's loop and never block.
final class SetIntersectionCommands {
    /// `numkeys key ...`
    static final KeySpec NUMBERED =
            new KeySpec(
                    List.of("RO", "access"),
                    new KeySpec.Begin.Index(1),
                    new KeySpec.Find.KeyNumber(0, 1, 1));

    private static final RespError NUMBER_OF_KEYS =
            RespError.of("ERR numkeys should be greater than 0");
    private static final RespError TOO_MANY_KEYS =
            RespError.of("ERR Number of keys can't be greater than number of args");
    private static final RespError NEGATIVE_LIMIT = RespError.of("ERR LIMIT can't be negative");

    private SetIntersectionCommands() {}

    static void sinter(CommandContext ctx, Args args, ReplyWriter reply) {
        int[] refs = SetAlgebra.sources(ctx, args, 1, args.count() - 1);
        if (SetAlgebra.anyMissing(refs)) {
            reply.set(0);
            return;
        }
        SetValue smallest = smallest(ctx, refs);
        if (refs.length == 1) {
            SetCommands.replyAll(smallest, reply);
            return;
        }
        SetValue others = ctx.values().otherSets();
        var picked = new SetAlgebra.Picked(smallest);
        smallest.forEach(member -> {
            if (isInOthers(member, others, refs)) {
                picked.add(member);
            }
        });
        picked.reply(reply);
    }

    /// Sorts the sets and {@return the first}
    private static SetValue smallest(CommandContext ctx, int[] refs) {
        SetAlgebra.sortBySize(ctx, refs, 0, true);
        return ctx.values().sets().open(refs[0]);
    }

    private static boolean isInOthers(SetMember member, SetValue others, int[] refs) {
        for (int i = 1; i < refs.length; i++) {
            if (refs[i] != refs[0] && !others.open(refs[i]).contains(member)) {
                return false;
            }
        }
        return true;
    }

    static void sinterstore(CommandContext ctx, Args args, ReplyWriter reply) {
        int[] refs = SetAlgebra.sources(ctx, args, 2, args.count() - 2);
        if (SetAlgebra.anyMissing(refs)) {
            SetAlgebra.storeNothing(ctx, args, reply);
            return;
        }
        SetValue smallest = smallest(ctx, refs);
        SetValue others = ctx.values().otherSets();
        boolean integers = smallest.kind() == ValueKind.SET_INTSET;
        SetValue result =
                ctx.values()
                        .setDrafts()
                        .draft(integers ? ValueKind.SET_INTSET : ValueKind.SET_LISTPACK);
        smallest.forEach(member -> {
            if (isInOthers(member, others, refs)) {
                result.add(member);
            }
        });
        result.compactIntegers();
        SetAlgebra.store(ctx, args, result, reply);
    }

    static void sintercard(CommandContext ctx, Args args, ReplyWriter reply) {
        long keys = args.longAt(1, NUMBER_OF_KEYS);
        if (keys < 1) {
            throw new CommandException(NUMBER_OF_KEYS);
        }
        if (keys > args.count() - 2) {
            throw new CommandException(TOO_MANY_KEYS);
        }
        long limit = limit(args, 2 + (int) keys);
        int[] refs = SetAlgebra.sources(ctx, args, 2, (int) keys);
        if (SetAlgebra.anyMissing(refs)) {
            reply.integer(0);
            return;
        }
        SetValue smallest = smallest(ctx, refs);
        SetValue others = ctx.values().otherSets();
        long[] count = {0};
        SetValue.MemberVisitor counter =
                member -> {
                    if ((limit == 0 || count[0] < limit) && isInOthers(member, others, refs)) {
                        count[0]++;
                    }
                };
        if (limit == 0) {
            smallest.forEach(counter);
        } else {
            long cursor = 0;
            do {
                cursor = smallest.scan(cursor, counter);
            } while (cursor != 0 && count[0] < limit);
        }
        reply.integer(count[0]);
    }

    /// {@return LIMIT, 0 for none}
    private static long limit(Args args, int from) {
        long limit = 0;
        for (int i = from; i < args.count(); i += 2) {
            if (!args.is(i, "limit") || i + 1 == args.count()) {
                throw new CommandException(RespError.SYNTAX);
            }
            limit = args.longAt(i + 1, NEGATIVE_LIMIT);
            if (limit < 0) {
                throw new CommandException(NEGATIVE_LIMIT);
            }
        }
        return limit;
    }
}
