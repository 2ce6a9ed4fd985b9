// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.DoubleParser;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.SortedSetValue;
import org.jspecify.annotations.Nullable;

/// ZADD and ZINCRBY: `ZADD key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]`.
final class ZaddCommand {
    private static final RespError NX_WITH_XX =
            RespError.of("ERR XX and NX options at the same time are not compatible");
    private static final RespError GT_LT_NX =
            RespError.of("ERR GT, LT, and/or NX options at the same time are not compatible");
    private static final RespError INCR_OF_MANY =
            RespError.of("ERR INCR option supports a single increment-element pair");
    private static final RespError NOT_A_NUMBER =
            RespError.of("ERR resulting score is not a number (NaN)");

    private static final int NX = 1;
    private static final int XX = 1 << 1;
    private static final int GT = 1 << 2;
    private static final int LT = 1 << 3;
    private static final int CHANGED = 1 << 4;
    private static final int INCREMENT = 1 << 5;

    // What became of an element.

    private static final int LEFT_ALONE = 0;
    private static final int SAME = 1;
    private static final int UPDATED = 2;
    private static final int ADDED = 3;

    private ZaddCommand() {}

    static void zadd(CommandContext ctx, Args args, ReplyWriter reply) {
        run(ctx, args, 0, reply);
    }

    static void zincrby(CommandContext ctx, Args args, ReplyWriter reply) {
        run(ctx, args, INCREMENT, reply);
    }

    private static void run(CommandContext ctx, Args args, int initial, ReplyWriter reply) {
        int options = initial;
        int first = 2;
        for (int option = option(args, first); option != 0; option = option(args, first)) {
            options |= option;
            first++;
        }
        check(args, options, first);
        for (int i = first; i < args.count(); i += 2) {
            if (Double.isNaN(score(args, i))) {
                throw new CommandException(RespError.NOT_A_FLOAT);
            }
        }
        SortedSetValue set = SortedSets.write(ctx, args, 1);
        boolean increments = (options & INCREMENT) != 0;
        if (set == null && (options & XX) != 0) {
            if (increments) {
                reply.nil();
            } else {
                reply.integer(0);
            }
            return;
        }
        if (increments) {
            increment(ctx, args, set, first, options, reply);
        } else {
            addAll(ctx, args, set, first, options, reply);
        }
    }

    /// Adds members with geohashes for scores, as GEOADD: the options of its arguments, then longitude, latitude and member of each.
    static void addPlaces(
            CommandContext ctx, Args args, int first, double[] scores, ReplyWriter reply) {
        int options = 0;
        for (int i = 2; i < first; i++) {
            options |= option(args, i);
        }
        SortedSetValue there = SortedSets.write(ctx, args, 1);
        if (there == null && (options & XX) != 0) {
            reply.integer(0);
            return;
        }
        SortedSetValue set = there != null ? there : SortedSets.create(ctx, args, 1);
        int added = 0;
        int updated = 0;
        for (int i = 0; i < scores.length; i++) {
            int outcome = put(set, args, first + 3 * i + 2, scores[i], options);
            added += outcome == ADDED ? 1 : 0;
            updated += outcome == UPDATED ? 1 : 0;
        }
        if (added + updated > 0) {
            ctx.changed(args, 1, added + updated);
        }
        reply.integer((options & CHANGED) != 0 ? added + updated : added);
    }

    private static int option(Args args, int argument) {
        if (argument >= args.count() || args.bytes(argument) > 4) {
            return 0;
        }
        if (args.is(argument, "nx")) {
            return NX;
        }
        if (args.is(argument, "xx")) {
            return XX;
        }
        if (args.is(argument, "gt")) {
            return GT;
        }
        if (args.is(argument, "lt")) {
            return LT;
        }
        if (args.is(argument, "ch")) {
            return CHANGED;
        }
        return args.is(argument, "incr") ? INCREMENT : 0;
    }

    private static void check(Args args, int options, int first) {
        int words = args.count() - first;
        if (words <= 0 || words % 2 != 0) {
            throw new CommandException(RespError.SYNTAX);
        }
        if ((options & (NX | XX)) == (NX | XX)) {
            throw new CommandException(NX_WITH_XX);
        }
        if (Integer.bitCount(options & (NX | GT | LT)) > 1) {
            throw new CommandException(GT_LT_NX);
        }
        if ((options & INCREMENT) != 0 && words > 2) {
            throw new CommandException(INCR_OF_MANY);
        }
    }

    private static double score(Args args, int argument) {
        return DoubleParser.parse(args.address(argument), args.bytes(argument));
    }

    private static void addAll(
            CommandContext ctx,
            Args args,
            @Nullable SortedSetValue there,
            int first,
            int options,
            ReplyWriter reply) {
        SortedSetValue set = there != null ? there : SortedSets.create(ctx, args, 1);
        int added = 0;
        int updated = 0;
        for (int i = first; i < args.count(); i += 2) {
            int outcome = put(set, args, i + 1, score(args, i), options);
            added += outcome == ADDED ? 1 : 0;
            updated += outcome == UPDATED ? 1 : 0;
        }
        if (added + updated > 0) {
            ctx.changed(args, 1, added + updated);
        }
        reply.integer((options & CHANGED) != 0 ? added + updated : added);
    }

    private static void increment(
            CommandContext ctx,
            Args args,
            @Nullable SortedSetValue there,
            int first,
            int options,
            ReplyWriter reply) {
        double sum = score(args, first);
        if (there != null
                && (options & NX) == 0
                && there.find(args.address(first + 1), args.bytes(first + 1))) {
            sum += there.score();
            if (Double.isNaN(sum)) {
                throw new CommandException(NOT_A_NUMBER);
            }
        }
        SortedSetValue set = there != null ? there : SortedSets.create(ctx, args, 1);
        int outcome = put(set, args, first + 1, sum, options);
        if (outcome == ADDED || outcome == UPDATED) {
            ctx.changed(args, 1);
        }
        if (outcome == LEFT_ALONE) {
            reply.nil();
        } else {
            reply.score(sum);
        }
    }

    private static int put(SortedSetValue set, Args args, int argument, double score, int options) {
        long member = args.address(argument);
        int bytes = args.bytes(argument);
        if (!set.find(member, bytes)) {
            if ((options & XX) != 0) {
                return LEFT_ALONE;
            }
            set.put(member, bytes, score);
            return ADDED;
        }
        double old = set.score();
        if ((options & NX) != 0
                || ((options & LT) != 0 && score >= old)
                || ((options & GT) != 0 && score <= old)) {
            return LEFT_ALONE;
        }
        if (score == old) {
            return SAME;
        }
        set.put(member, bytes, score);
        return UPDATED;
    }
}
