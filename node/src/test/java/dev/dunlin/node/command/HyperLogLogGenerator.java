// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static dev.dunlin.node.command.CommandGenerator.many;
import static dev.dunlin.node.command.CommandGenerator.nonsense;
import static dev.dunlin.node.command.CommandGenerator.pick;
import static dev.dunlin.node.command.CommandGenerator.value;
import static dev.dunlin.node.command.CommandGenerator.with;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// HyperLogLogs that grow from nothing to dense ones, are merged, and are spoiled at times by those who write strings.
final class HyperLogLogGenerator {
    private static final String HEADER = "HYLL\u0001\0\0\0\0\0\0\0\0\0\0\u0080";
    private static final int DENSE_BYTES = 12_288;

    private HyperLogLogGenerator() {}

    static List<String> next(Random r) {
        return switch (r.nextInt(26)) {
            case 0, 1, 2, 3, 4 -> with(List.of("PFADD", key(r)), elements(r));
            case 5, 6, 7 -> List.of("PFCOUNT", key(r));
            case 8, 9 -> with(List.of("PFCOUNT"), many(r, 4, () -> key(r)));
            case 10, 11 -> with(List.of("PFMERGE"), many(r, 4, () -> key(r)));
            case 12, 13, 14 -> List.of("GET", key(r));
            case 15 ->
                    List.of(
                            "PFDEBUG",
                            pick(r, "GETREG", "DECODE", "decode", "ENCODING", "TODENSE", "NOSUCH"),
                            key(r));
            case 16 -> List.of("PFDEBUG", pick(r, "DECODE", "ENCODING"), key(r));
            case 17 ->
                    r.nextInt(3) == 0
                            ? List.of("DEL", key(r))
                            : List.of("OBJECT", "ENCODING", key(r));
            case 18 ->
                    r.nextInt(4) == 0
                            ? List.of("CONFIG", "SET", "hll-sparse-max-bytes", sparseMax(r))
                            : List.of("STRLEN", key(r));
            // Another header, or more registers than there are. What is not done is to cut a run in
            // two: see SparseRegisters.
            case 19 ->
                    r.nextBoolean()
                            ? List.of(
                                    "SETRANGE",
                                    key(r),
                                    "" + r.nextInt(16),
                                    "" + (char) r.nextInt(256))
                            : List.of("APPEND", key(r), pick(r, "\0", "\u0080", "\u00ff", "?"));
            case 20 -> List.of("SET", key(r), r.nextInt(4) == 0 ? value(r) : sparse(r));
            case 21 ->
                    r.nextInt(3) == 0 ? List.of("SET", key(r), dense(r)) : List.of("TTL", key(r));
            case 22 -> List.of("PEXPIREAT", key(r), pick(r, "1", "9999999999999"));
            case 23 ->
                    r.nextInt(4) == 0 ? List.of("HSET", key(r), "f", "v") : List.of("TYPE", key(r));
            case 24 -> List.of(pick(r, "COPY", "RENAME"), key(r), key(r));
            default -> nonsense(r, "PFADD", "PFCOUNT", "PFMERGE", "PFDEBUG");
        };
    }

    private static String key(Random r) {
        return "hll" + r.nextInt(7);
    }

    private static String sparseMax(Random r) {
        return pick(r, "0", "17", "18", "20", "100", "1000", "3000", "3000", "16000", "x");
    }

    private static List<String> elements(Random r) {
        int count = r.nextInt(20) == 0 ? r.nextInt(2000) : r.nextInt(r.nextInt(5) == 0 ? 200 : 6);
        var elements = new ArrayList<String>();
        for (int i = 0; i < count; i++) {
            elements.add(r.nextInt(10) == 0 ? value(r) : "e" + r.nextInt(100_000));
        }
        return elements;
    }

    /// A sparse one as Redis would not make it: odd runs, and at times not as many registers as there should be.
    private static String sparse(Random r) {
        var text = new StringBuilder(HEADER);
        int left = 16_384;
        while (left > 0) {
            switch (r.nextInt(3)) {
                case 0 -> {
                    int run = Math.min(left, 1 + r.nextInt(64));
                    text.append((char) (run - 1));
                    left -= run;
                }
                case 1 -> {
                    int run = Math.min(left, 1 + r.nextInt(2000));
                    text.append((char) (0x40 | (run - 1) >> 8)).append((char) ((run - 1) & 0xFF));
                    left -= run;
                }
                default -> {
                    int run = Math.min(left, 1 + r.nextInt(4));
                    text.append(
                            (char) (0x80 | r.nextInt(r.nextBoolean() ? 3 : 32) << 2 | (run - 1)));
                    left -= run;
                }
            }
            if (r.nextInt(2000) == 0) {
                break;
            }
        }
        return text.toString();
    }

    private static String dense(Random r) {
        var text = new StringBuilder(HEADER.replace('\u0001', '\0'));
        int max = pick(r, 1, 8, 256);
        for (int i = r.nextInt(50) == 0 ? 1 : 0; i < DENSE_BYTES; i++) {
            text.append((char) r.nextInt(max));
        }
        return text.toString();
    }
}
