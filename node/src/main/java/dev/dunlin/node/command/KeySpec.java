// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import java.util.List;
import java.util.function.IntConsumer;

/// Where a command's keys are among its arguments ([key specifications](https://redis.io/docs/latest/develop/reference/key-specs/)).
///
/// @param flags as COMMAND prints them, such as `RO` and `access`
public record KeySpec(List<String> flags, Begin begin, Find find) {
    /// How the first key is found.
    public sealed interface Begin {
        /// At a fixed position.
        record Index(int position) implements Begin {}

        /// After a word; searched from `startFrom` on, backwards from the end when that is negative.
        record Keyword(String word, int startFrom) implements Begin {}

        /// Only the command itself knows.
        record Unknown() implements Begin {}
    }

    /// How the other keys follow from the first.
    public sealed interface Find {
        /// @param lastKey from the first key on; negative counts from the end of the arguments
        /// @param limit with `lastKey` -1: use only the first `1/limit` of the remaining arguments; 0 and 1 mean all
        record Range(int lastKey, int step, int limit) implements Find {}

        /// A number of keys is among the arguments; positions count from where the search began.
        record KeyNumber(int numberPosition, int firstKey, int step) implements Find {}

        /// Only the command itself knows.
        record Unknown() implements Find {}
    }

    /// One key, the first argument.
    public static KeySpec first(String... flags) {
        return range(1, 0, 1, flags);
    }

    /// Every argument is a key.
    public static KeySpec all(String... flags) {
        return range(1, -1, 1, flags);
    }

    /// Every other argument is a key, as in MSET.
    public static KeySpec everyOther(String... flags) {
        return range(1, -1, 2, flags);
    }

    /// The number of keys at `position`, and then so many.
    public static KeySpec numbered(int position, String... flags) {
        return new KeySpec(List.of(flags), new Begin.Index(position), new Find.KeyNumber(0, 1, 1));
    }

    /// Keys from `position` on.
    public static KeySpec range(int position, int lastKey, int step, String... flags) {
        return new KeySpec(
                List.of(flags), new Begin.Index(position), new Find.Range(lastKey, step, 0));
    }

    /// {@return whether these arguments have as many keys as they say; as Redis has it, none of a command's keys are known otherwise}
    boolean isComplete(Args args) {
        if (!(find instanceof Find.KeyNumber(int numberPosition, int firstKey, int step))) {
            return true;
        }
        int first = firstPosition(args);
        int at = first + numberPosition;
        if (first <= 0
                || at >= args.count()
                || !dev.dunlin.node.resp.Decimal.isLong(args.address(at), args.bytes(at))) {
            return false;
        }
        long keys = args.longAt(at);
        return keys > 0 && keys <= (args.count() - first - firstKey + step - 1) / step;
    }

    /// Visits the positions of all keys in these arguments; invalid arguments yield fewer or none.
    public void forEachKey(Args args, IntConsumer visitor) {
        int first = firstPosition(args);
        if (first <= 0 || first >= args.count()) {
            return;
        }
        switch (find) {
            case Find.Range range -> {
                int last = first + range.lastKey;
                if (range.lastKey < 0) {
                    last = args.count() + range.lastKey;
                    if (range.limit > 1) {
                        last = first + (args.count() - first) / range.limit + range.lastKey;
                    }
                }
                for (int i = first; i <= last && i < args.count(); i += range.step) {
                    visitor.accept(i);
                }
            }
            case Find.KeyNumber number -> {
                int at = first + number.numberPosition;
                if (at >= args.count()
                        || !dev.dunlin.node.resp.Decimal.isLong(args.address(at), args.bytes(at))) {
                    return;
                }
                long keys = args.longAt(at);
                int i = first + number.firstKey;
                // More keys than there are arguments: the command is going to say so, and has none.
                if (keys > (args.count() - i) / number.step) {
                    return;
                }
                for (long k = 0; k < keys; k++, i += number.step) {
                    visitor.accept(i);
                }
            }
            case Find.Unknown _ -> {}
        }
    }

    private int firstPosition(Args args) {
        return switch (begin) {
            case Begin.Index(int position) -> position;
            case Begin.Keyword(String word, int startFrom) -> {
                boolean backwards = startFrom < 0;
                int from = backwards ? args.count() + startFrom : startFrom;
                int to = backwards ? 0 : args.count();
                String lower = word.toLowerCase(java.util.Locale.ROOT);
                for (int i = from; backwards ? i > to : i < to; i += backwards ? -1 : 1) {
                    if (args.is(i, lower)) {
                        yield i + 1;
                    }
                }
                yield 0;
            }
            case Begin.Unknown _ -> 0;
        };
    }
}
