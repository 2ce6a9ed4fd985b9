// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// The types that directives have.
final class SettingTypes {
    private SettingTypes() {}

    static SettingType<String> text() {
        return single(word -> word, value -> value);
    }

    static SettingType<List<String>> words() {
        return new SettingType<>() {
            @Override
            public List<String> parse(List<String> words) {
                return List.copyOf(words);
            }

            @Override
            public String format(List<String> value) {
                return String.join(" ", value);
            }
        };
    }

    static SettingType<Boolean> yesNo() {
        return single(
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
        return single(word -> (int) number(word, min, max), value -> Integer.toString(value));
    }

    static SettingType<Long> longInteger(long min, long max) {
        return single(word -> number(word, min, max), value -> Long.toString(value));
    }

    /// A number of bytes, which may carry a unit: `64mb`, `1g`.
    static SettingType<Long> memory(long min, long max) {
        return single(
                word -> {
                    long bytes = memoryBytes(word);
                    if (bytes < min || bytes > max) {
                        throw outOfRange(min, max);
                    }
                    return bytes;
                },
                value -> Long.toString(value));
    }

    private static long number(String word, long min, long max) {
        long value;
        try {
            value = Long.parseLong(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("argument couldn't be parsed into an integer", e);
        }
        if (value < min || value > max) {
            throw outOfRange(min, max);
        }
        return value;
    }

    private static IllegalArgumentException outOfRange(long min, long max) {
        return new IllegalArgumentException(
                "argument must be between " + min + " and " + max + " inclusive");
    }

    private static long memoryBytes(String word) {
        int digits = 0;
        while (digits < word.length() && Character.isDigit(word.charAt(digits))) {
            digits++;
        }
        long unit =
                switch (word.substring(digits).toLowerCase(Locale.ROOT)) {
                    case "", "b" -> 1;
                    case "k" -> 1000;
                    case "kb" -> 1024;
                    case "m" -> 1000_000;
                    case "mb" -> 1024 * 1024;
                    case "g" -> 1000_000_000;
                    case "gb" -> 1024 * 1024 * 1024;
                    default ->
                            throw new IllegalArgumentException("argument must be a memory value");
                };
        try {
            return Math.multiplyExact(Long.parseLong(word.substring(0, digits)), unit);
        } catch (NumberFormatException | ArithmeticException e) {
            throw new IllegalArgumentException("argument must be a memory value", e);
        }
    }

    private static <T> SettingType<T> single(
            Function<String, T> parse, Function<T, String> format) {
        return new SettingType<>() {
            @Override
            public T parse(List<String> words) {
                if (words.size() != 1) {
                    throw new IllegalArgumentException("wrong number of arguments");
                }
                return parse.apply(words.getFirst());
            }

            @Override
            public String format(T value) {
                return format.apply(value);
            }
        };
    }
}
