// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.SortedSetBuilder;
import dev.dunlin.node.value.SortedSetValue;
import org.jspecify.annotations.Nullable;

/// Ranges of sorted sets, by rank, score or member: read, counted, stored and removed.
///
/// Whatever a range is given by, it becomes two ranks first, which takes logarithmic time; so a range is counted without being walked.
///
/// Thread: handlers run on the node's loop and never block.
final class SortedSetRangeCommands {
    private static final RespError LIMIT_BY_RANK =
            RespError.of(
                    "ERR syntax error, LIMIT is only supported in combination with either BYSCORE or"
                            + " BYLEX");
    private static final RespError SCORES_BY_LEX =
            RespError.of("ERR syntax error, WITHSCORES not supported in combination with BYLEX");

    private SortedSetRangeCommands() {}

    /// By what a range is given.
    private enum By {
        ANY,
        RANK,
        SCORE,
        LEX
    }

    /// A range as it was asked for.
    ///
    /// @param limit elements at most, negative for all
    private record Request(
            By by,
            boolean backwards,
            boolean withScores,
            long offset,
            long limit,
            int minArgument,
            int maxArgument) {

        /// Reads the options behind a range.
        ///
        /// @param first argument of the range
        /// @param by what the command's name says, [By#ANY] when options may say it
        /// @param reversed likewise; null when an option may say it
        static Request parse(
                Args args, int first, By by, @Nullable Boolean reversed, boolean stores) {
            By chosen = by;
            Boolean backwards = reversed;
            boolean withScores = false;
            long offset = 0;
            long limit = -1;
            for (int i = first + 2; i < args.count(); i++) {
                if (!stores && args.is(i, "withscores")) {
                    withScores = true;
                } else if (args.is(i, "limit") && i + 2 < args.count()) {
                    offset = args.longAt(i + 1);
                    limit = args.longAt(i + 2);
                    i += 2;
                } else if (backwards == null && args.is(i, "rev")) {
                    backwards = true;
                } else if (chosen == By.ANY && args.is(i, "bylex")) {
                    chosen = By.LEX;
                } else if (chosen == By.ANY && args.is(i, "byscore")) {
                    chosen = By.SCORE;
                } else {
                    throw new CommandException(RespError.SYNTAX);
                }
            }
            if (chosen == By.ANY) {
                chosen = By.RANK;
            }
            if (limit != -1 && chosen == By.RANK) {
                throw new CommandException(LIMIT_BY_RANK);
            }
            if (withScores && chosen == By.LEX) {
                throw new CommandException(SCORES_BY_LEX);
            }
            boolean back = backwards != null && backwards;
            boolean swapped = back && chosen != By.RANK;
            return new Request(
                    chosen,
                    back,
                    withScores,
                    offset,
                    limit,
                    swapped ? first + 1 : first,
                    swapped ? first : first + 1);
        }

        boolean isOfRanks() {
            return by == By.RANK;
        }
    }

    static void zrange(CommandContext ctx, Args args, ReplyWriter reply) {
        range(ctx, args, Request.parse(args, 2, By.ANY, null, false), reply);
    }

    static void zrevrange(CommandContext ctx, Args args, ReplyWriter reply) {
        range(ctx, args, Request.parse(args, 2, By.RANK, true, false), reply);
    }

    static void zrangebyscore(CommandContext ctx, Args args, ReplyWriter reply) {
        range(ctx, args, Request.parse(args, 2, By.SCORE, false, false), reply);
    }

    static void zrevrangebyscore(CommandContext ctx, Args args, ReplyWriter reply) {
        range(ctx, args, Request.parse(args, 2, By.SCORE, true, false), reply);
    }

    static void zrangebylex(CommandContext ctx, Args args, ReplyWriter reply) {
        range(ctx, args, Request.parse(args, 2, By.LEX, false, false), reply);
    }

    static void zrevrangebylex(CommandContext ctx, Args args, ReplyWriter reply) {
        range(ctx, args, Request.parse(args, 2, By.LEX, true, false), reply);
    }

    private static void range(CommandContext ctx, Args args, Request request, ReplyWriter reply) {
        Ranks ranks = Ranks.parse(args, request.by, request.minArgument, request.maxArgument);
        SortedSetValue set = SortedSets.read(ctx, args, 1);
        if (set == null) {
            reply.array(0);
            return;
        }
        ranks.find(set, request.backwards);
        ranks.limit(request);
        SortedSets.header(reply, ranks.count, request.withScores);
        set.forEach(
                ranks.first,
                ranks.count,
                request.backwards,
                element -> SortedSets.element(reply, element, request.withScores));
    }

    static void zrangestore(CommandContext ctx, Args args, ReplyWriter reply) {
        Request request = Request.parse(args, 3, By.ANY, null, true);
        Ranks ranks = Ranks.parse(args, request.by, request.minArgument, request.maxArgument);
        SortedSetValue set = SortedSets.read(ctx, args, 2);
        var result = new SortedSetBuilder(ctx.keyspace());
        if (set != null) {
            ranks.find(set, request.backwards);
            ranks.limit(request);
            SortedSetValue limits = ctx.values().sortedSets();
            // A range of ranks tells beforehand that there will be too many for a small set.
            if (!request.isOfRanks() || limits.packs(ranks.count, 0)) {
                result.beginSmall(limits);
            }
            set.forEach(
                    ranks.first,
                    ranks.count,
                    request.backwards,
                    element ->
                            result.add(
                                    element.memberAddress(),
                                    element.memberBytes(),
                                    element.score()));
        }
        reply.integer(SortedSets.store(ctx, args, 1, result, 1));
    }

    static void zcount(CommandContext ctx, Args args, ReplyWriter reply) {
        count(ctx, args, By.SCORE, reply);
    }

    static void zlexcount(CommandContext ctx, Args args, ReplyWriter reply) {
        count(ctx, args, By.LEX, reply);
    }

    private static void count(CommandContext ctx, Args args, By by, ReplyWriter reply) {
        Ranks ranks = Ranks.parse(args, by, 2, 3);
        SortedSetValue set = SortedSets.read(ctx, args, 1);
        if (set != null) {
            ranks.find(set, false);
        }
        reply.integer(ranks.count);
    }

    static void zremrangebyrank(CommandContext ctx, Args args, ReplyWriter reply) {
        remove(ctx, args, By.RANK, reply);
    }

    static void zremrangebyscore(CommandContext ctx, Args args, ReplyWriter reply) {
        remove(ctx, args, By.SCORE, reply);
    }

    static void zremrangebylex(CommandContext ctx, Args args, ReplyWriter reply) {
        remove(ctx, args, By.LEX, reply);
    }

    private static void remove(CommandContext ctx, Args args, By by, ReplyWriter reply) {
        Ranks ranks = Ranks.parse(args, by, 2, 3);
        SortedSetValue set = SortedSets.write(ctx, args, 1);
        if (set != null) {
            ranks.find(set, false);
            if (ranks.count > 0) {
                if (ranks.count == set.count()) {
                    // Elements of a large set are then freed in slices.
                    ctx.delete(args, 1, set.ref(), ranks.count);
                } else {
                    set.removeRange(ranks.first, ranks.count);
                    ctx.changed(args, 1, ranks.count);
                }
            }
        }
        reply.integer(ranks.count);
    }

    /// The ranks that a range is, once a set is known.
    private static final class Ranks {
        private final By by;
        private long start;
        private long stop;
        private @Nullable ScoreBound minScore;
        private @Nullable ScoreBound maxScore;
        private @Nullable LexBound minMember;
        private @Nullable LexBound maxMember;

        /// Rank of the element to begin with, and how many there are.
        private int first;

        private int count;

        private Ranks(By by) {
            this.by = by;
        }

        static Ranks parse(Args args, By by, int min, int max) {
            var ranks = new Ranks(by);
            switch (by) {
                case ANY, RANK -> {
                    ranks.start = args.longAt(min);
                    ranks.stop = args.longAt(max);
                }
                case SCORE -> {
                    ranks.minScore = ScoreBound.parse(args, min);
                    ranks.maxScore = ScoreBound.parse(args, max);
                }
                case LEX -> {
                    ranks.minMember = LexBound.parse(args, min);
                    ranks.maxMember = LexBound.parse(args, max);
                }
            }
            return ranks;
        }

        void find(SortedSetValue set, boolean backwards) {
            int size = set.count();
            long from;
            long to;
            if (minScore != null && maxScore != null) {
                from = minScore.asMin(set);
                to = maxScore.asMax(set);
            } else if (minMember != null && maxMember != null) {
                from = minMember.asMin(set);
                to = maxMember.asMax(set);
            } else {
                from = Math.max(0, start < 0 ? start + size : start);
                to = Math.min(size - 1, stop < 0 ? stop + size : stop) + 1;
                if (backwards && from < to) {
                    long begin = size - to;
                    to = size - from;
                    from = begin;
                }
            }
            count = from < to ? (int) (to - from) : 0;
            first = (int) (backwards ? to - 1 : from);
        }

        /// Leaves out what LIMIT says.
        void limit(Request request) {
            if (by == By.RANK) {
                return;
            }
            if (request.offset < 0 || request.offset >= count) {
                count = 0;
                return;
            }
            int skipped = (int) request.offset;
            first += request.backwards ? -skipped : skipped;
            count -= skipped;
            if (request.limit >= 0 && request.limit < count) {
                count = (int) request.limit;
            }
        }
    }
}
