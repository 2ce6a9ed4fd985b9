// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.SortedSetValue;

/// ZRANDMEMBER: `ZRANDMEMBER key [count [WITHSCORES]]`.
final class SortedSetRandomCommand {
    /// Elements that a negative count may ask for. Redis sets no bound and runs out of memory.
    private static final long REPEATED_MAX = 1L << 24;

    private SortedSetRandomCommand() {}

    static void zrandmember(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() == 2) {
            SortedSetValue set = SortedSets.read(ctx, args, 1);
            if (set == null) {
                reply.nil();
                return;
            }
            set.random(ctx.random());
            reply.bulk(set.memberAddress(), set.memberBytes());
            return;
        }
        long count = args.longAt(2);
        if (count == Long.MIN_VALUE) {
            throw new CommandException(RespError.outOfRange(-Long.MAX_VALUE, Long.MAX_VALUE));
        }
        if (args.count() > 4 || (args.count() == 4 && !args.is(3, "withscores"))) {
            throw new CommandException(RespError.SYNTAX);
        }
        boolean withScores = args.count() == 4;
        if (withScores && Math.abs(count) > Long.MAX_VALUE / 2) {
            throw new CommandException(RespError.VALUE_OUT_OF_RANGE);
        }
        SortedSetValue set = SortedSets.read(ctx, args, 1);
        if (set == null || count == 0) {
            reply.array(0);
        } else if (count < 0) {
            repeated(ctx, set, -count, withScores, reply);
        } else if (count >= set.count()) {
            SortedSets.header(reply, set.count(), withScores);
            set.forEach(element -> SortedSets.element(reply, element, withScores));
        } else {
            SortedSets.header(reply, count, withScores);
            set.forEachRandom(
                    (int) count,
                    ctx.random(),
                    element -> SortedSets.element(reply, element, withScores));
        }
    }

    private static void repeated(
            CommandContext ctx,
            SortedSetValue set,
            long count,
            boolean withScores,
            ReplyWriter reply) {
        if (count > REPEATED_MAX) {
            throw new CommandException(RespError.VALUE_OUT_OF_RANGE);
        }
        SortedSets.header(reply, count, withScores);
        for (long i = 0; i < count; i++) {
            set.random(ctx.random());
            SortedSets.element(reply, set, withScores);
        }
    }
}
