// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.CommandGenerator.STRINGS_OF_ALL_KINDS;
import static dev.dunlin.node.command.CommandGenerator.integer;
import static dev.dunlin.node.command.CommandGenerator.many;
import static dev.dunlin.node.command.CommandGenerator.nonsense;
import static dev.dunlin.node.command.CommandGenerator.options;
import static dev.dunlin.node.command.CommandGenerator.pick;
import static dev.dunlin.node.command.CommandGenerator.value;
import static dev.dunlin.node.command.CommandGenerator.with;

import java.util.List;
import java.util.Random;

/// Random commands about lists: short ones, long ones, and lists of very long elements, with limits that change.
final class ListGenerator {
    private ListGenerator() {}

    static List<String> next(Random r) {
        return switch (r.nextInt(34)) {
            case 0, 1, 2 -> with(of(push(r), list(r)), many(r, 5, () -> element(r)));
            case 3 -> with(of(push(r), "large"), many(r, 60, () -> element(r)));
            case 4 ->
                    with(of(push(r), pick(r, "plain", "large")), many(r, 3, () -> longElement(r)));
            case 5, 6 -> with(of(pop(r), list(r)), r.nextBoolean() ? of() : of(count(r)));
            case 7 -> of("LLEN", list(r));
            case 8, 9, 10 -> of("LRANGE", list(r), index(r), index(r));
            case 11, 12 -> of("LINDEX", list(r), index(r));
            case 13, 14 -> of("LSET", list(r), index(r), anyElement(r));
            case 15, 16, 17 ->
                    of(
                            "LINSERT",
                            list(r),
                            pick(r, "BEFORE", "AFTER", "before", "After", "BEFORE", "x"),
                            element(r),
                            anyElement(r));
            case 18, 19 ->
                    of("LREM", list(r), pick(r, "0", "1", "-1", "3", "-3", index(r)), element(r));
            case 20 -> of("LTRIM", list(r), trimStart(r), trimStop(r));
            case 21, 22, 23 -> with(of("LPOS", list(r), element(r)), posOptions(r));
            case 24, 25 -> of("LMOVE", list(r), list(r), end(r), end(r));
            case 26 -> of("RPOPLPUSH", list(r), list(r));
            case 27 -> multiplePop(r);
            case 28 -> of("OBJECT", "ENCODING", list(r));
            case 29 ->
                    switch (r.nextInt(8)) {
                        case 0, 1 -> of("DEL", list(r));
                        case 2 -> of("SET", "l1", value(r));
                        case 3 -> of("PEXPIREAT", list(r), "1");
                        case 4 -> of("PEXPIREAT", list(r), "4000000000000");
                        default -> of("TYPE", list(r));
                    };
            case 30 -> with(of("COPY", list(r), list(r)), r.nextBoolean() ? of("REPLACE") : of());
            case 31 ->
                    r.nextInt(4) == 0
                            ? of(
                                    "CONFIG",
                                    "SET",
                                    "list-max-listpack-size",
                                    pick(r, "-2", "-1", "-5", "-9", "5", "40", "1", "0", "x", "-2"))
                            : of("DEBUG", "DIGEST-VALUE", list(r), "large", "plain");
            case 32 -> r.nextInt(3) == 0 ? of("RENAME", list(r), list(r)) : of("DEBUG", "DIGEST");
            default ->
                    nonsense(
                            r,
                            "LPUSH",
                            "RPUSHX",
                            "LPOP",
                            "LLEN",
                            "LRANGE",
                            "LINDEX",
                            "LSET",
                            "LINSERT",
                            "LREM",
                            "LTRIM",
                            "LPOS",
                            "LMOVE",
                            "RPOPLPUSH");
        };
    }

    private static List<String> of(String... words) {
        return List.of(words);
    }

    static String list(Random r) {
        return switch (r.nextInt(12)) {
            case 0, 1, 2 -> "large";
            case 3 -> "plain";
            case 4 -> CommandGenerator.BINARY_KEY;
            default -> "l" + r.nextInt(5);
        };
    }

    private static String push(Random r) {
        return pick(r, "LPUSH", "RPUSH", "LPUSH", "RPUSH", "LPUSHX", "RPUSHX");
    }

    private static String pop(Random r) {
        return pick(r, "LPOP", "RPOP");
    }

    private static String end(Random r) {
        return pick(r, "LEFT", "RIGHT", "left", "Right", "LEFT", "RIGHT", "LEFT", "RIGHT", "x");
    }

    private static String count(Random r) {
        return r.nextInt(4) == 0 ? integer(r) : "" + r.nextInt(r.nextInt(10) == 0 ? 2000 : 8);
    }

    private static String element(Random r) {
        return r.nextInt(3) == 0 ? "e" + r.nextInt(30) : value(r);
    }

    private static String longElement(Random r) {
        return pick(r, "a", "bc", "12").repeat(2000 + r.nextInt(4200));
    }

    private static String anyElement(Random r) {
        return r.nextInt(12) == 0 ? longElement(r) : element(r);
    }

    private static String index(Random r) {
        return switch (r.nextInt(8)) {
            case 0 -> pick(r, STRINGS_OF_ALL_KINDS);
            case 1, 2 -> "" + (r.nextInt(4000) - 2000);
            case 3 -> pick(r, "0", "-1");
            default -> "" + (r.nextInt(40) - 20);
        };
    }

    private static String trimStart(Random r) {
        return r.nextInt(5) == 0 ? index(r) : "" + r.nextInt(10);
    }

    private static String trimStop(Random r) {
        return r.nextInt(5) == 0 ? index(r) : "-" + (1 + r.nextInt(10));
    }

    private static List<String> posOptions(Random r) {
        return options(
                r,
                3,
                List.of(
                        of("RANK", pick(r, "1", "2", "-1", "-2", "5", "0", integer(r))),
                        of("RANK", "-9223372036854775808"),
                        of("COUNT", pick(r, "0", "1", "2", "100", integer(r))),
                        of("COUNT", "0"),
                        of("MAXLEN", pick(r, "0", "1", "10", "1000", integer(r))),
                        of("bad")));
    }

    private static List<String> multiplePop(Random r) {
        List<String> keys = many(r, 4, () -> list(r));
        String number =
                r.nextInt(8) == 0
                        // Not the largest number: with it a real server looks past its arguments.
                        ? pick(r, "0", "-1", "x", "2", "100", "")
                        : "" + keys.size();
        return with(
                with(with(of("LMPOP", number), keys), of(end(r))),
                options(r, 1, List.of(of("COUNT", count(r)), of("COUNT", "3"), of("bad"))));
    }
}
