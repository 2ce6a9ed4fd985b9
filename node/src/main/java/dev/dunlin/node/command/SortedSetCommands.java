// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.Command.command;
import static dev.dunlin.node.command.Flag.DENYOOM;
import static dev.dunlin.node.command.Flag.FAST;
import static dev.dunlin.node.command.Flag.MOVABLEKEYS;
import static dev.dunlin.node.command.Flag.READONLY;
import static dev.dunlin.node.command.Flag.WRITE;

import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import dev.dunlin.node.value.SortedSetValue;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// All commands of sorted sets; those about one or a few members are here, ranges, pops and unions elsewhere.
///
/// Thread: handlers run on the node's loop and never block.
public final class SortedSetCommands {
    private static final KeySpec COUNTED_FIRST = counted(1, "RO", "access");
    private static final List<KeySpec> TARGET_AND_COUNTED =
            List.of(KeySpec.first("OW", "update"), counted(2, "RO", "access"));

    /// {@return the family's rows, fresh for each node because a row counts its calls}
    // spotless:off
    static List<Command> table() { return List.of(
        //       name               arity  keys                                      handler                                     category     flags
        command("zadd",             -4,    KeySpec.first("RW", "update"),            ZaddCommand::zadd,                          "sortedset", WRITE, DENYOOM, FAST),
        command("zincrby",           4,    KeySpec.first("RW", "access", "update"),  ZaddCommand::zincrby,                       "sortedset", WRITE, DENYOOM, FAST),
        command("zrem",             -3,    KeySpec.first("RW", "delete"),            SortedSetCommands::zrem,                    "sortedset", WRITE, FAST),
        command("zcard",             2,    KeySpec.first("RO"),                      SortedSetCommands::zcard,                   "sortedset", READONLY, FAST),
        command("zscore",            3,    KeySpec.first("RO", "access"),            SortedSetCommands::zscore,                  "sortedset", READONLY, FAST),
        command("zmscore",          -3,    KeySpec.first("RO", "access"),            SortedSetCommands::zmscore,                 "sortedset", READONLY, FAST),
        command("zrank",            -3,    KeySpec.first("RO", "access"),            SortedSetCommands::zrank,                   "sortedset", READONLY, FAST),
        command("zrevrank",         -3,    KeySpec.first("RO", "access"),            SortedSetCommands::zrevrank,                "sortedset", READONLY, FAST),
        command("zrange",           -4,    KeySpec.first("RO", "access"),            SortedSetRangeCommands::zrange,             "sortedset", READONLY),
        command("zrangestore",      -5,    List.of(KeySpec.first("OW", "update"), KeySpec.range(2, 0, 1, "RO", "access")),
                                                                                     SortedSetRangeCommands::zrangestore,        "sortedset", WRITE, DENYOOM),
        command("zrangebyscore",    -4,    KeySpec.first("RO", "access"),            SortedSetRangeCommands::zrangebyscore,      "sortedset", READONLY),
        command("zrevrangebyscore", -4,    KeySpec.first("RO", "access"),            SortedSetRangeCommands::zrevrangebyscore,   "sortedset", READONLY),
        command("zrangebylex",      -4,    KeySpec.first("RO", "access"),            SortedSetRangeCommands::zrangebylex,        "sortedset", READONLY),
        command("zrevrangebylex",   -4,    KeySpec.first("RO", "access"),            SortedSetRangeCommands::zrevrangebylex,     "sortedset", READONLY),
        command("zrevrange",        -4,    KeySpec.first("RO", "access"),            SortedSetRangeCommands::zrevrange,          "sortedset", READONLY),
        command("zcount",            4,    KeySpec.first("RO", "access"),            SortedSetRangeCommands::zcount,             "sortedset", READONLY, FAST),
        command("zlexcount",         4,    KeySpec.first("RO", "access"),            SortedSetRangeCommands::zlexcount,          "sortedset", READONLY, FAST),
        command("zremrangebyrank",   4,    KeySpec.first("RW", "delete"),            SortedSetRangeCommands::zremrangebyrank,    "sortedset", WRITE),
        command("zremrangebyscore",  4,    KeySpec.first("RW", "delete"),            SortedSetRangeCommands::zremrangebyscore,   "sortedset", WRITE),
        command("zremrangebylex",    4,    KeySpec.first("RW", "delete"),            SortedSetRangeCommands::zremrangebylex,     "sortedset", WRITE),
        command("zpopmin",          -2,    KeySpec.first("RW", "access", "delete"),  SortedSetPopCommands::zpopmin,              "sortedset", WRITE, FAST),
        command("zpopmax",          -2,    KeySpec.first("RW", "access", "delete"),  SortedSetPopCommands::zpopmax,              "sortedset", WRITE, FAST),
        command("zmpop",            -4,    counted(1, "RW", "access", "delete"),     SortedSetPopCommands::zmpop,                "sortedset", WRITE, MOVABLEKEYS),
        command("zrandmember",      -2,    KeySpec.first("RO", "access"),            SortedSetRandomCommand::zrandmember,        "sortedset", READONLY),
        command("zunion",           -3,    COUNTED_FIRST,                            SortedSetAlgebraCommands::zunion,           "sortedset", READONLY, MOVABLEKEYS),
        command("zinter",           -3,    COUNTED_FIRST,                            SortedSetAlgebraCommands::zinter,           "sortedset", READONLY, MOVABLEKEYS),
        command("zintercard",       -3,    COUNTED_FIRST,                            SortedSetAlgebraCommands::zintercard,       "sortedset", READONLY, MOVABLEKEYS),
        command("zdiff",            -3,    COUNTED_FIRST,                            SortedSetAlgebraCommands::zdiff,            "sortedset", READONLY, MOVABLEKEYS),
        command("zunionstore",      -4,    TARGET_AND_COUNTED,                       SortedSetAlgebraCommands::zunionstore,      "sortedset", WRITE, DENYOOM, MOVABLEKEYS),
        command("zinterstore",      -4,    TARGET_AND_COUNTED,                       SortedSetAlgebraCommands::zinterstore,      "sortedset", WRITE, DENYOOM, MOVABLEKEYS),
        command("zdiffstore",       -4,    TARGET_AND_COUNTED,                       SortedSetAlgebraCommands::zdiffstore,       "sortedset", WRITE, DENYOOM, MOVABLEKEYS),
        command("zscan",            -3,    KeySpec.first("RO", "access"),            ScanCommands::zscan,                        "sortedset", READONLY)); }
    // spotless:on

    private SortedSetCommands() {}

    private static KeySpec counted(int position, String... flags) {
        return new KeySpec(
                List.of(flags),
                new KeySpec.Begin.Index(position),
                new KeySpec.Find.KeyNumber(0, 1, 1));
    }

    private static void zrem(CommandContext ctx, Args args, ReplyWriter reply) {
        SortedSetValue set = SortedSets.write(ctx, args, 1);
        int removed = 0;
        for (int i = 2; set != null && i < args.count(); i++) {
            if (set.remove(args.address(i), args.bytes(i))) {
                removed++;
            }
        }
        if (set != null && removed > 0) {
            SortedSets.removed(ctx, args, 1, set, removed);
        }
        reply.integer(removed);
    }

    private static void zcard(CommandContext ctx, Args args, ReplyWriter reply) {
        SortedSetValue set = SortedSets.read(ctx, args, 1);
        reply.integer(set == null ? 0 : set.count());
    }

    private static void zscore(CommandContext ctx, Args args, ReplyWriter reply) {
        replyScore(SortedSets.read(ctx, args, 1), args, 2, reply);
    }

    private static void zmscore(CommandContext ctx, Args args, ReplyWriter reply) {
        SortedSetValue set = SortedSets.read(ctx, args, 1);
        reply.array(args.count() - 2);
        for (int i = 2; i < args.count(); i++) {
            replyScore(set, args, i, reply);
        }
    }

    private static void replyScore(
            @Nullable SortedSetValue set, Args args, int member, ReplyWriter reply) {
        if (set != null && set.find(args.address(member), args.bytes(member))) {
            reply.score(set.score());
        } else {
            reply.nil();
        }
    }

    private static void zrank(CommandContext ctx, Args args, ReplyWriter reply) {
        rank(ctx, args, "zrank", false, reply);
    }

    private static void zrevrank(CommandContext ctx, Args args, ReplyWriter reply) {
        rank(ctx, args, "zrevrank", true, reply);
    }

    private static void rank(
            CommandContext ctx, Args args, String command, boolean reverse, ReplyWriter reply) {
        if (args.count() > 4) {
            throw new CommandException(RespError.wrongArity(command));
        }
        boolean withScore = args.count() == 4;
        if (withScore && !args.is(3, "withscore")) {
            throw new CommandException(RespError.SYNTAX);
        }
        SortedSetValue set = SortedSets.read(ctx, args, 1);
        int rank =
                set == null ? SortedSetValue.NOT_FOUND : set.rank(args.address(2), args.bytes(2));
        if (set == null || rank == SortedSetValue.NOT_FOUND) {
            if (withScore) {
                reply.nilArray();
            } else {
                reply.nil();
            }
            return;
        }
        if (withScore) {
            reply.array(2);
        }
        reply.integer(reverse ? set.count() - 1 - rank : rank);
        if (withScore) {
            reply.score(set.score());
        }
    }
}
