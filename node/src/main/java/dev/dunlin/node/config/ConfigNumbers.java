// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import java.util.Locale;

/// Numbers in configuration lines: integers, and bytes with a unit.
final class ConfigNumbers {
    private ConfigNumbers() {}

    /// {@return whether the text is a 64-bit integer without `+` and without leading zeros}
    static boolean isInteger(String text) {
        int digits = text.startsWith("-") ? 1 : 0;
        if (digits == text.length()
                || (text.charAt(digits) == '0' && text.length() > 1)
                || !allDigits(text, digits)) {
            return false;
        }
        try {
            Long.parseLong(text);
            return true;
        } catch (NumberFormatException tooLarge) {
            return false;
        }
    }

    /// {@return an integer between two bounds, inclusive}
    ///
    /// @throws IllegalArgumentException with Redis's text
    static long integer(String text, long min, long max) {
        if (!isInteger(text)) {
            throw new IllegalArgumentException("argument couldn't be parsed into an integer");
        }
        return within(Long.parseLong(text), min, max);
    }

    /// {@return a value that is between two bounds, inclusive}
    ///
    /// @throws IllegalArgumentException with Redis's text
    static long within(long value, long min, long max) {
        if (value < min || value > max) {
            throw outOfRange(min, max);
        }
        return value;
    }

    /// {@return the refusal of a value that is not between two bounds}
    static IllegalArgumentException outOfRange(long min, long max) {
        return new IllegalArgumentException(
                "argument must be between " + min + " and " + max + " inclusive");
    }

    /// {@return bytes: digits, then `b`, `k`, `kb`, `m`, `mb`, `g`, `gb` or nothing; [Long#MAX_VALUE] for more than that; -1 when it is
    /// none}
    static long bytes(String text) {
        int digits = 0;
        while (digits < text.length() && isDigit(text.charAt(digits))) {
            digits++;
        }
        long unit =
                switch (text.substring(digits).toLowerCase(Locale.ROOT)) {
                    case "", "b" -> 1;
                    case "k" -> 1000;
                    case "kb" -> 1L << 10;
                    case "m" -> 1_000_000;
                    case "mb" -> 1L << 20;
                    case "g" -> 1_000_000_000;
                    case "gb" -> 1L << 30;
                    default -> -1;
                };
        if (unit < 0) {
            return -1;
        }
        if (digits == 0) {
            return 0;
        }
        try {
            return Math.multiplyExact(Long.parseLong(text, 0, digits, 10), unit);
        } catch (NumberFormatException | ArithmeticException tooLarge) {
            return Long.MAX_VALUE;
        }
    }

    /// {@return bytes in the largest unit that divides them, as CONFIG REWRITE writes them}
    static String bytesText(long bytes) {
        if (bytes != 0 && bytes % (1L << 30) == 0) {
            return (bytes >> 30) + "gb";
        }
        if (bytes != 0 && bytes % (1L << 20) == 0) {
            return (bytes >> 20) + "mb";
        }
        if (bytes != 0 && bytes % (1L << 10) == 0) {
            return (bytes >> 10) + "kb";
        }
        return Long.toString(bytes);
    }

    private static boolean allDigits(String text, int from) {
        return text.chars().skip(from).allMatch(c -> isDigit((char) c));
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
