// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.ListValue;
import java.util.Arrays;

/// LPOS: where in a list an element is.
///
/// Thread: the node's loop.
final class ListPosCommand {
    private static final RespError RANK_ZERO =
            RespError.of(
                    "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second"
                            + " ... or use negative to start from the end of the list");
    private static final RespError COUNT_NEGATIVE = RespError.of("ERR COUNT can't be negative");
    private static final RespError MAXLEN_NEGATIVE = RespError.of("ERR MAXLEN can't be negative");

    /// No COUNT was given: one position is wanted, and not as an array.
    private static final long ONE = -1;

    /// @param rank of the first match that counts, from the end when negative
    /// @param count of matches, 0 for all, or [#ONE]
    /// @param comparisons that may be made, 0 for all
    private record Options(long rank, long count, long comparisons) {
        static Options parse(Args args) {
            long rank = 1;
            long count = ONE;
            long comparisons = 0;
            for (int i = 3; i < args.count(); i += 2) {
                if (i + 1 == args.count()) {
                    throw new CommandException(RespError.SYNTAX);
                }
                if (args.is(i, "rank")) {
                    rank = rank(args, i + 1);
                } else if (args.is(i, "count")) {
                    count = notNegative(args, i + 1, COUNT_NEGATIVE);
                } else if (args.is(i, "maxlen")) {
                    comparisons = notNegative(args, i + 1, MAXLEN_NEGATIVE);
                } else {
                    throw new CommandException(RespError.SYNTAX);
                }
            }
            return new Options(rank, count, comparisons == 0 ? Long.MAX_VALUE : comparisons);
        }

        private static long rank(Args args, int argument) {
            long rank = args.longAt(argument);
            if (rank == Long.MIN_VALUE) {
                throw new CommandException(RespError.outOfRange(-Long.MAX_VALUE, Long.MAX_VALUE));
            }
            if (rank == 0) {
                throw new CommandException(RANK_ZERO);
            }
            return rank;
        }

        private static long notNegative(Args args, int argument, RespError error) {
            long value = args.longAt(argument, error);
            if (value < 0) {
                throw new CommandException(error);
            }
            return value;
        }

        boolean many() {
            return count != ONE;
        }

        long matchesMax() {
            return count == ONE ? 1 : count == 0 ? Long.MAX_VALUE : count;
        }
    }

    private ListPosCommand() {}

    static void lpos(CommandContext ctx, Args args, ReplyWriter reply) {
        Options options = Options.parse(args);
        ListValue list = Lists.read(ctx, args, 1);
        long[] found = list == null ? new long[0] : find(list, args, options);
        if (options.many()) {
            reply.array(found.length);
            for (long position : found) {
                reply.integer(position);
            }
        } else if (found.length == 0) {
            reply.nil();
        } else {
            reply.integer(found[0]);
        }
    }

    private static long[] find(ListValue list, Args args, Options options) {
        list.want(args.address(2), args.bytes(2));
        boolean left = options.rank > 0;
        long skip = Math.abs(options.rank) - 1;
        long[] found = new long[1];
        int matches = 0;
        long count = list.count();
        boolean there = list.seek(left ? 0 : -1);
        for (long i = 0; there && i < options.comparisons && matches < options.matchesMax(); i++) {
            if (list.isWanted() && skip-- <= 0) {
                if (matches == found.length) {
                    found = Arrays.copyOf(found, matches * 2);
                }
                found[matches++] = left ? i : count - 1 - i;
            }
            there = ListPops.step(list, left);
        }
        return Arrays.copyOf(found, matches);
    }
}
