// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.node.offheap.Memory;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Reads doubles as C's `strtod` does, under the rules by which Redis takes scores and bounds of ranges: decimal, hexadecimal, `inf`.
///
/// Thread: stateless.
public final class DoubleParser {
    private static final Pattern DECIMAL =
            Pattern.compile("[-+]?([0-9]+\\.?[0-9]*|\\.[0-9]+)(e[-+]?[0-9]+)?");
    private static final Pattern HEXADECIMAL =
            Pattern.compile("([-+]?0x(?:[0-9a-f]+\\.?[0-9a-f]*|\\.[0-9a-f]+))(p[-+]?[0-9]+)?");

    /// Powers of ten that a double holds exactly.
    private static final double[] POWERS = {
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
    };

    private DoubleParser() {}

    /// Reads a decimal of up to fifteen digits without an exponent, which is what most numbers are, without allocating: both the digits as
    /// an integer and the power of ten are exact then, so their quotient is the nearest double.
    ///
    /// @return NaN when the text is anything else
    public static double parseShort(long address, int bytes) {
        if (bytes == 0 || bytes > POWERS.length + 1) {
            return Double.NaN;
        }
        int first = Memory.getByte(address);
        int at = first == '-' || first == '+' ? 1 : 0;
        long number = 0;
        int digits = 0;
        int point = -1;
        for (; at < bytes; at++) {
            int c = Memory.getByte(address + at);
            if (c >= '0' && c <= '9') {
                number = number * 10 + (c - '0');
                digits++;
            } else if (c == '.' && point < 0) {
                point = digits;
            } else {
                return Double.NaN;
            }
        }
        if (digits == 0 || digits >= POWERS.length) {
            return Double.NaN;
        }
        double value = point < 0 ? number : number / POWERS[digits - point];
        return first == '-' ? -value : value;
    }

    /// Reads a score, a weight, or a coordinate: no space around it, and nothing that is too large or too small for a double.
    ///
    /// @return NaN when it is not a number
    public static double parse(long address, int bytes) {
        double simple = parseShort(address, bytes);
        if (!Double.isNaN(simple)) {
            return simple;
        }
        String text = text(address, bytes);
        double value = text.isEmpty() || isSpace(text.charAt(0)) ? Double.NaN : read(text);
        if (Double.isInfinite(value) && text.indexOf('i') < 0) {
            return Double.NaN;
        }
        return value == 0 && hasDigitAboveZero(text) ? Double.NaN : value;
    }

    /// Reads the bound of a range, which Redis gives straight to `strtod`: with space before it, nothing at all for 0, up to a zero byte,
    /// and infinite or 0 when it is too large or too small.
    ///
    /// @return NaN when it is not a number
    public static double parseBound(long address, int bytes) {
        double simple = parseShort(address, bytes);
        if (!Double.isNaN(simple)) {
            return simple;
        }
        String text = text(address, bytes);
        int end = text.indexOf('\0');
        if (end >= 0) {
            text = text.substring(0, end);
        }
        if (text.isEmpty()) {
            return 0;
        }
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return read(text.substring(start));
    }

    private static double read(String text) {
        int sign = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        if (text.startsWith("inf", sign)) {
            String word = text.substring(sign);
            return word.equals("inf") || word.equals("infinity")
                    ? (text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY)
                    : Double.NaN;
        }
        if (DECIMAL.matcher(text).matches()) {
            return Double.parseDouble(text);
        }
        Matcher hexadecimal = HEXADECIMAL.matcher(text);
        if (hexadecimal.matches()) {
            String power = hexadecimal.group(2);
            return Double.parseDouble(hexadecimal.group(1) + (power == null ? "p0" : power));
        }
        return Double.NaN;
    }

    private static boolean hasDigitAboveZero(String text) {
        boolean hexadecimal = text.contains("0x");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 'p' || (c == 'e' && !hexadecimal)) {
                return false;
            }
            if ((c >= '1' && c <= '9') || (c >= 'a' && c <= 'f')) {
                return true;
            }
        }
        return false;
    }

    private static boolean isSpace(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private static String text(long address, int bytes) {
        byte[] copy = new byte[bytes];
        Memory.copyOut(address, copy, 0, bytes);
        return new String(copy, ISO_8859_1).toLowerCase(Locale.ROOT);
    }
}
