// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.SortedSetValue;

/// ZPOPMIN, ZPOPMAX and ZMPOP: taking elements away from one end.
///
/// Thread: handlers run on the node's loop and never block.
final class SortedSetPopCommands {
    static final RespError NO_KEYS = RespError.of("ERR numkeys should be greater than 0");
    static final RespError NO_COUNT = RespError.of("ERR count should be greater than 0");

    private static final byte[] ZPOPMIN = "ZPOPMIN".getBytes(UTF_8);
    private static final byte[] ZPOPMAX = "ZPOPMAX".getBytes(UTF_8);

    private SortedSetPopCommands() {}

    static void zpopmin(CommandContext ctx, Args args, ReplyWriter reply) {
        popOne(ctx, args, false, reply);
    }

    static void zpopmax(CommandContext ctx, Args args, ReplyWriter reply) {
        popOne(ctx, args, true, reply);
    }

    private static void popOne(CommandContext ctx, Args args, boolean max, ReplyWriter reply) {
        if (args.count() > 3) {
            throw new CommandException(RespError.SYNTAX);
        }
        boolean counted = args.count() == 3;
        long count = counted ? args.longAt(2, RespError.POSITIVE_RANGE) : 1;
        if (count < 0) {
            throw new CommandException(RespError.POSITIVE_RANGE);
        }
        SortedSetValue set = SortedSets.write(ctx, args, 1);
        if (set == null || count == 0) {
            reply.array(0);
            return;
        }
        int popped = (int) Math.min(count, set.count());
        // Without a count even RESP3 gets one flat array.
        boolean nested = counted && reply.resp3();
        reply.array(nested ? popped : popped * 2L);
        pop(ctx, args, 1, set, max, popped, nested, reply);
    }

    static void zmpop(CommandContext ctx, Args args, ReplyWriter reply) {
        Request request = Request.parse(args, 1);
        SortedSetValue set = null;
        int key = request.firstKey;
        for (; set == null && key < request.firstKey + request.keys; key++) {
            set = SortedSets.write(ctx, args, key);
        }
        if (set == null) {
            reply.nilArray();
            return;
        }
        popMany(ctx, args, key - 1, set, request.max, request.count, reply);
    }

    /// Answers as ZMPOP does: the key, and elements from one end of its set.
    ///
    /// @param key argument of the key that holds the set
    static void popMany(
            CommandContext ctx,
            Args args,
            int key,
            SortedSetValue set,
            boolean max,
            long count,
            ReplyWriter reply) {
        int popped = (int) Math.min(count, set.count());
        reply.array(2);
        reply.bulk(args.address(key), args.bytes(key));
        reply.array(popped);
        pop(ctx, args, key, set, max, popped, true, reply);
        if (ctx.effects().listening()) {
            ctx.effects()
                    .instead(
                            max ? ZPOPMAX : ZPOPMIN,
                            args.copy(key),
                            Integer.toString(popped).getBytes(UTF_8));
        }
    }

    /// Takes `popped` elements, of which the set has as many, away from one end, and replies with them.
    ///
    /// @param nested whether each is an array of its own
    static void pop(
            CommandContext ctx,
            Args args,
            int key,
            SortedSetValue set,
            boolean max,
            int popped,
            boolean nested,
            ReplyWriter reply) {
        int size = set.count();
        set.forEach(
                max ? size - 1 : 0,
                popped,
                max,
                element -> {
                    if (nested) {
                        reply.array(2);
                    }
                    reply.bulk(element.memberAddress(), element.memberBytes());
                    reply.score(element.score());
                });
        if (popped == size) {
            ctx.delete(args, key, set.ref(), popped);
        } else {
            set.removeRange(max ? size - popped : 0, popped);
            ctx.changed(args, key, popped);
        }
    }

    /// What ZMPOP asks for: `numkeys key [key ...] MIN | MAX [COUNT count]`.
    record Request(int firstKey, int keys, boolean max, long count) {
        /// What is wrong with options that are not just COUNT: Redis reads them one after the other.
        private static RespError countError(Args args, int first) {
            if (args.is(first, "count") && first + 1 < args.count()) {
                long count = args.longAt(first + 1, NO_COUNT);
                if (count < 1) {
                    return NO_COUNT;
                }
            }
            return RespError.SYNTAX;
        }

        /// @param numkeys argument that says how many keys there are
        static Request parse(Args args, int numkeys) {
            long keys = args.longAt(numkeys, NO_KEYS);
            if (keys < 1) {
                throw new CommandException(NO_KEYS);
            }
            if (keys >= args.count() - numkeys - 1) {
                throw new CommandException(RespError.SYNTAX);
            }
            int where = numkeys + 1 + (int) keys;
            boolean max = args.is(where, "max");
            if (!max && !args.is(where, "min")) {
                throw new CommandException(RespError.SYNTAX);
            }
            long count = 1;
            int options = args.count() - where - 1;
            if (options != 0) {
                if (options != 2 || !args.is(where + 1, "count")) {
                    throw new CommandException(countError(args, where + 1));
                }
                count = args.longAt(where + 2, NO_COUNT);
                if (count < 1) {
                    throw new CommandException(NO_COUNT);
                }
            }
            return new Request(numkeys + 1, (int) keys, max, count);
        }
    }
}
