// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.CommandGenerator.dropLastAtTimes;
import static dev.dunlin.node.command.CommandGenerator.integer;
import static dev.dunlin.node.command.CommandGenerator.many;
import static dev.dunlin.node.command.CommandGenerator.nonsense;
import static dev.dunlin.node.command.CommandGenerator.options;
import static dev.dunlin.node.command.CommandGenerator.pick;
import static dev.dunlin.node.command.CommandGenerator.scanOptions;
import static dev.dunlin.node.command.CommandGenerator.value;
import static dev.dunlin.node.command.CommandGenerator.with;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Random commands about sets. What SPOP takes is chance, so it only gets sets of which it takes everything, or nothing.
final class SetGenerator {
    private SetGenerator() {}

    static List<String> next(Random r) {
        return switch (r.nextInt(40)) {
            case 0, 1, 2, 3, 4 -> with(CommandGenerator.of("SADD", set(r)), members(r, 6));
            case 5, 6 ->
                    with(
                            CommandGenerator.of("SADD", pick(r, "large", "large2", "ints")),
                            members(r, 90));
            case 7 ->
                    with(
                            CommandGenerator.of("SADD", "ints"),
                            integers(r, r.nextInt(10) == 0 ? 700 : 60));
            case 8, 9, 10 -> with(CommandGenerator.of("SREM", set(r)), members(r, 5));
            case 11 -> with(CommandGenerator.of("SREM", pick(r, "large", "ints")), members(r, 60));
            case 12, 13 -> CommandGenerator.of("SISMEMBER", set(r), member(r));
            case 14 -> with(CommandGenerator.of("SMISMEMBER", set(r)), members(r, 6));
            case 15 -> CommandGenerator.of("SCARD", set(r));
            case 16 -> CommandGenerator.of("SMEMBERS", set(r));
            case 17, 18 -> CommandGenerator.of("SMOVE", set(r), set(r), member(r));
            case 19, 20 ->
                    with(CommandGenerator.of(pick(r, "SINTER", "SUNION", "SDIFF")), sets(r, 4));
            case 21, 22, 23 ->
                    with(
                            CommandGenerator.of(
                                    pick(r, "SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"), set(r)),
                            sets(r, 4));
            case 24, 25 -> sintercard(r);
            case 26 ->
                    with(
                            CommandGenerator.of("SPOP", set(r)),
                            pick(
                                    r,
                                    CommandGenerator.of("100000"),
                                    CommandGenerator.of("100000"),
                                    CommandGenerator.of("0"),
                                    CommandGenerator.of("-1"),
                                    CommandGenerator.of("x"),
                                    CommandGenerator.of("9223372036854775807"),
                                    CommandGenerator.of("9223372036854775808"),
                                    CommandGenerator.of("1", "2")));
            case 27 ->
                    r.nextInt(5) == 0
                            ? CommandGenerator.of("SPOP")
                            : CommandGenerator.of("SPOP", "single");
            case 28 -> CommandGenerator.of(pick(r, "SADD", "SREM", "SISMEMBER"), "single", "only");
            case 29 ->
                    with(
                            CommandGenerator.of("SRANDMEMBER", set(r)),
                            options(
                                    r,
                                    1,
                                    List.of(
                                            CommandGenerator.of("1"),
                                            CommandGenerator.of("3"),
                                            CommandGenerator.of("1000"),
                                            CommandGenerator.of("-5"),
                                            CommandGenerator.of("0"),
                                            CommandGenerator.of(integer(r)),
                                            CommandGenerator.of("-9223372036854775808"),
                                            CommandGenerator.of("5", "2"))));
            case 30 ->
                    with(
                            CommandGenerator.of(
                                    "SSCAN",
                                    set(r),
                                    pick(r, "0", "0", "0", "-0", "+0", "", "x", "1x")),
                            scanOptions(r, false));
            case 31 -> CommandGenerator.of("OBJECT", "ENCODING", set(r));
            case 32 ->
                    r.nextInt(8) == 0
                            ? CommandGenerator.of("DEL", set(r))
                            : CommandGenerator.of("TYPE", set(r));
            case 33 ->
                    with(
                            CommandGenerator.of("COPY", set(r), set(r)),
                            r.nextBoolean()
                                    ? CommandGenerator.of("REPLACE")
                                    : CommandGenerator.of());
            case 34 ->
                    r.nextInt(10) == 0
                            ? CommandGenerator.of("SET", set(r), value(r))
                            : CommandGenerator.of("GET", set(r));
            case 35 -> CommandGenerator.of("DEBUG", "DIGEST-VALUE", set(r), set(r));
            case 36 ->
                    r.nextInt(6) == 0
                            ? CommandGenerator.of(
                                    "CONFIG",
                                    "SET",
                                    "set-max-intset-entries",
                                    pick(r, "512", "512", "0", "20", "100"))
                            : CommandGenerator.of("SCARD", set(r));
            case 37 ->
                    r.nextInt(4) == 0
                            ? CommandGenerator.of("PEXPIREAT", set(r), "4000000000000")
                            : CommandGenerator.of("PEXPIRETIME", set(r));
            case 38 -> CommandGenerator.of("RENAME", set(r), set(r));
            default ->
                    nonsense(
                            r,
                            "SADD",
                            "SREM",
                            "SISMEMBER",
                            "SMISMEMBER",
                            "SCARD",
                            "SMEMBERS",
                            "SRANDMEMBER",
                            "SMOVE",
                            "SINTER",
                            "SINTERSTORE",
                            "SINTERCARD",
                            "SUNION",
                            "SUNIONSTORE",
                            "SDIFF",
                            "SDIFFSTORE",
                            "SSCAN");
        };
    }

    private static List<String> sintercard(Random r) {
        List<String> keys = sets(r, 4);
        String number = r.nextInt(8) == 0 ? integer(r) : "" + keys.size();
        return dropLastAtTimes(
                r,
                new ArrayList<>(
                        with(
                                with(CommandGenerator.of("SINTERCARD", number), keys),
                                options(
                                        r,
                                        2,
                                        List.of(
                                                CommandGenerator.of("LIMIT", "0"),
                                                CommandGenerator.of("LIMIT", "3"),
                                                CommandGenerator.of("LIMIT", "1000"),
                                                CommandGenerator.of("LIMIT", integer(r)),
                                                CommandGenerator.of("bad"))))));
    }

    private static String set(Random r) {
        return switch (r.nextInt(12)) {
            case 0 -> "large";
            case 1 -> "large2";
            case 2, 3 -> "ints";
            case 4 -> pick(r, "k1", "nokey");
            default -> "s" + r.nextInt(5);
        };
    }

    private static List<String> sets(Random r, int max) {
        return many(r, max, () -> set(r));
    }

    private static String member(Random r) {
        return switch (r.nextInt(12)) {
            case 0 -> pick(r, CommandGenerator.STRINGS_OF_ALL_KINDS);
            case 1, 2, 3, 4 -> "" + (r.nextInt(60) - 20);
            case 5 ->
                    pick(
                            r,
                            "32767",
                            "32768",
                            "-32768",
                            "-32769",
                            "2147483647",
                            "2147483648",
                            "-2147483648",
                            "-2147483649");
            default -> "member" + r.nextInt(r.nextBoolean() ? 10 : 300);
        };
    }

    private static List<String> members(Random r, int max) {
        if (r.nextInt(3) == 0) {
            return integers(r, max);
        }
        return many(r, max, () -> member(r));
    }

    private static List<String> integers(Random r, int max) {
        int range = pick(r, 30, 300, 1000, 100_000);
        return many(r, max, () -> "" + (r.nextInt(range) - range / 3));
    }
}
