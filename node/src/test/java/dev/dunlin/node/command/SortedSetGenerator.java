// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.CommandGenerator.STRINGS_OF_ALL_KINDS;
import static dev.dunlin.node.command.CommandGenerator.decimal;
import static dev.dunlin.node.command.CommandGenerator.field;
import static dev.dunlin.node.command.CommandGenerator.integer;
import static dev.dunlin.node.command.CommandGenerator.many;
import static dev.dunlin.node.command.CommandGenerator.nonsense;
import static dev.dunlin.node.command.CommandGenerator.options;
import static dev.dunlin.node.command.CommandGenerator.pick;
import static dev.dunlin.node.command.CommandGenerator.scanOptions;
import static dev.dunlin.node.command.CommandGenerator.with;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Random commands of sorted sets.
///
/// Ranges of members are asked only of sets in which all scores are the same: of others, nobody has said what the answer is.
final class SortedSetGenerator {
    private static final String[] COMMANDS = {
        "ZADD",
        "ZINCRBY",
        "ZREM",
        "ZCARD",
        "ZSCORE",
        "ZMSCORE",
        "ZRANK",
        "ZREVRANK",
        "ZRANGE",
        "ZRANGESTORE",
        "ZRANGEBYSCORE",
        "ZREVRANGEBYSCORE",
        "ZRANGEBYLEX",
        "ZREVRANGEBYLEX",
        "ZREVRANGE",
        "ZCOUNT",
        "ZLEXCOUNT",
        "ZREMRANGEBYRANK",
        "ZREMRANGEBYSCORE",
        "ZREMRANGEBYLEX",
        "ZPOPMIN",
        "ZPOPMAX",
        "ZMPOP",
        "ZRANDMEMBER",
        "ZUNION",
        "ZUNIONSTORE",
        "ZINTER",
        "ZINTERSTORE",
        "ZINTERCARD",
        "ZDIFF",
        "ZDIFFSTORE",
        "ZSCAN"
    };

    private SortedSetGenerator() {}

    private static List<String> of(String... words) {
        return List.of(words);
    }

    static List<String> next(Random r) {
        return switch (r.nextInt(44)) {
            case 0, 1, 2, 3 -> with(of("ZADD", set(r)), with(addOptions(r), scored(r, 5)));
            case 4 -> with(of("ZADD", "zlarge"), scored(r, 80));
            case 5, 6, 7 -> with(of("ZADD", lexSet(r)), sameScored(r, 12));
            case 8 -> of("ZINCRBY", set(r), score(r), member(r));
            case 9, 10 -> with(of("ZREM", set(r)), many(r, 5, () -> member(r)));
            case 11 -> of("ZCARD", anySet(r));
            case 12 -> of("ZSCORE", anySet(r), member(r));
            case 13 -> with(of("ZMSCORE", anySet(r)), many(r, 4, () -> member(r)));
            case 14, 15 -> of(pick(r, "ZRANK", "ZREVRANK"), anySet(r), member(r));
            case 16, 17 -> with(of("ZRANGE", set(r), rank(r), rank(r)), withScores(r));
            case 18 -> with(of("ZRANGE", set(r), bound(r), bound(r), "BYSCORE"), rangeOptions(r));
            case 19 -> with(of("ZRANGE", lexSet(r), lex(r), lex(r), "BYLEX"), rangeOptions(r));
            case 20 -> with(of("ZREVRANGE", set(r), rank(r), rank(r)), withScores(r));
            case 21, 22 ->
                    with(
                            of(
                                    pick(r, "ZRANGEBYSCORE", "ZREVRANGEBYSCORE"),
                                    set(r),
                                    bound(r),
                                    bound(r)),
                            rangeOptions(r));
            case 23 ->
                    with(
                            of(pick(r, "ZRANGEBYLEX", "ZREVRANGEBYLEX"), lexSet(r), lex(r), lex(r)),
                            rangeOptions(r));
            case 24 ->
                    with(
                            of("ZRANGESTORE", target(r), set(r), rank(r), rank(r)),
                            r.nextInt(3) == 0 ? of("REV") : of());
            case 25 ->
                    with(
                            of("ZRANGESTORE", target(r), set(r), bound(r), bound(r), "BYSCORE"),
                            rangeOptions(r));
            case 26 -> of("ZCOUNT", set(r), bound(r), bound(r));
            case 27 -> of("ZLEXCOUNT", lexSet(r), lex(r), lex(r));
            case 28 -> of("ZREMRANGEBYRANK", set(r), rank(r), rank(r));
            case 29 -> of("ZREMRANGEBYSCORE", set(r), bound(r), bound(r));
            case 30 -> of("ZREMRANGEBYLEX", lexSet(r), lex(r), lex(r));
            case 31 -> with(of(pick(r, "ZPOPMIN", "ZPOPMAX"), anySet(r)), popCount(r));
            case 32 -> with(of("ZMPOP"), with(counted(r, 3), popOptions(r)));
            case 33 -> with(of("ZRANDMEMBER", anySet(r)), randomOptions(r));
            case 34, 35 ->
                    with(
                            of(pick(r, "ZUNION", "ZINTER", "ZDIFF")),
                            with(counted(r, 3), algebraOptions(r)));
            case 36, 37, 38 ->
                    with(
                            of(pick(r, "ZUNIONSTORE", "ZINTERSTORE", "ZDIFFSTORE"), target(r)),
                            with(counted(r, 3), algebraOptions(r)));
            case 39 ->
                    with(
                            of("ZINTERCARD"),
                            with(
                                    counted(r, 3),
                                    pick(
                                            r,
                                            of(),
                                            of(),
                                            of("LIMIT", integer(r)),
                                            of("limit", "1"),
                                            of("LIMIT"),
                                            of("WITHSCORES"))));
            case 40 ->
                    with(
                            of("ZSCAN", anySet(r), pick(r, "0", "0", "0", "", "x", "1x")),
                            scanOptions(r, false));
            case 41 ->
                    switch (r.nextInt(11)) {
                        case 0 ->
                                of(
                                        "CONFIG",
                                        "SET",
                                        "zset-max-listpack-entries",
                                        pick(r, "0", "1", "4", "128"));
                        case 1 ->
                                of(
                                        "CONFIG",
                                        "SET",
                                        "zset-max-listpack-value",
                                        pick(r, "0", "4", "64"));
                        case 2 -> of("DEL", anySet(r));
                        case 6, 7 -> with(of("SADD", plainSet(r)), many(r, 20, () -> member(r)));
                        case 3 -> of("SET", set(r), "a string");
                        case 4 -> of("PEXPIREAT", anySet(r), "1");
                        case 5 -> of("RENAME", set(r), set(r));
                        default -> with(of("COPY", set(r), target(r)), of("REPLACE"));
                    };
            case 42 ->
                    pick(
                            r,
                            of("OBJECT", "ENCODING", anySet(r)),
                            of("TYPE", anySet(r)),
                            of("DEBUG", "DIGEST-VALUE", anySet(r)),
                            of("DEBUG", "DIGEST"),
                            of("MEMORY", "USAGE", "zlarge"));
            default -> nonsense(r, COMMANDS);
        };
    }

    private static String set(Random r) {
        return r.nextInt(5) == 0 ? "zlarge" : r.nextInt(12) == 0 ? "k1" : "z" + r.nextInt(4);
    }

    /// {@return a set without scores}
    private static String plainSet(Random r) {
        return "plain" + r.nextInt(2);
    }

    /// {@return a set whose scores are all the same}
    private static String lexSet(Random r) {
        return r.nextInt(15) == 0 ? "nosuch" : "lex" + r.nextInt(3);
    }

    private static String anySet(Random r) {
        return r.nextInt(4) == 0 ? lexSet(r) : set(r);
    }

    private static String target(Random r) {
        return "z" + r.nextInt(4);
    }

    static String member(Random r) {
        return r.nextInt(12) == 0 ? "m".repeat(60 + r.nextInt(8)) : field(r);
    }

    private static String score(Random r) {
        return switch (r.nextInt(9)) {
            case 0 -> decimal(r);
            case 1 ->
                    pick(
                            r,
                            "inf",
                            "-inf",
                            "+inf",
                            "-0",
                            "0",
                            "nan",
                            "1e300",
                            "-1e-300",
                            "4611686018427387904",
                            "4611686018427387905",
                            "-9223372036854775808",
                            "9007199254740993",
                            "123456789012345678",
                            "1e17",
                            "99999999999999999",
                            "0.1",
                            "0.0001",
                            "0.00001");
            case 2 -> "" + r.nextGaussian() * Math.pow(10, r.nextInt(40) - 20);
            case 3 -> "" + r.nextInt(100) / 8.0;
            default -> "" + (r.nextInt(40) - 20);
        };
    }

    private static List<String> scored(Random r, int max) {
        var words = new ArrayList<String>();
        // One that is not a number spoils all, so long ones have few of those.
        boolean plain = max > 10 && r.nextInt(4) > 0;
        for (int i = 1 + r.nextInt(max); i > 0; i--) {
            words.add(plain ? "" + r.nextInt(300) / 4.0 : score(r));
            words.add(member(r));
        }
        return CommandGenerator.dropLastAtTimes(r, words);
    }

    private static List<String> sameScored(Random r, int max) {
        var words = new ArrayList<String>();
        for (int i = 1 + r.nextInt(max); i > 0; i--) {
            words.add("7");
            words.add(member(r));
        }
        return words;
    }

    private static String rank(Random r) {
        return r.nextInt(8) == 0
                ? pick(r, STRINGS_OF_ALL_KINDS)
                : r.nextInt(3) == 0 ? "-1" : "" + (r.nextInt(30) - 15);
    }

    private static String bound(Random r) {
        String bound =
                switch (r.nextInt(7)) {
                    case 0 -> pick(r, STRINGS_OF_ALL_KINDS);
                    case 1 -> pick(r, "inf", "-inf", "+inf", "", " 5", "1e999", "-1e999", "1e-400");
                    case 2 -> decimal(r);
                    default -> "" + (r.nextInt(60) - 30);
                };
        return r.nextInt(3) == 0 ? "(" + bound : bound;
    }

    private static String lex(Random r) {
        return r.nextInt(4) == 0
                ? pick(r, "-", "+", "-", "+", "(", "[", "", "a", "+x", "-\0", "5")
                : pick(r, "[", "(") + member(r);
    }

    private static List<String> addOptions(Random r) {
        return r.nextInt(3) > 0
                ? of()
                : options(
                        r,
                        3,
                        List.of(
                                of("NX"),
                                of("XX"),
                                of("GT"),
                                of("LT"),
                                of("CH"),
                                of("INCR"),
                                of("CH"),
                                of("GT"),
                                of("INCR"),
                                of("bad")));
    }

    private static List<String> withScores(Random r) {
        return r.nextInt(8) == 0
                ? rangeOptions(r)
                : r.nextInt(3) == 0 ? of(pick(r, "WITHSCORES", "REV", "limit", "bad")) : of();
    }

    private static List<String> rangeOptions(Random r) {
        return options(
                r,
                2,
                List.of(
                        of("WITHSCORES"),
                        of("REV"),
                        of("LIMIT", "" + (r.nextInt(8) - 2), "" + (r.nextInt(8) - 2)),
                        of("LIMIT", integer(r), integer(r)),
                        of("BYLEX"),
                        of("BYSCORE"),
                        of("bad")));
    }

    private static List<String> popCount(Random r) {
        return pick(
                r,
                of(),
                of(),
                of("1"),
                of("2"),
                of("0"),
                of("-1"),
                of("x"),
                of("1", "2"),
                of("" + r.nextInt(20)));
    }

    private static List<String> popOptions(Random r) {
        return pick(
                r,
                of("MIN"),
                of("MAX"),
                of("min", "COUNT", "3"),
                of("MAX", "count", "50"),
                of("MIN", "COUNT", integer(r)),
                of("MIN", "COUNT"),
                of("MIN", "COUNT", "1", "COUNT", "1"),
                of("bad"),
                of());
    }

    private static List<String> counted(Random r, int max) {
        List<String> keys =
                many(
                        r,
                        max,
                        () ->
                                switch (r.nextInt(8)) {
                                    case 0 -> anySet(r);
                                    case 1 -> plainSet(r);
                                    default -> "z" + r.nextInt(4);
                                });
        String count = r.nextInt(15) == 0 ? integer(r) : "" + keys.size();
        return with(of(count), keys);
    }

    private static List<String> algebraOptions(Random r) {
        return options(
                r,
                3,
                List.of(
                        of("WITHSCORES"),
                        of("AGGREGATE", pick(r, "SUM", "MIN", "MAX", "bad")),
                        of("AGGREGATE", "max"),
                        of("WEIGHTS", score(r)),
                        of("WEIGHTS", score(r), "2"),
                        of("WEIGHTS", "1", "0.5", score(r)),
                        of("LIMIT", "1"),
                        of("bad")));
    }

    private static List<String> randomOptions(Random r) {
        return pick(
                r,
                of(),
                of("1"),
                of("3"),
                of("1000"),
                of("-5"),
                of("0"),
                of(integer(r)),
                of("3", "WITHSCORES"),
                of("-3", "WITHSCORES"),
                of("5000", "WITHSCORES"),
                of("9223372036854775807", "WITHSCORES"),
                of("-9223372036854775808"),
                of("2", "bad"),
                of("1", "WITHSCORES", "more"));
    }
}
