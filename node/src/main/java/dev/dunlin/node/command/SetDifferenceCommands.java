// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.value.SetMember;
import dev.dunlin.node.value.SetValue;

/// SDIFF and SDIFFSTORE: the members of the first set that no other has.
///
/// There are two ways, and as in Redis the cheaper one is taken. Each member of the first set is looked for in the others, until one has it;
/// that is good when the first set is small, or many members are in the others as well. Or all members are put into one set, and those of
/// the others are taken out of it; that is good when the others are small.
///
/// Thread: handlers run on the node's loop and never block.
final class SetDifferenceCommands {
    private SetDifferenceCommands() {}

    static void sdiff(CommandContext ctx, Args args, ReplyWriter reply) {
        int[] refs = SetAlgebra.sources(ctx, args, 1, args.count() - 1);
        if (isEmpty(refs)) {
            reply.set(0);
            return;
        }
        SetValue first = ctx.values().sets();
        if (isLookingCheaper(ctx, refs)) {
            SetAlgebra.sortBySize(ctx, refs, 1, false);
            SetValue others = ctx.values().otherSets();
            var picked = new SetAlgebra.Picked(first.open(refs[0]));
            first.forEach(member -> {
                if (!isInAny(member, others, refs)) {
                    picked.add(member);
                }
            });
            picked.reply(reply);
            return;
        }
        boolean integers = first.open(refs[0]).kind() == ValueKind.SET_INTSET;
        SetValue result =
                ctx.values()
                        .setDrafts()
                        .draft(integers ? ValueKind.SET_INTSET : ValueKind.SET_TABLE);
        takeOut(first, refs, result);
        SetAlgebra.reply(result, reply);
    }

    static void sdiffstore(CommandContext ctx, Args args, ReplyWriter reply) {
        int[] refs = SetAlgebra.sources(ctx, args, 2, args.count() - 2);
        if (isEmpty(refs)) {
            SetAlgebra.storeNothing(ctx, args, reply);
            return;
        }
        SetValue first = ctx.values().sets();
        SetValue result = ctx.values().setDrafts().draft(ValueKind.SET_INTSET);
        if (isLookingCheaper(ctx, refs)) {
            SetAlgebra.sortBySize(ctx, refs, 1, false);
            SetValue others = ctx.values().otherSets();
            first.open(refs[0])
                    .forEach(member -> {
                        if (!isInAny(member, others, refs)) {
                            result.add(member);
                        }
                    });
        } else {
            takeOut(first, refs, result);
        }
        SetAlgebra.store(ctx, args, result, reply);
    }

    /// {@return whether nothing can be left}
    private static boolean isEmpty(int[] refs) {
        boolean empty = refs[0] == CommandContext.MISSING;
        for (int i = 1; i < refs.length; i++) {
            empty |= refs[i] == refs[0];
        }
        return empty;
    }

    private static boolean isLookingCheaper(CommandContext ctx, int[] refs) {
        SetValue set = ctx.values().otherSets();
        long ofFirst = set.open(refs[0]).count();
        long looking = 0;
        long takingOut = 0;
        for (int ref : refs) {
            if (ref != CommandContext.MISSING) {
                looking += ofFirst;
                takingOut += set.open(ref).count();
            }
        }
        // Looking ends with the first hit and copies less.
        return looking / 2 <= takingOut;
    }

    private static boolean isInAny(SetMember member, SetValue others, int[] refs) {
        for (int i = 1; i < refs.length; i++) {
            if (refs[i] != CommandContext.MISSING && others.open(refs[i]).contains(member)) {
                return true;
            }
        }
        return false;
    }

    private static void takeOut(SetValue set, int[] refs, SetValue result) {
        set.open(refs[0]).forEach(result::add);
        for (int i = 1; i < refs.length && result.count() > 0; i++) {
            if (refs[i] != CommandContext.MISSING) {
                set.open(refs[i]).forEach(result::remove);
            }
        }
    }
}
