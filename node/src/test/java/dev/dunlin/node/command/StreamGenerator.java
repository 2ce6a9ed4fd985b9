// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.CommandGenerator.STRINGS_OF_ALL_KINDS;
import static dev.dunlin.node.command.CommandGenerator.integer;
import static dev.dunlin.node.command.CommandGenerator.many;
import static dev.dunlin.node.command.CommandGenerator.nonsense;
import static dev.dunlin.node.command.CommandGenerator.options;
import static dev.dunlin.node.command.CommandGenerator.pick;
import static dev.dunlin.node.command.CommandGenerator.with;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Random commands about streams.
///
/// Ids are explicit, because two servers read two clocks; generated ones are asked for only of a stream whose last id is far in the future.
/// Deliveries are old (`TIME 1000`) or new, so that it is certain which are idle for an hour.
final class StreamGenerator {
    private static final String FUTURE = "future";

    /// The one whose id is set, which has no odd ids.
    private static final String COUNTED = "counted";

    private static final String HOUR_MS = "3600000";

    private StreamGenerator() {}

    /// Not as long as those of other types: redis-server 7.0 crashes when it reads an entry that is much larger than
    /// `stream-node-max-bytes`, once that was lowered.
    private static String value(Random r) {
        String value = CommandGenerator.value(r);
        return value.substring(0, Math.min(value.length(), 500));
    }

    private static List<String> of(String... words) {
        return List.of(words);
    }

    static List<String> next(Random r) {
        return switch (r.nextInt(52)) {
            case 0, 1, 2, 3, 4, 5, 6, 7, 8 ->
                    with(with(of("XADD", stream(r)), addOptions(r)), newEntry(r));
            case 9 -> with(of("XADD", "long", longId(r)), fields(r, 2));
            case 10 ->
                    with(
                            r.nextBoolean()
                                    ? of("XADD", "long", "1000-*")
                                    : of("XADD", COUNTED, "40-*"),
                            fields(r, 2));
            case 11 -> with(of("XADD", FUTURE, "99999999999999-" + r.nextInt(50)), fields(r, 2));
            case 12, 13 ->
                    with(
                            with(of("XADD", FUTURE, "NOMKSTREAM"), addOptions(r)),
                            with(of("*"), fields(r, 2)));
            case 14 -> of("XLEN", key(r));
            case 15, 16 -> with(of("XRANGE", key(r), start(r), end(r)), countOption(r));
            case 17, 18 -> with(of("XREVRANGE", key(r), end(r), start(r)), countOption(r));
            case 19, 20, 21 -> with(of("XDEL", key(r)), many(r, 4, () -> id(r)));
            case 22, 23 -> with(of("XTRIM", key(r)), trimOptions(r));
            case 24, 25 -> xread(r);
            case 26, 27, 28, 29, 30 -> xreadgroup(r);
            case 31 ->
                    with(
                            of("XSETID", COUNTED, setId(r)),
                            options(
                                    r,
                                    2,
                                    List.of(
                                            of("ENTRIESADDED", "" + r.nextInt(60)),
                                            of("ENTRIESADDED", integer(r)),
                                            of("MAXDELETEDID", id(r)),
                                            of("bad"))));
            case 32, 33, 34 ->
                    with(
                            of("XGROUP", "CREATE", stream(r), group(r), groupId(r)),
                            options(
                                    r,
                                    2,
                                    List.of(
                                            of("MKSTREAM"),
                                            of("MKSTREAM"),
                                            of("ENTRIESREAD", "" + r.nextInt(20)),
                                            of("ENTRIESREAD", integer(r)),
                                            of("bad"))));
            case 35 ->
                    with(
                            of("XGROUP", "SETID", key(r), group(r), groupId(r)),
                            options(
                                    r,
                                    1,
                                    List.of(
                                            of("ENTRIESREAD", "" + r.nextInt(20)),
                                            of("ENTRIESREAD", integer(r)),
                                            of("MKSTREAM"))));
            case 36 ->
                    r.nextInt(4) == 0
                            ? of("XGROUP", "DESTROY", key(r), group(r))
                            : of("XGROUP", "CREATECONSUMER", key(r), group(r), consumer(r));
            case 37 -> of("XGROUP", "DELCONSUMER", key(r), group(r), consumer(r));
            case 38, 39 -> with(of("XACK", key(r), group(r)), many(r, 3, () -> id(r)));
            case 40 -> of("XPENDING", key(r), group(r));
            case 41, 42 -> xpending(r);
            case 43, 44, 45 -> xclaim(r);
            case 46, 47 -> xautoclaim(r);
            case 48 -> xinfo(r);
            case 49 -> other(r);
            case 50 -> of("DEBUG", "DIGEST-VALUE", key(r));
            default -> wrong(r);
        };
    }

    private static List<String> other(Random r) {
        return switch (r.nextInt(12)) {
            case 0, 1 -> of("DEL", r.nextInt(3) == 0 ? COUNTED : key(r));
            case 2 ->
                    with(of("COPY", stream(r), stream(r)), r.nextBoolean() ? of("REPLACE") : of());
            case 3 -> of("SET", "k1", value(r));
            case 4 -> of("OBJECT", "ENCODING", key(r));
            case 5 -> of("TYPE", key(r));
            case 6 ->
                    of(
                            "CONFIG",
                            "SET",
                            "stream-node-max-entries",
                            pick(r, "0", "1", "3", "10", "100", "200"));
            case 7 ->
                    of(
                            "CONFIG",
                            "SET",
                            "stream-node-max-bytes",
                            pick(r, "0", "100", "1000", "4096"));
            case 8 -> of("MEMORY", "USAGE", key(r));
            case 9 -> of("PEXPIREAT", stream(r), pick(r, "1", "9999999999999"));
            case 10 -> of("RENAME", stream(r), stream(r));
            default -> of("GET", key(r));
        };
    }

    private static List<String> wrong(Random r) {
        return pick(
                r,
                nonsense(
                        r,
                        "XADD",
                        "XLEN",
                        "XRANGE",
                        "XREVRANGE",
                        "XDEL",
                        "XTRIM",
                        "XREAD",
                        "XSETID",
                        "XGROUP",
                        "XREADGROUP",
                        "XACK",
                        "XPENDING",
                        "XCLAIM",
                        "XAUTOCLAIM",
                        "XINFO"),
                of("XGROUP", pick(r, "HELP", "help", "NOSUCH", "CREATE", "DESTROY")),
                of("XINFO", pick(r, "HELP", "help", "NOSUCH", "STREAM", "GROUPS")),
                of("XREAD", "STREAMS", key(r)),
                of("XREAD", "STREAMS", key(r), "0", "1"),
                of("XREADGROUP", "GROUP", group(r), "c", "STREAMS", key(r)),
                of("XREADGROUP", "GROUP", group(r), "STREAMS", key(r), "0", "0", "0"),
                of("XREADGROUP", "COUNT", "1", "NOACK", "STREAMS", key(r), ">"),
                of("XREADGROUP", "COUNT", "1", "NOACK", "NOACK", "STREAMS", key(r), ">"));
    }

    private static String stream(Random r) {
        return r.nextInt(30) == 0 ? "k1" : "s" + r.nextInt(3);
    }

    private static String key(Random r) {
        return switch (r.nextInt(8)) {
            case 0 -> r.nextInt(3) == 0 ? COUNTED : FUTURE;
            case 1, 2 -> "long";
            case 3 -> r.nextInt(4) == 0 ? "missing" : "s0";
            default -> stream(r);
        };
    }

    private static String group(Random r) {
        return pick(r, "g", "g", "g", "h", "h\0x\r\n", "");
    }

    private static String consumer(Random r) {
        return pick(r, "alice", "bob", "carol", "", "b\u00ff\r\n");
    }

    private static String longId(Random r) {
        return (1 + r.nextInt(900)) + "-" + r.nextInt(3);
    }

    private static String id(Random r) {
        return switch (r.nextInt(16)) {
            case 0 -> pick(r, STRINGS_OF_ALL_KINDS);
            case 1 -> oddId(r);
            case 2 -> "" + r.nextInt(45);
            case 3, 4 -> "1000-" + r.nextInt(60);
            case 5 -> "99999999999999-" + r.nextInt(60);
            case 6 -> longId(r);
            default -> r.nextInt(42) + "-" + r.nextInt(r.nextInt(3) == 0 ? 20 : 3);
        };
    }

    private static String oddId(Random r) {
        return pick(
                r,
                "-",
                "+",
                "$",
                ">",
                "*",
                "0-0",
                "0",
                "1-",
                "-1",
                "1--1",
                "1--01",
                "1-*",
                "*-1",
                " 5-1",
                "5 -1",
                "5- 1",
                "+5-+1",
                "007-001",
                "18446744073709551615-18446744073709551615",
                "18446744073709551615-18446744073709551614",
                "18446744073709551615",
                "18446744073709551616-1",
                "5-18446744073709551615",
                "5-18446744073709551616",
                "9223372036854775808-1",
                "5-1\0x",
                "\t5",
                "(5",
                "((5",
                "1".repeat(127),
                "1".repeat(128));
    }

    private static String start(Random r) {
        return switch (r.nextInt(5)) {
            case 0, 1 -> "-";
            case 2 -> "(" + id(r);
            default -> id(r);
        };
    }

    private static String end(Random r) {
        return switch (r.nextInt(5)) {
            case 0, 1 -> "+";
            case 2 -> "(" + id(r);
            default -> id(r);
        };
    }

    private static List<String> newEntry(Random r) {
        String id =
                switch (r.nextInt(8)) {
                    case 0 -> id(r);
                    case 1, 2, 3 -> r.nextInt(40) + "-*";
                    case 4 -> "40-" + r.nextInt(1000);
                    case 5 -> r.nextInt(40) + "-" + r.nextInt(4);
                    default -> "40-*";
                };
        return id.equals("*") ? of("40-*", "a", "b") : with(of(id), fields(r, 3));
    }

    private static List<String> fields(Random r, int max) {
        if (r.nextInt(3) > 0) {
            return of("name", value(r), "age", "" + r.nextInt(200));
        }
        var fields = new ArrayList<String>();
        for (int i = r.nextInt(40) == 0 ? 0 : 1 + r.nextInt(max); i > 0; i--) {
            fields.add(pick(r, "name", "age", "1", "x", "", pick(r, STRINGS_OF_ALL_KINDS)));
            fields.add(value(r));
        }
        if (r.nextInt(30) == 0) {
            fields.add("odd");
        }
        return fields;
    }

    private static List<String> addOptions(Random r) {
        return switch (r.nextInt(8)) {
            case 0 -> of("NOMKSTREAM");
            case 1 -> trimOptions(r);
            case 2 -> of("MAXLEN", "~", "" + r.nextInt(40));
            default -> of();
        };
    }

    private static List<String> trimOptions(Random r) {
        String operator = pick(r, "=", "~", "");
        List<String> trim =
                switch (r.nextInt(8)) {
                    case 0 -> of("MAXLEN", operator, integer(r));
                    case 1, 2 -> of("MINID", operator, id(r));
                    case 3 -> of("minid", operator, r.nextInt(42) + "-" + r.nextInt(3));
                    default -> of("maxlen", operator, "" + r.nextInt(60));
                };
        if (operator.isEmpty()) {
            trim = of(trim.getFirst(), trim.getLast());
        }
        return switch (r.nextInt(8)) {
            case 0 -> with(trim, of("LIMIT", "" + r.nextInt(40)));
            case 1 -> with(trim, of("LIMIT", integer(r)));
            case 2 -> r.nextInt(4) == 0 ? with(trim, of("MAXLEN", "4")) : trim;
            case 3 -> r.nextInt(6) == 0 ? of("LIMIT", "" + r.nextInt(2)) : trim;
            default -> trim;
        };
    }

    private static List<String> countOption(Random r) {
        return switch (r.nextInt(8)) {
            case 0 -> of("COUNT", integer(r));
            case 1, 2, 3 -> of("COUNT", "" + r.nextInt(8));
            case 4 ->
                    r.nextInt(4) == 0
                            ? pick(r, of("COUNT"), of("bad"), of("COUNT", "1", "x"))
                            : of();
            default -> of();
        };
    }

    /// Not below an entry that was deleted, which Redis 7.2 refuses and 7.0 does not.
    private static String setId(Random r) {
        return r.nextInt(4) == 0
                ? pick(r, "-", "+", "$", "x", "1-*", "18446744073709551616")
                : "99999999999999-" + (100 + r.nextInt(2000));
    }

    private static String groupId(Random r) {
        return switch (r.nextInt(5)) {
            case 0 -> "$";
            case 1 -> id(r);
            case 2 -> r.nextInt(40) + "-1";
            default -> "0";
        };
    }

    private static List<String> xread(Random r) {
        var command = new ArrayList<String>();
        command.add("XREAD");
        command.addAll(
                options(
                        r,
                        1,
                        List.of(
                                of("COUNT", "" + r.nextInt(5)),
                                of("COUNT", integer(r)),
                                of("BLOCK", pick(r, "1", "-1", "x", "9223372036854775808")),
                                of("GROUP", "g", "c"),
                                of("NOACK"),
                                of("bad"))));
        addStreams(r, command, () -> r.nextInt(6) == 0 ? pick(r, "$", ">", "-", "+") : id(r));
        return command;
    }

    private static List<String> xreadgroup(Random r) {
        var command = new ArrayList<String>();
        command.add("XREADGROUP");
        command.addAll(of("GROUP", group(r), consumer(r)));
        command.addAll(
                options(
                        r,
                        2,
                        List.of(
                                of("COUNT", "" + r.nextInt(5)),
                                of("COUNT", "3"),
                                of("BLOCK", "1"),
                                of("NOACK"))));
        addStreams(r, command, () -> r.nextInt(3) == 0 ? id(r) : r.nextInt(30) == 0 ? "$" : ">");
        return command;
    }

    private static void addStreams(
            Random r, List<String> command, java.util.function.Supplier<String> id) {
        command.add("STREAMS");
        int streams = 1 + r.nextInt(r.nextInt(4) == 0 ? 3 : 1);
        for (int i = 0; i < streams; i++) {
            command.add(key(r));
        }
        for (int i = 0; i < streams; i++) {
            command.add(id.get());
        }
    }

    private static List<String> xpending(Random r) {
        var command = new ArrayList<>(of("XPENDING", key(r), group(r)));
        if (r.nextInt(3) == 0) {
            command.addAll(of("IDLE", pick(r, "0", HOUR_MS, "-1", "x")));
        }
        command.addAll(of(start(r), end(r), r.nextInt(8) == 0 ? integer(r) : "" + r.nextInt(20)));
        if (r.nextInt(3) == 0) {
            command.add(consumer(r));
        }
        if (r.nextInt(20) == 0) {
            command.add("more");
        }
        return command;
    }

    private static String oddIdle(Random r) {
        return pick(r, "-1", "", "x", "1.5", "9223372036854775807", "-9223372036854775808");
    }

    private static List<String> xclaim(Random r) {
        var command =
                new ArrayList<>(
                        of(
                                "XCLAIM",
                                key(r),
                                group(r),
                                consumer(r),
                                r.nextInt(10) == 0 ? oddIdle(r) : pick(r, "0", "0", HOUR_MS)));
        command.addAll(many(r, 4, () -> id(r)));
        command.addAll(
                options(
                        r,
                        3,
                        List.of(
                                of("FORCE"),
                                of("FORCE"),
                                of("JUSTID"),
                                of("TIME", "1000"),
                                of("TIME", pick(r, "-5", "x", "9223372036854775807")),
                                of("IDLE", pick(r, "-1", "x", "100000000")),
                                of("RETRYCOUNT", pick(r, "0", "5", "-1", "-7", "x")),
                                of("LASTID", id(r)),
                                of("bad\r\n\u00ff"))));
        return command;
    }

    private static List<String> xautoclaim(Random r) {
        return with(
                of(
                        "XAUTOCLAIM",
                        key(r),
                        group(r),
                        consumer(r),
                        r.nextInt(10) == 0 ? oddIdle(r) : pick(r, "0", HOUR_MS),
                        r.nextInt(3) == 0 ? start(r) : "0"),
                options(
                        r,
                        2,
                        List.of(
                                of("JUSTID"),
                                of("COUNT", "" + r.nextInt(5)),
                                of("COUNT", "1"),
                                of("COUNT", pick(r, "-1", "x", "", "9223372036854775807")),
                                of("bad"))));
    }

    private static List<String> xinfo(Random r) {
        return switch (r.nextInt(5)) {
            case 0 -> of("XINFO", "GROUPS", key(r));
            case 1 -> of("XINFO", "CONSUMERS", key(r), group(r));
            case 2 ->
                    with(
                            of("XINFO", "STREAM", key(r), "FULL"),
                            pick(
                                    r,
                                    of(),
                                    of("COUNT", "0"),
                                    of("COUNT", "3"),
                                    of("COUNT", "-1"),
                                    of("COUNT", "x"),
                                    of("COUNT"),
                                    of("bad", "1")));
            default -> of("XINFO", "STREAM", key(r));
        };
    }
}
