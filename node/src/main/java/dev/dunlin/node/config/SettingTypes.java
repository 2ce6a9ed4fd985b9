// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// The types that many directives share; those of a single directive are in [SpecialTypes].
final class SettingTypes {
    static final String WRONG_WORD_COUNT = "wrong number of arguments";

    private SettingTypes() {}

    /// Any text.
    static SettingType<String> text() {
        return text(word -> word);
    }

    /// A text with a rule of its own.
    ///
    /// @param check returns the text, or throws [IllegalArgumentException]
    static SettingType<String> text(UnaryOperator<String> check) {
        return new Single<>(check, value -> value) {
            @Override
            public List<FileLine> lines(String name, String value, String defaultValue) {
                return value.isEmpty()
                        ? List.of()
                        : List.of(
                                new FileLine(
                                        name + " " + ConfigWords.quote(value),
                                        !value.equals(defaultValue)));
            }
        };
    }

    /// One of some words, in any case.
    static SettingType<String> oneOf(String... allowed) {
        return new Single<>(
                word -> {
                    String lower = word.toLowerCase(Locale.ROOT);
                    for (String candidate : allowed) {
                        if (candidate.equals(lower)) {
                            return candidate;
                        }
                    }
                    throw new IllegalArgumentException(
                            "argument(s) must be one of the following: "
                                    + String.join(", ", allowed));
                },
                value -> value);
    }

    /// Any number of words.
    static SettingType<List<String>> words() {
        return new SettingType<>() {
            @Override
            public List<String> parse(List<String> words) {
                return words.equals(List.of("")) ? List.of() : List.copyOf(words);
            }

            @Override
            public String format(List<String> value) {
                return String.join(" ", value);
            }

            @Override
            public boolean splitsWords() {
                return true;
            }

            @Override
            public List<FileLine> lines(
                    String name, List<String> value, List<String> defaultValue) {
                String text = value.isEmpty() ? "\"\"" : format(value);
                return List.of(new FileLine(name + " " + text, !value.equals(defaultValue)));
            }
        };
    }

    static SettingType<Boolean> yesNo() {
        return new Single<>(
                word ->
                        switch (word.toLowerCase(Locale.ROOT)) {
                            case "yes" -> true;
                            case "no" -> false;
                            default ->
                                    throw new IllegalArgumentException(
                                            "argument must be 'yes' or 'no'");
                        },
                value -> value ? "yes" : "no");
    }

    static SettingType<Integer> integer(int min, int max) {
        return new Single<>(
                word -> (int) ConfigNumbers.integer(word, min, max),
                value -> Integer.toString(value));
    }

    static SettingType<Long> longInteger(long min, long max) {
        return new Single<>(
                word -> ConfigNumbers.integer(word, min, max), value -> Long.toString(value));
    }

    /// A number of bytes, which may carry a unit: `64mb`, `1g`.
    static SettingType<Long> memory(long min) {
        return memory(min, false);
    }

    /// As [#memory], but what is more than 2^63 - 1 is taken as just that.
    static SettingType<Long> hugeMemory() {
        return memory(0, true);
    }

    private static SettingType<Long> memory(long min, boolean huge) {
        return new Single<>(
                word -> {
                    long bytes = ConfigNumbers.bytes(word);
                    if (bytes < 0) {
                        throw new IllegalArgumentException("argument must be a memory value");
                    }
                    if (bytes < min || (bytes == Long.MAX_VALUE && !huge)) {
                        throw ConfigNumbers.outOfRange(min, Long.MAX_VALUE);
                    }
                    return bytes;
                },
                value -> Long.toString(value)) {
            @Override
            public List<FileLine> lines(String name, Long value, Long defaultValue) {
                return List.of(
                        new FileLine(
                                name + " " + ConfigNumbers.bytesText(value),
                                !value.equals(defaultValue)));
            }
        };
    }

    /// File permissions in octal.
    static SettingType<Integer> octal(int max) {
        return new Single<>(
                word -> {
                    try {
                        return (int) ConfigNumbers.within(Integer.parseInt(word, 8), 0, max);
                    } catch (NumberFormatException e) {
                        throw new IllegalArgumentException(
                                "argument couldn't be parsed as an octal number", e);
                    }
                },
                Integer::toOctalString);
    }

    /// A type whose values are one word.
    static class Single<T> implements SettingType<T> {
        private final Function<String, T> parse;
        private final Function<T, String> format;

        Single(Function<String, T> parse, Function<T, String> format) {
            this.parse = parse;
            this.format = format;
        }

        @Override
        public T parse(List<String> words) {
            if (words.size() != 1) {
                throw new IllegalArgumentException(WRONG_WORD_COUNT);
            }
            return parse.apply(words.getFirst());
        }

        @Override
        public String format(T value) {
            return format.apply(value);
        }
    }

    /// {@return the words of a value as CONFIG SET splits it: at each single space}
    static List<String> splitValue(String value) {
        if (value.isEmpty()) {
            return List.of();
        }
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int space = value.indexOf(' '); space >= 0; space = value.indexOf(' ', from)) {
            words.add(value.substring(from, space));
            from = space + 1;
        }
        words.add(value.substring(from));
        return words;
    }
}
