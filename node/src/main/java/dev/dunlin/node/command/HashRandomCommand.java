// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.HashValue;

/// HRANDFIELD: `HRANDFIELD key [count [WITHVALUES]]`.
final class HashRandomCommand {
    /// Pairs that a negative count may ask for. Redis sets no bound and runs out of memory.
    private static final long REPEATED_MAX = 1L << 24;

    private HashRandomCommand() {}

    static void hrandfield(CommandContext ctx, Args args, ReplyWriter reply) {
        if (args.count() == 2) {
            HashValue hash = Hashes.read(ctx, args, 1);
            if (hash == null || !hash.random(ctx.random())) {
                reply.nil();
                return;
            }
            reply.bulk(hash.fieldAddress(), hash.fieldBytes());
            return;
        }
        long count = args.longAt(2);
        if (count == Long.MIN_VALUE) {
            throw new CommandException(RespError.outOfRange(-Long.MAX_VALUE, Long.MAX_VALUE));
        }
        if (args.count() > 4 || (args.count() == 4 && !args.is(3, "withvalues"))) {
            throw new CommandException(RespError.SYNTAX);
        }
        boolean withValues = args.count() == 4;
        if (withValues && Math.abs(count) > Long.MAX_VALUE / 2) {
            throw new CommandException(RespError.VALUE_OUT_OF_RANGE);
        }
        HashValue hash = Hashes.read(ctx, args, 1);
        int shown = hash == null ? 0 : hash.shownCount();
        if (hash == null || count == 0 || shown == 0) {
            reply.array(0);
        } else if (count < 0) {
            repeated(ctx, hash, -count, withValues, reply);
        } else if (count >= shown) {
            header(shown, withValues, reply);
            hash.forEach(pair -> replyPair(pair, withValues, reply));
        } else {
            header(count, withValues, reply);
            hash.forEachRandom(
                    (int) count, ctx.random(), pair -> replyPair(pair, withValues, reply));
        }
    }

    private static void repeated(
            CommandContext ctx, HashValue hash, long count, boolean withValues, ReplyWriter reply) {
        if (count > REPEATED_MAX) {
            throw new CommandException(RespError.VALUE_OUT_OF_RANGE);
        }
        header(count, withValues, reply);
        for (long i = 0; i < count; i++) {
            hash.random(ctx.random());
            replyPair(hash, withValues, reply);
        }
    }

    private static void header(long pairs, boolean withValues, ReplyWriter reply) {
        reply.array(withValues && !reply.resp3() ? pairs * 2 : pairs);
    }

    private static void replyPair(HashValue pair, boolean withValues, ReplyWriter reply) {
        if (!withValues) {
            reply.bulk(pair.fieldAddress(), pair.fieldBytes());
            return;
        }
        if (reply.resp3()) {
            reply.array(2);
        }
        HashCommands.replyPair(pair, reply);
    }
}
