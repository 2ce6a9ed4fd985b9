// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.CommandGenerator.STRINGS_OF_ALL_KINDS;
import static dev.dunlin.node.command.CommandGenerator.nonsense;
import static dev.dunlin.node.command.CommandGenerator.options;
import static dev.dunlin.node.command.CommandGenerator.pick;
import static dev.dunlin.node.command.CommandGenerator.with;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Commands that take strings for rows of bits.
final class BitmapGenerator {
    private BitmapGenerator() {}

    static List<String> next(Random r) {
        return switch (r.nextInt(24)) {
            case 0, 1, 2 -> List.of("SETBIT", key(r), position(r), bit(r));
            case 3 -> List.of("GETBIT", key(r), position(r));
            case 4, 5, 6 -> with(List.of("BITCOUNT", key(r)), range(r, true));
            case 7, 8, 9 -> with(List.of("BITPOS", key(r), bit(r)), range(r, false));
            case 10, 11, 12 -> with(List.of("BITOP", operation(r), key(r)), keys(r));
            case 13, 14, 15, 16 -> with(List.of("BITFIELD", key(r)), fields(r));
            case 17 -> with(List.of("BITFIELD_RO", key(r)), reads(r));
            case 18 -> List.of("SET", key(r), bytes(r));
            case 19 -> List.of("SETRANGE", key(r), "" + r.nextInt(70), bytes(r));
            case 20 ->
                    pick(
                            r,
                            List.of("DEL", key(r)),
                            List.of("HSET", key(r), "f", "v"),
                            List.of("SET", key(r), "" + r.nextInt(20_000)),
                            List.of("PEXPIREAT", key(r), pick(r, "1", "9999999999999")),
                            List.of("APPEND", key(r), bytes(r)));
            case 21 -> List.of("OBJECT", "ENCODING", key(r));
            case 22 -> List.of("GET", key(r));
            default ->
                    nonsense(
                            r,
                            "SETBIT",
                            "GETBIT",
                            "BITCOUNT",
                            "BITPOS",
                            "BITOP",
                            "BITFIELD",
                            "BITFIELD_RO");
        };
    }

    private static String key(Random r) {
        return "b" + r.nextInt(8);
    }

    private static List<String> keys(Random r) {
        var keys = new ArrayList<String>();
        for (int i = 1 + r.nextInt(r.nextInt(12) == 0 ? 20 : 3); i > 0; i--) {
            keys.add(key(r));
        }
        return keys;
    }

    /// Mostly zeros or mostly ones, so that searches go far.
    private static String bytes(Random r) {
        int length = r.nextInt(r.nextInt(4) == 0 ? 300 : 40);
        char usual = pick(r, '\0', '\u00ff', 'x');
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(r.nextInt(12) == 0 ? (char) r.nextInt(256) : usual);
        }
        return text.toString();
    }

    private static String bit(Random r) {
        return r.nextInt(15) == 0 ? pick(r, STRINGS_OF_ALL_KINDS) : pick(r, "0", "1");
    }

    private static String position(Random r) {
        return switch (r.nextInt(12)) {
            case 0 -> pick(r, STRINGS_OF_ALL_KINDS);
            case 1 ->
                    pick(
                            r,
                            "4294967296",
                            "8388607",
                            "8388608",
                            "9223372036854775807",
                            "-1",
                            "#1",
                            "#",
                            "");
            case 2 -> "" + r.nextInt(20_000);
            default -> "" + r.nextInt(300);
        };
    }

    private static String index(Random r) {
        return switch (r.nextInt(14)) {
            case 0 -> pick(r, STRINGS_OF_ALL_KINDS);
            case 1 -> "" + (r.nextInt(6000) - 3000);
            default -> "" + (r.nextInt(160) - 80);
        };
    }

    private static List<String> range(Random r, boolean both) {
        return switch (r.nextInt(8)) {
            case 0 -> List.of();
            case 1 -> both ? List.of(index(r), index(r)) : List.of(index(r));
            case 2, 3 -> List.of(index(r), index(r));
            case 4 -> List.of(index(r), index(r), pick(r, "bytes", "bits", "", "BIT", "byte"));
            case 5 -> List.of(index(r), index(r), "BYTE");
            case 6 ->
                    r.nextInt(6) == 0
                            ? List.of(index(r), index(r), "BIT", "BIT")
                            : List.of(index(r), index(r), "bit");
            default -> List.of(index(r), index(r), "BIT");
        };
    }

    private static String operation(Random r) {
        return pick(r, "AND", "OR", "XOR", "NOT", "and", "or", "Xor", "AND", "OR", "XOR", "nand");
    }

    private static String type(Random r) {
        return switch (r.nextInt(10)) {
            case 0 -> pick(r, "i64", "u63", "i1", "u1", "i65", "u64", "u0", "i", "", "x8", "u08");
            case 1, 2, 3 -> pick(r, "i8", "u8", "i16", "u16", "i32", "u32");
            default -> r.nextBoolean() ? "i" + (1 + r.nextInt(64)) : "u" + (1 + r.nextInt(63));
        };
    }

    private static String fieldOffset(Random r) {
        return switch (r.nextInt(10)) {
            case 0 -> position(r);
            case 1, 2, 3 -> "#" + r.nextInt(20);
            case 4 ->
                    pick(r, "#-1", "#9223372036854775807", "#x", "#1 ", "4294967295", "#268435455");
            default -> "" + r.nextInt(300);
        };
    }

    private static String number(Random r) {
        return switch (r.nextInt(6)) {
            case 0 -> pick(r, STRINGS_OF_ALL_KINDS);
            case 1 -> "" + r.nextLong();
            case 2 -> "" + (r.nextLong() >> r.nextInt(64));
            default -> "" + (r.nextInt(600) - 300);
        };
    }

    private static List<String> reads(Random r) {
        return options(
                r,
                4,
                List.of(
                        List.of("GET", type(r), fieldOffset(r)),
                        List.of("GET", type(r), fieldOffset(r)),
                        List.of("GET", type(r), fieldOffset(r)),
                        List.of("OVERFLOW", "SAT"),
                        List.of("GET", type(r)),
                        r.nextInt(4) == 0
                                ? List.of("SET", "u8", "0", "1")
                                : List.of("GET", "u8", "0")));
    }

    private static List<String> fields(Random r) {
        return options(
                r,
                5,
                List.of(
                        // Offsets at the far end would make every key half a gigabyte long.
                        List.of("GET", type(r), fieldOffset(r)),
                        List.of("SET", type(r), nearOffset(r), number(r)),
                        List.of("SET", type(r), nearOffset(r), number(r)),
                        List.of("INCRBY", type(r), nearOffset(r), number(r)),
                        List.of("INCRBY", type(r), nearOffset(r), number(r)),
                        List.of("INCRBY", type(r), nearOffset(r), number(r)),
                        List.of("OVERFLOW", "WRAP"),
                        List.of("OVERFLOW", "SAT"),
                        List.of("OVERFLOW", "FAIL"),
                        r.nextInt(6) == 0 ? List.of("OVERFLOW", "bad") : List.of("OVERFLOW", "sat"),
                        r.nextInt(6) == 0 ? List.of("bad") : List.of("GET", "i64", "3")));
    }

    private static String nearOffset(Random r) {
        return switch (r.nextInt(10)) {
            case 0 -> pick(r, "#-1", "#9223372036854775807", "#x", "-1", "4294967296", "");
            case 1, 2, 3 -> "#" + r.nextInt(20);
            default -> "" + r.nextInt(300);
        };
    }
}
