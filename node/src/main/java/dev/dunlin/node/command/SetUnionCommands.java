// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.keyspace.ValueKind;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.value.SetValue;
import java.util.Arrays;

/// SUNION and SUNIONSTORE: all members are put into one set.
///
/// Thread: handlers run on the node's loop and never block.
final class SetUnionCommands {
    private SetUnionCommands() {}

    static void sunion(CommandContext ctx, Args args, ReplyWriter reply) {
        int[] refs = distinct(SetAlgebra.sources(ctx, args, 1, args.count() - 1));
        SetValue set = ctx.values().sets();
        if (refs.length <= 1) {
            SetCommands.replyAll(refs.length == 0 ? null : set.open(refs[0]), reply);
            return;
        }
        boolean integers =
                Arrays.stream(refs).allMatch(ref -> set.open(ref).kind() == ValueKind.SET_INTSET);
        // Nobody is going to keep it, so it need not be small.
        SetValue result =
                ctx.values()
                        .setDrafts()
                        .draft(integers ? ValueKind.SET_INTSET : ValueKind.SET_TABLE);
        addAll(set, refs, result);
        SetAlgebra.reply(result, reply);
    }

    static void sunionstore(CommandContext ctx, Args args, ReplyWriter reply) {
        int[] refs = distinct(SetAlgebra.sources(ctx, args, 2, args.count() - 2));
        SetValue result = ctx.values().setDrafts().draft(ValueKind.SET_INTSET);
        addAll(ctx.values().sets(), refs, result);
        SetAlgebra.store(ctx, args, result, reply);
    }

    private static int[] distinct(int[] refs) {
        return Arrays.stream(refs)
                .filter(ref -> ref != CommandContext.MISSING)
                .distinct()
                .toArray();
    }

    private static void addAll(SetValue set, int[] refs, SetValue result) {
        for (int ref : refs) {
            set.open(ref).forEach(result::add);
        }
    }
}
