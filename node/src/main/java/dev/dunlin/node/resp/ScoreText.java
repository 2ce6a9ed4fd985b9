// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Arrays;

/// Scores as Redis prints them since 7.2: the shortest text that says which double it is, so 0.1 is `0.1`. Redis 7.0 wrote all seventeen
/// digits ([DoubleText]).
///
/// ```
/// 3            a whole number below 2^62 in size
/// 1.5, 0.001   up to six places before the first digit, or any for numbers of up to four digits before the point
/// 1.5e-7       anything else; exponents have a sign and no leading zeros
/// ```
///
/// Numbers of up to fifteen digits, eleven of them behind the point, are written without allocating.
///
/// Thread: stateless.
public final class ScoreText {
    /// The longest text: seventeen digits, seven zeros and a sign.
    public static final int BYTES_MAX = 25;

    /// Whole numbers up to this size are written as integers, without an exponent.
    private static final double INTEGER_MAX = 0x1p62;

    /// No two numbers of fewer than sixteen digits are the same double, so whichever is found is the one.
    private static final double EXACT_MAX = 1e15;

    private static final double[] POWERS = {
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11
    };

    /// A number with at most this many digits above those of its shortest text is written out with zeros.
    private static final int ZEROS_MAX = 7;

    private ScoreText() {}

    /// {@return the text in an array of its own}
    public static byte[] of(double value) {
        byte[] text = new byte[BYTES_MAX];
        return Arrays.copyOf(text, write(value, text));
    }

    /// {@return whether it is written, and kept, as an integer}
    public static boolean isInteger(double value) {
        return Math.abs(value) <= INTEGER_MAX && value == (long) value;
    }

    /// Writes the text at the start of `target`.
    ///
    /// @return its size, at most [#BYTES_MAX]
    public static int write(double value, byte[] target) {
        if (Double.isNaN(value)) {
            return put("nan", target, 0);
        }
        int at = 0;
        if (value < 0 || (value == 0 && 1 / value < 0)) {
            target[at++] = '-';
        }
        double size = Math.abs(value);
        if (size == Double.POSITIVE_INFINITY) {
            return put("inf", target, at);
        }
        if (size == Double.MIN_VALUE) {
            // Java writes two digits although one says it.
            return put("5e-324", target, at);
        }
        if (isInteger(size)) {
            return putDigits((long) size, Decimal.length((long) size), target, at);
        }
        for (int places = 1; places < POWERS.length; places++) {
            double scaled = size * POWERS[places];
            if (scaled >= EXACT_MAX) {
                break;
            }
            // The quotient of two exact doubles is rounded once, as reading the text would do it.
            if (scaled == (long) scaled && scaled / POWERS[places] == size) {
                return write((long) scaled, -places, target, at);
            }
        }
        return writeParsed(Double.toString(size), target, at);
    }

    /// Takes Java's text, which is the shortest, apart.
    private static int writeParsed(String text, byte[] target, int from) {
        long digits = 0;
        int exponent = 0;
        int trailingZeros = 0;
        boolean behindPoint = false;
        int i = 0;
        for (; i < text.length() && text.charAt(i) != 'E'; i++) {
            char c = text.charAt(i);
            if (c == '.') {
                behindPoint = true;
                continue;
            }
            digits = digits * 10 + (c - '0');
            trailingZeros = c == '0' ? trailingZeros + 1 : 0;
            exponent -= behindPoint ? 1 : 0;
        }
        if (i < text.length()) {
            exponent += Integer.parseInt(text, i + 1, text.length(), 10);
        }
        for (; trailingZeros > 0 && digits != 0; trailingZeros--) {
            digits /= 10;
            exponent++;
        }
        return write(digits, exponent, target, from);
    }

    /// Writes `digits * 10^exponent`; the last digit is not 0.
    private static int write(long digits, int exponent, byte[] target, int from) {
        int count = Decimal.length(digits);
        int pointed = exponent + count - 1;
        if (exponent >= 0 && pointed < count + ZEROS_MAX) {
            int at = putDigits(digits, count, target, from);
            return putZeros(exponent, target, at);
        }
        if (exponent < 0 && (exponent > -ZEROS_MAX || Math.abs(pointed) < 4)) {
            return writePlain(digits, count, -exponent, target, from);
        }
        int at = putDigits(digits, count, target, from + 1);
        target[from] = target[from + 1];
        if (count > 1) {
            target[from + 1] = '.';
        } else {
            at--;
        }
        target[at++] = 'e';
        target[at++] = (byte) (pointed < 0 ? '-' : '+');
        int size = Math.abs(pointed);
        return putDigits(size, Decimal.length(size), target, at);
    }

    /// @param places how many of the digits, or more, lie behind the point
    private static int writePlain(long digits, int count, int places, byte[] target, int from) {
        int at = from;
        if (count <= places) {
            target[at++] = '0';
            target[at++] = '.';
            at = putZeros(places - count, target, at);
            return putDigits(digits, count, target, at);
        }
        long power = 1;
        for (int i = 0; i < places; i++) {
            power *= 10;
        }
        at = putDigits(digits / power, count - places, target, at);
        target[at++] = '.';
        return putDigits(digits % power, places, target, at);
    }

    private static int putDigits(long number, int count, byte[] target, int from) {
        long rest = number;
        for (int at = from + count - 1; at >= from; at--) {
            target[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return from + count;
    }

    private static int putZeros(int count, byte[] target, int from) {
        Arrays.fill(target, from, from + count, (byte) '0');
        return from + count;
    }

    private static int put(String text, byte[] target, int from) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        System.arraycopy(bytes, 0, target, from, bytes.length);
        return from + bytes.length;
    }
}
