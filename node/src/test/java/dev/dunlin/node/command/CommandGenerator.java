// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Random commands of one family: mostly sensible, often at the edge, sometimes nonsense.
enum CommandGenerator {
    STRINGS {
        @Override
        List<String> next(Random r) {
            return switch (r.nextInt(30)) {
                case 0 -> of("GET", key(r));
                case 1 -> with(of("SET", key(r), value(r)), setOptions(r));
                case 2 -> of("SETNX", key(r), value(r));
                case 3 -> of("SETEX", key(r), seconds(r), value(r));
                case 4 -> of("PSETEX", key(r), milliseconds(r), value(r));
                case 5 -> of("GETSET", key(r), value(r));
                case 6 -> of("GETDEL", key(r));
                case 7 -> with(of("GETEX", key(r)), getexOptions(r));
                case 8 -> of("APPEND", key(r), value(r));
                case 9 -> of("SETRANGE", key(r), offset(r), value(r));
                case 10, 11 -> of(pick(r, "GETRANGE", "SUBSTR"), key(r), index(r), index(r));
                case 12 -> of("STRLEN", key(r));
                case 13 -> of(pick(r, "INCR", "DECR"), key(r));
                case 14, 15 -> of(pick(r, "INCRBY", "DECRBY"), key(r), integer(r));
                case 16, 17 -> of("INCRBYFLOAT", key(r), decimal(r));
                case 18 -> with(of("MGET"), keys(r, 4));
                case 19 -> with(of(pick(r, "MSET", "MSETNX")), pairs(r, 3));
                case 20, 21 -> with(of("LCS", key(r), key(r)), lcsOptions(r));
                case 22 -> of("SET", key(r), "" + r.nextInt(20000));
                case 23 ->
                        of(
                                "SET",
                                key(r),
                                pick(r, "abcabdab", "xxabyyabdzz", "ohmytext", "mynewtext"));
                case 24 -> of("OBJECT", pick(r, "ENCODING", "REFCOUNT", "IDLETIME"), key(r));
                case 25 -> of("DEL", key(r));
                case 26 -> of(pick(r, "TTL", "PTTL", "EXPIRETIME"), key(r));
                case 27 -> of("HSET", key(r), "f", value(r));
                case 28 -> of("SET", key(r), decimal(r));
                default ->
                        nonsense(
                                r,
                                "GET",
                                "SET",
                                "SETNX",
                                "SETEX",
                                "GETEX",
                                "APPEND",
                                "SETRANGE",
                                "GETRANGE",
                                "INCRBYFLOAT",
                                "MSET",
                                "MSETNX",
                                "LCS",
                                "STRLEN",
                                "INCR",
                                "INCRBY",
                                "GETDEL",
                                "NOSUCH");
            };
        }
    },
    HASHES {
        @Override
        List<String> next(Random r) {
            return switch (r.nextInt(27)) {
                case 0, 1, 2, 3 ->
                        with(of(pick(r, "HSET", "HSET", "HMSET"), hash(r)), fieldPairs(r, 4));
                case 4 -> of("HSETNX", hash(r), field(r), value(r));
                case 5, 6 -> of("HGET", hash(r), field(r));
                case 7 -> with(of("HMGET", hash(r)), fields(r, 4));
                case 8 -> of("HGETALL", hash(r));
                case 9 -> of(pick(r, "HKEYS", "HVALS"), hash(r));
                case 10 -> of("HLEN", hash(r));
                case 11 -> of("HSTRLEN", hash(r), field(r));
                case 12 -> of("HEXISTS", hash(r), field(r));
                case 13, 14 -> with(of("HDEL", hash(r)), fields(r, 5));
                case 15, 16 -> of("HINCRBY", hash(r), field(r), integer(r));
                case 17, 18 -> of("HINCRBYFLOAT", hash(r), field(r), decimal(r));
                case 19 -> with(of("HRANDFIELD", hash(r)), randomOptions(r));
                case 20 ->
                        with(
                                of(
                                        "HSCAN",
                                        hash(r),
                                        pick(r, "0", "0", "0", "-0", "+0", "", "x", "1x")),
                                scanOptions(r, false));
                case 21 -> of("OBJECT", "ENCODING", hash(r));
                case 22 -> r.nextInt(8) == 0 ? of("DEL", hash(r)) : of("TYPE", hash(r));
                case 23 ->
                        with(of("COPY", hash(r), hash(r)), r.nextBoolean() ? of("REPLACE") : of());
                case 24 -> r.nextInt(10) == 0 ? of("SET", hash(r), value(r)) : of("GET", hash(r));
                case 25 -> with(of("HSET", "large"), fieldPairs(r, 90));
                default ->
                        nonsense(
                                r,
                                "HSET",
                                "HMSET",
                                "HGET",
                                "HDEL",
                                "HINCRBY",
                                "HRANDFIELD",
                                "HSCAN",
                                "HSETNX",
                                "HLEN",
                                "HGETALL");
            };
        }
    },
    SETS {
        @Override
        List<String> next(Random r) {
            return SetGenerator.next(r);
        }
    },
    BITMAPS {
        @Override
        List<String> next(Random r) {
            return BitmapGenerator.next(r);
        }
    },
    HYPER_LOG_LOGS {
        @Override
        List<String> next(Random r) {
            return HyperLogLogGenerator.next(r);
        }
    },
    LISTS {
        @Override
        List<String> next(Random r) {
            return ListGenerator.next(r);
        }
    },
    SORTED_SETS {
        @Override
        List<String> next(Random r) {
            return SortedSetGenerator.next(r);
        }
    },
    PLACES {
        @Override
        List<String> next(Random r) {
            return GeoGenerator.next(r);
        }
    },
    STREAMS {
        @Override
        List<String> next(Random r) {
            return StreamGenerator.next(r);
        }
    },
    KEYS {
        @Override
        List<String> next(Random r) {
            return switch (r.nextInt(32)) {
                case 0, 1, 2 -> of("SET", key(r), value(r));
                case 3 -> with(of("HSET", key(r)), fieldPairs(r, 3));
                case 4 -> with(of(pick(r, "DEL", "UNLINK")), keys(r, 3));
                case 5 -> with(of(pick(r, "EXISTS", "TOUCH")), keys(r, 4));
                case 6 -> of("TYPE", key(r));
                case 7, 8 -> with(of("EXPIRE", key(r), seconds(r)), expireOptions(r));
                case 9 -> with(of("PEXPIRE", key(r), milliseconds(r)), expireOptions(r));
                case 10, 11 -> with(of("EXPIREAT", key(r), unixSeconds(r)), expireOptions(r));
                case 12 -> with(of("PEXPIREAT", key(r), unixMilliseconds(r)), expireOptions(r));
                case 13, 14 -> of(pick(r, "TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"), key(r));
                case 15 -> of("PERSIST", key(r));
                case 16, 17 -> of(pick(r, "RENAME", "RENAMENX"), key(r), key(r));
                case 18, 19 -> with(of("COPY", key(r), key(r)), copyOptions(r));
                case 20 -> of("MOVE", key(r), database(r));
                case 21 ->
                        r.nextInt(4) == 0 ? of("SWAPDB", database(r), database(r)) : of("DBSIZE");
                case 22 -> of("SELECT", pick(r, "0", "1", "2", "3"));
                case 23 -> of("KEYS", pattern(r));
                case 24 ->
                        with(
                                of("SCAN", pick(r, "0", "0", "0", "", "-", "99999999999999999999")),
                                scanOptions(r, true));
                case 25 -> of("RANDOMKEY");
                case 26, 27 ->
                        of("OBJECT", pick(r, "ENCODING", "REFCOUNT", "IDLETIME", "FREQ"), key(r));
                case 28 ->
                        r.nextInt(6) == 0
                                ? with(
                                        of(pick(r, "FLUSHDB", "FLUSHALL")),
                                        pick(
                                                r,
                                                of(),
                                                of("SYNC"),
                                                of("ASYNC"),
                                                of("NOW"),
                                                of("SYNC", "ASYNC")))
                                : of("GET", key(r));
                case 29 ->
                        pick(
                                r,
                                of("OBJECT", "HELP"),
                                of("OBJECT"),
                                of("OBJECT", "NOSUCH", "k"),
                                of("OBJECT", "ENCODING"),
                                of("OBJECT", "help", "me"));
                case 30 -> with(of("SET", key(r), value(r)), setOptions(r));
                default ->
                        nonsense(
                                r,
                                "DEL",
                                "EXPIRE",
                                "TTL",
                                "RENAME",
                                "COPY",
                                "MOVE",
                                "SWAPDB",
                                "KEYS",
                                "SCAN",
                                "OBJECT",
                                "DBSIZE",
                                "TYPE",
                                "PERSIST",
                                "RANDOMKEY",
                                "FLUSHDB");
            };
        }
    },
    PATTERNS {
        @Override
        List<String> next(Random r) {
            return switch (r.nextInt(5)) {
                case 0 -> of("SET", text(r, "ab-]^\\", 6), "v");
                case 1 -> of("DEL", text(r, "ab-]^\\", 6));
                default -> of("KEYS", text(r, "ab-]^\\[*?\u00ff", 8));
            };
        }
    },
    TRANSACTIONS {
        @Override
        List<String> next(Random r) {
            return switch (r.nextInt(20)) {
                case 0, 1, 2 -> of("MULTI");
                case 3, 4 -> of("EXEC");
                case 5 -> r.nextInt(3) == 0 ? of("DISCARD") : of("EXEC");
                case 6, 7 -> with(of("WATCH"), keys(r, 3));
                case 8 -> of("UNWATCH");
                case 9 -> of("SET", key(r), value(r));
                case 10 -> of("INCR", key(r));
                case 11 -> of("GET", key(r));
                case 12 -> of("SELECT", pick(r, "0", "1", "9"));
                case 13 ->
                        r.nextInt(3) == 0 ? of(pick(r, "FLUSHALL", "FLUSHDB")) : of("DEL", key(r));
                case 14 -> r.nextInt(2) == 0 ? of("SWAPDB", "0", "1") : of("DBSIZE");
                case 15 -> of("PEXPIREAT", key(r), pick(r, "1", "9999999999999"));
                case 16 -> of("SET", key(r), "gone", "PXAT", "1");
                case 17 -> of("HSET", key(r), field(r), value(r));
                case 18 ->
                        r.nextInt(3) == 0
                                ? nonsense(
                                        r, "MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH", "NOSUCH",
                                        "GET")
                                : of("TTL", key(r));
                default -> of("GETSET", key(r), value(r));
            };
        }
    },
    SERVER {
        @Override
        List<String> next(Random r) {
            return switch (r.nextInt(24)) {
                case 0 -> of("SET", key(r), value(r));
                case 1 -> with(of("HSET", hash(r)), fieldPairs(r, 3));
                case 2 -> of("PEXPIREAT", key(r), "9999999999999");
                case 3 -> of("SELECT", pick(r, "0", "1"));
                case 4, 5 -> of("DEBUG", "DIGEST");
                case 6 -> with(of("DEBUG", "DIGEST-VALUE"), keys(r, 3));
                case 7 -> of("DEBUG", "OBJECT", key(r));
                case 8 ->
                        of(
                                "DEBUG",
                                pick(r, "SLEEP", "ERROR", "NOSUCH"),
                                pick(r, "0", "x", "ERR a b"));
                case 9 -> of("TIME");
                case 10 ->
                        with(
                                of("LOLWUT"),
                                pick(
                                        r,
                                        of(),
                                        of("VERSION", "9"),
                                        of("VERSION", "x"),
                                        of("5", "a")));
                case 11 -> of("LASTSAVE");
                case 12 -> of("SLOWLOG", pick(r, "GET", "LEN", "HELP", "NOSUCH"));
                case 13 ->
                        with(
                                of("SLOWLOG", "GET"),
                                pick(r, of("0"), of("-1"), of("-2"), of("x"), of("1", "2")));
                case 14 ->
                        of(
                                "LATENCY",
                                pick(
                                        r, "LATEST", "DOCTOR", "HELP", "RESET", "HISTORY", "GRAPH",
                                        "NOSUCH"));
                case 15 ->
                        of(
                                "LATENCY",
                                pick(r, "RESET", "HISTORY", "GRAPH", "HISTOGRAM"),
                                pick(r, "nosuch", "command"));
                case 16 ->
                        with(
                                of("MEMORY", "USAGE", key(r)),
                                pick(
                                        r,
                                        of(),
                                        of("SAMPLES", "0"),
                                        of("SAMPLES", "-1"),
                                        of("SAMPLES", "x"),
                                        of("SAMPLES"),
                                        of("X", "1")));
                case 17 -> of("MEMORY", pick(r, "HELP", "PURGE", "USAGE", "NOSUCH"));
                case 18 -> of("COMMAND", pick(r, "HELP", "NOSUCH", "GETKEYS"));
                case 19 ->
                        of(
                                "COMMAND",
                                "LIST",
                                "FILTERBY",
                                pick(r, "PATTERN", "MODULE", "X"),
                                pick(r, "hincr*", "[Cc]onfig*", "nosuch"));
                case 20 ->
                        with(
                                of("COMMAND", "LIST"),
                                pick(
                                        r,
                                        of("FILTERBY"),
                                        of("FILTERBY", "ACLCAT"),
                                        of("FILTERBY", "ACLCAT", "nosuch"),
                                        of("FILTERBY", "aclcat", "transaction"),
                                        of("X", "MODULE", "a")));
                case 21 ->
                        with(
                                of(
                                        "COMMAND",
                                        pick(r, "GETKEYS", "GETKEYSANDFLAGS"),
                                        pick(r, "SET", "MSET", "GET", "PING", "NOSUCH", "DEL")),
                                fields(r, 4));
                case 22 ->
                        of(
                                "COMMAND",
                                pick(r, "INFO", "DOCS"),
                                pick(r, "nosuch", "GET", "config|GET", "get|x", "mset"));
                default ->
                        nonsense(r, "SLOWLOG", "LATENCY", "MEMORY", "COMMAND", "TIME", "LASTSAVE");
            };
        }
    };

    abstract List<String> next(Random random);

    static final String[] STRINGS_OF_ALL_KINDS = {
        "",
        "a",
        "0",
        "-0",
        "1",
        "-1",
        "+1",
        "01",
        " 1",
        "1 ",
        "10",
        "9999",
        "10000",
        "9223372036854775807",
        "-9223372036854775808",
        "9223372036854775808",
        "hello",
        "\0\u0001\u00ff\r\n",
        "3.0",
        "3.14",
        "1e3",
        "nan",
        "inf",
        "x".repeat(44),
        "x".repeat(45),
        "y".repeat(64),
        "z".repeat(65),
        "12345678901234567890",
        "4096",
        "-4097",
        "127",
        "128"
    };

    static List<String> of(String... words) {
        return List.of(words);
    }

    static List<String> with(List<String> start, List<String> more) {
        var all = new ArrayList<>(start);
        all.addAll(more);
        return all;
    }

    @SafeVarargs
    static <T> T pick(Random r, T... from) {
        return from[r.nextInt(from.length)];
    }

    static final String BINARY_KEY = "bin\0\u00ff\r\nkey";
    private static final int PLAIN_KEYS = 9;

    static String key(Random r) {
        return r.nextInt(12) == 0 ? BINARY_KEY : "k" + r.nextInt(PLAIN_KEYS);
    }

    /// {@return `TOUCH` with every key that [#KEYS] uses, which deletes those that have expired}
    static List<String> touchAllKeys() {
        List<String> command = new ArrayList<>(List.of("TOUCH", BINARY_KEY));
        for (int i = 0; i < PLAIN_KEYS; i++) {
            command.add("k" + i);
        }
        return command;
    }

    static String hash(Random r) {
        return r.nextInt(4) == 0 ? "large" : r.nextInt(10) == 0 ? "k1" : "h" + r.nextInt(4);
    }

    static String text(Random r, String alphabet, int max) {
        var text = new StringBuilder();
        for (int i = r.nextInt(max + 1); i > 0; i--) {
            text.append(alphabet.charAt(r.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    static String field(Random r) {
        return switch (r.nextInt(10)) {
            case 0 -> pick(r, STRINGS_OF_ALL_KINDS);
            case 1, 2, 3 -> "" + r.nextInt(40);
            default -> "field" + r.nextInt(r.nextBoolean() ? 10 : 300);
        };
    }

    static String value(Random r) {
        return switch (r.nextInt(4)) {
            case 0 -> "" + (r.nextInt(2000) - 1000);
            case 1 -> "v" + r.nextInt(100);
            case 2 -> r.nextInt(20) == 0 ? "L".repeat(r.nextInt(5000)) : "w" + r.nextLong();
            default -> pick(r, STRINGS_OF_ALL_KINDS);
        };
    }

    static String integer(Random r) {
        return r.nextInt(3) == 0 ? pick(r, STRINGS_OF_ALL_KINDS) : "" + (r.nextInt(4000) - 2000);
    }

    static String decimal(Random r) {
        return switch (r.nextInt(8)) {
            case 0 -> pick(r, STRINGS_OF_ALL_KINDS);
            case 1 ->
                    pick(
                            r,
                            "0x1p3",
                            "0x.8",
                            "0X1.8P-2",
                            "1e4932",
                            "1e4933",
                            "-1e4932",
                            "1e-4950",
                            "1e-4960",
                            "1e-30",
                            ".5",
                            "5.",
                            ".",
                            "+.5e+1",
                            "infinity",
                            "-inf",
                            "nan",
                            "1e",
                            "0x",
                            "1e5x",
                            "1_0",
                            "0e99999999999",
                            "1e99999999999",
                            "1e-99999999999",
                            "123456789012345678901234567890.12345678901234567890");
            case 2 -> "" + r.nextDouble();
            case 3 -> "" + r.nextInt(100) + "." + r.nextInt(100);
            case 4 -> "-" + r.nextInt(100) + "." + r.nextInt(100);
            case 5 -> "" + Math.scalb(r.nextDouble(), r.nextInt(200) - 100);
            default -> "0." + r.nextInt(1000);
        };
    }

    static String index(Random r) {
        return r.nextInt(6) == 0 ? pick(r, STRINGS_OF_ALL_KINDS) : "" + (r.nextInt(20) - 10);
    }

    static String offset(Random r) {
        return r.nextInt(6) == 0
                ? pick(
                        r,
                        "-1",
                        "x",
                        "1048574",
                        "1048576",
                        "536870911",
                        "536870912",
                        "9223372036854775807",
                        "4294967295")
                : "" + r.nextInt(100);
    }

    static String seconds(Random r) {
        return r.nextInt(6) == 0
                ? pick(
                        r,
                        "0",
                        "-1",
                        "x",
                        "9223372036854775807",
                        "9223372036854775",
                        "9223372036854776",
                        "-9223372036854776",
                        "" + (9_223_370_000_000_000L + secondsApart(r)))
                : "" + (1000 + r.nextInt(100_000_000));
    }

    /// The servers read their clocks one after the other: of two equal spans, GT and LT would find the later one longer, or not.
    private static int secondsApart(Random r) {
        return 7 * r.nextInt(100_000);
    }

    static String milliseconds(Random r) {
        return r.nextInt(6) == 0
                ? pick(
                        r,
                        "0",
                        "-1",
                        "1.5",
                        "9223372036854775807",
                        "-9223372036854775808",
                        "" + 1000 * (9_223_370_000_000_000L + secondsApart(r)))
                : "" + (1_000_000 + r.nextLong(100_000_000_000L));
    }

    static String unixSeconds(Random r) {
        return r.nextInt(6) == 0 ? seconds(r) : "" + (4_000_000_000L + r.nextInt(20));
    }

    static String unixMilliseconds(Random r) {
        return r.nextInt(6) == 0 ? milliseconds(r) : "" + (4_000_000_000_000L + r.nextInt(20_000));
    }

    static String database(Random r) {
        return pick(
                r,
                "0",
                "1",
                "2",
                "3",
                "0",
                "1",
                "2",
                "3",
                "4",
                "-1",
                "x",
                "9999999999",
                "99999999999999999999");
    }

    static String pattern(Random r) {
        return pick(
                r,
                "*",
                "k*",
                "k?",
                "[kb]*",
                "k[0-3]",
                "k[^0-3]",
                "k[3-0]",
                "\\k1",
                "k[1",
                "*[\\]]",
                "**",
                "",
                "*1*",
                "k[",
                "k\\",
                "bin*",
                "*\u00ff*",
                "[^k]*",
                "k[^",
                "?",
                "k1*");
    }

    static List<String> keys(Random r, int max) {
        return many(r, max, () -> key(r));
    }

    static List<String> fields(Random r, int max) {
        return many(r, max, () -> field(r));
    }

    static List<String> many(Random r, int max, java.util.function.Supplier<String> word) {
        var words = new ArrayList<String>();
        for (int i = 1 + r.nextInt(max); i > 0; i--) {
            words.add(word.get());
        }
        return words;
    }

    static List<String> pairs(Random r, int max) {
        var words = new ArrayList<String>();
        for (int i = 1 + r.nextInt(max); i > 0; i--) {
            words.add(key(r));
            words.add(value(r));
        }
        return dropLastAtTimes(r, words);
    }

    static List<String> fieldPairs(Random r, int max) {
        var words = new ArrayList<String>();
        for (int i = 1 + r.nextInt(max); i > 0; i--) {
            words.add(field(r));
            words.add(value(r));
        }
        return dropLastAtTimes(r, words);
    }

    static List<String> dropLastAtTimes(Random r, List<String> words) {
        if (r.nextInt(25) == 0) {
            words.removeLast();
        }
        return words;
    }

    static List<String> options(Random r, int max, List<List<String>> choices) {
        List<String> all = new ArrayList<>();
        for (int i = r.nextInt(max + 1); i > 0; i--) {
            List<String> choice = choices.get(r.nextInt(choices.size()));
            all.addAll(
                    r.nextBoolean() ? choice : choice.stream().map(String::toLowerCase).toList());
        }
        return r.nextInt(15) == 0 && !all.isEmpty() ? all.subList(0, all.size() - 1) : all;
    }

    static List<String> setOptions(Random r) {
        return options(
                r,
                3,
                List.of(
                        of("NX"),
                        of("XX"),
                        of("GET"),
                        of("KEEPTTL"),
                        of("EX", seconds(r)),
                        of("PX", milliseconds(r)),
                        of("EXAT", unixSeconds(r)),
                        of("PXAT", unixMilliseconds(r)),
                        of("PERSIST"),
                        of("bad")));
    }

    static List<String> getexOptions(Random r) {
        return options(
                r,
                2,
                List.of(
                        of("PERSIST"),
                        of("EX", seconds(r)),
                        of("PX", milliseconds(r)),
                        of("EXAT", unixSeconds(r)),
                        of("PXAT", unixMilliseconds(r)),
                        of("KEEPTTL"),
                        of("bad")));
    }

    static List<String> lcsOptions(Random r) {
        return options(
                r,
                4,
                List.of(
                        of("LEN"),
                        of("IDX"),
                        of("IDX"),
                        of("WITHMATCHLEN"),
                        of("MINMATCHLEN", integer(r)),
                        of("MINMATCHLEN", "2")));
    }

    static List<String> expireOptions(Random r) {
        return options(
                r,
                2,
                List.of(
                        of("NX"),
                        of("XX"),
                        of("GT"),
                        of("LT"),
                        of("GT"),
                        of("LT"),
                        of("b\u00ffad")));
    }

    static List<String> copyOptions(Random r) {
        return options(
                r, 2, List.of(of("REPLACE"), of("DB", database(r)), of("DB", "1"), of("bad")));
    }

    static List<String> scanOptions(Random r, boolean typed) {
        return options(
                r,
                3,
                List.of(
                        of("COUNT", "100000"),
                        of("COUNT", integer(r)),
                        of("MATCH", pattern(r)),
                        of("MATCH", "field1*"),
                        typed
                                ? of("TYPE", pick(r, "string", "HASH", "list", "x"))
                                : of("MATCH", "*"),
                        of("bad")));
    }

    static List<String> randomOptions(Random r) {
        return options(
                r,
                1,
                List.of(
                        of("1"),
                        of("3"),
                        of("1000"),
                        of("-5"),
                        of("0"),
                        of(integer(r)),
                        of("3", "WITHVALUES"),
                        of("-3", "WITHVALUES"),
                        of("5000", "WITHVALUES"),
                        of("9223372036854775807", "WITHVALUES"),
                        of("-9223372036854775808"),
                        of("2", "bad"),
                        of("1", "WITHVALUES", "more")));
    }

    static List<String> nonsense(Random r, String... names) {
        List<String> words = new ArrayList<>();
        words.add(pick(r, names));
        for (int i = r.nextInt(6); i > 0; i--) {
            words.add(pick(r, STRINGS_OF_ALL_KINDS));
        }
        return words;
    }
}
