// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;

/// Doubles as C's `%.17g` prints them, which is how Redis 7.0 writes scores: in replies, in listpacks, in fingerprints of data.
///
/// Seventeen digits say exactly which double it is, but are seldom the shortest text that does: 0.1 is `0.10000000000000001`. Numbers of
/// the usual sizes are written without allocating.
///
/// Thread: stateless.
public final class DoubleText {
    /// The longest text: `-2.2250738585072014e-308`.
    public static final int BYTES_MAX = 24;

    private static final int DIGITS = 17;

    /// From here on `%.17g` uses exponents.
    private static final double PLAIN_MAX = 1e17;

    private static final double PLAIN_MIN = 1e-4;
    private static final long TEN_TO_17 = 100_000_000_000_000_000L;
    private static final int SIGNIFICAND_BITS = 52;
    private static final int EXPONENT_BIAS = 1023 + SIGNIFICAND_BITS;
    private static final byte[] NAN = {'n', 'a', 'n'};
    private static final byte[] INFINITY = {'-', 'i', 'n', 'f'};

    private DoubleText() {}

    /// {@return the text in an array of its own}
    public static byte[] of(double value) {
        byte[] text = new byte[BYTES_MAX];
        return Arrays.copyOf(text, write(value, text));
    }

    /// Writes the text at the start of `target`.
    ///
    /// @return its size, at most [#BYTES_MAX]
    public static int write(double value, byte[] target) {
        double size = Math.abs(value);
        if (size < PLAIN_MAX && size >= PLAIN_MIN) {
            return writePlain(value, size, target);
        }
        if (value == 0) {
            int at = 0;
            if (1 / value < 0) {
                target[at++] = '-';
            }
            target[at++] = '0';
            return at;
        }
        if (Double.isNaN(value)) {
            return put(NAN, 0, target);
        }
        return Double.isInfinite(value)
                ? put(INFINITY, value > 0 ? 1 : 0, target)
                : writeScientific(value, target);
    }

    private static int put(byte[] text, int from, byte[] target) {
        System.arraycopy(text, from, target, 0, text.length - from);
        return text.length - from;
    }

    private static int writePlain(double value, double size, byte[] target) {
        int at = 0;
        if (value < 0) {
            target[at++] = '-';
        }
        long whole = (long) size;
        double fraction = size - whole;
        if (fraction == 0) {
            return writeDigits(whole, digits(whole), target, at);
        }
        // Leading zeros do not count among the seventeen digits.
        int places = whole > 0 ? DIGITS - digits(whole) : DIGITS + leadingZeros(size);
        long scaled = scaled(fraction, places);
        if (places < 19 && scaled == pow10(places)) {
            return writeDigits(whole + 1, digits(whole + 1), target, at);
        }
        at = writeDigits(whole, digits(whole), target, at);
        if (scaled == 0) {
            return at;
        }
        while (scaled % 10 == 0) {
            scaled /= 10;
            places--;
        }
        target[at++] = '.';
        return writeDigits(scaled, places, target, at);
    }

    private static int leadingZeros(double size) {
        return size >= 0.1 ? 0 : size >= 0.01 ? 1 : size >= 0.001 ? 2 : 3;
    }

    /// {@return `fraction * 10^places`, rounded to the nearest integer, to an even one when two are as near}
    private static long scaled(double fraction, int places) {
        long bits = Double.doubleToRawLongBits(fraction);
        long significand = (bits & ((1L << SIGNIFICAND_BITS) - 1)) | 1L << SIGNIFICAND_BITS;
        int shift = EXPONENT_BIAS - (int) (bits >>> SIGNIFICAND_BITS);
        // 53 bits by at most 10^20 are less than 2^120.
        long factor = pow10(Math.min(places, DIGITS));
        long high = Math.multiplyHigh(significand, factor);
        long low = significand * factor;
        if (places > DIGITS) {
            long more = pow10(places - DIGITS);
            high = high * more + Math.unsignedMultiplyHigh(low, more);
            low *= more;
        }
        return shiftRounded(high, low, shift);
    }

    /// {@return a number of 128 bits divided by a power of two, rounded to the nearest, ties to even}
    private static long shiftRounded(long high, long low, int shift) {
        if (shift == 0) {
            return low;
        }
        if (shift >= 128) {
            return 0;
        }
        long quotient = shift < 64 ? high << (64 - shift) | low >>> shift : high >>> (shift - 64);
        int halfBit = shift - 1;
        boolean half = ((halfBit < 64 ? low >>> halfBit : high >>> (halfBit - 64)) & 1) != 0;
        boolean rest =
                halfBit < 64
                        ? (low & ((1L << halfBit) - 1)) != 0
                        : low != 0 || (high & ((1L << (halfBit - 64)) - 1)) != 0;
        return half && (rest || (quotient & 1) != 0) ? quotient + 1 : quotient;
    }

    private static int writeScientific(double value, byte[] target) {
        var rounded =
                new BigDecimal(value)
                        .round(new MathContext(DIGITS, RoundingMode.HALF_EVEN))
                        .stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        String digits = rounded.unscaledValue().abs().toString();
        String text;
        if (exponent < -4 || exponent >= DIGITS) {
            text =
                    (value < 0 ? "-" : "")
                            + digits.charAt(0)
                            + (digits.length() > 1 ? "." + digits.substring(1) : "")
                            + (exponent < 0 ? "e-" : "e+")
                            + (Math.abs(exponent) < 10 ? "0" : "")
                            + Math.abs(exponent);
        } else {
            text = rounded.toPlainString();
        }
        byte[] bytes = text.getBytes(ISO_8859_1);
        return put(bytes, 0, target);
    }

    private static int writeDigits(long number, int digits, byte[] target, int from) {
        long rest = number;
        for (int at = from + digits - 1; at >= from; at--) {
            target[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return from + digits;
    }

    private static int digits(long number) {
        return Decimal.length(number);
    }

    private static long pow10(int exponent) {
        long power = exponent >= DIGITS ? TEN_TO_17 : 1;
        for (int i = exponent >= DIGITS ? DIGITS : 0; i < exponent; i++) {
            power *= 10;
        }
        return power;
    }
}
