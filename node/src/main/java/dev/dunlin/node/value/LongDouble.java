// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A number as C's `long double` holds it on x86-64, for INCRBYFLOAT and HINCRBYFLOAT, whose results clients compare as text.
///
/// ```
/// value = significand * 2^exponent        significand: 64 bits with its sign; rounded to nearest, ties to even
/// ```
///
/// Reads what `strtold` reads (decimal, hexadecimal, `inf`), within the length that Redis gives it, and prints as `%.17Lf` does, with the
/// zeros at the end taken off.
///
/// @param significand of at most 64 bits; 0 for infinities
/// @param exponent of two
/// @param infinity 1 or -1 for an infinity, 2 for what is no number, else 0
public record LongDouble(BigInteger significand, int exponent, int infinity) {
    public static final LongDouble ZERO = new LongDouble(BigInteger.ZERO, 0, 0);

    private static final LongDouble NOT_A_NUMBER = new LongDouble(BigInteger.ZERO, 0, 2);
    private static final int SIGNIFICAND_BITS = 64;
    private static final int EXPONENT_MIN = -16445;
    private static final int EXPONENT_MAX = 16384 - SIGNIFICAND_BITS;

    /// Longest text that Redis reads.
    private static final int TEXT_BYTES_MAX = 5 * 1024 - 1;

    /// Decimal exponents outside of this are infinite or zero whatever the digits are, of which there are not as many.
    private static final long DECIMAL_EXPONENT_MAX = 20_000;

    private static final int FRACTION_DIGITS = 17;
    private static final BigInteger FRACTION = BigInteger.TEN.pow(FRACTION_DIGITS);

    /// {@return the number that the text says, or null when Redis would not take it for one}
    public static @Nullable LongDouble parse(byte[] text) {
        if (text.length == 0 || text.length > TEXT_BYTES_MAX) {
            return null;
        }
        String word = new String(text, ISO_8859_1).toLowerCase(Locale.ROOT);
        boolean negative = word.startsWith("-");
        String digits = negative || word.startsWith("+") ? word.substring(1) : word;
        if (digits.equals("inf") || digits.equals("infinity")) {
            return infinite(negative);
        }
        return digits.startsWith("0x")
                ? parseHexadecimal(digits.substring(2), negative)
                : parseDecimal(digits, negative);
    }

    private static @Nullable LongDouble parseDecimal(String text, boolean negative) {
        int mark = text.indexOf('e');
        Mantissa mantissa = Mantissa.parse(mark < 0 ? text : text.substring(0, mark), 10);
        if (mantissa == null) {
            return null;
        }
        long power = 0;
        if (mark >= 0) {
            Long parsed = parseExponent(text.substring(mark + 1));
            if (parsed == null) {
                return null;
            }
            power = parsed;
        }
        power -= mantissa.fractionDigits;
        if (mantissa.digits.signum() == 0) {
            return ZERO;
        }
        if (Math.abs(power) > DECIMAL_EXPONENT_MAX) {
            return null;
        }
        BigInteger ten = BigInteger.TEN.pow((int) Math.abs(power));
        LongDouble value =
                power >= 0
                        ? rounded(mantissa.digits.multiply(ten), BigInteger.ONE, 0, negative)
                        : rounded(mantissa.digits, ten, 0, negative);
        return inRange(value);
    }

    private static @Nullable LongDouble parseHexadecimal(String text, boolean negative) {
        int mark = text.indexOf('p');
        Mantissa mantissa = Mantissa.parse(mark < 0 ? text : text.substring(0, mark), 16);
        if (mantissa == null) {
            return null;
        }
        long power = 0;
        if (mark >= 0) {
            Long parsed = parseExponent(text.substring(mark + 1));
            if (parsed == null) {
                return null;
            }
            power = parsed;
        }
        if (mantissa.digits.signum() == 0) {
            return ZERO;
        }
        power -= 4L * mantissa.fractionDigits;
        if (Math.abs(power) > 4 * DECIMAL_EXPONENT_MAX) {
            return null;
        }
        return inRange(rounded(mantissa.digits, BigInteger.ONE, (int) power, negative));
    }

    /// {@return the same, or null when it overflowed or vanished on being read}
    private static @Nullable LongDouble inRange(LongDouble value) {
        return value.infinity != 0 || value.significand.signum() == 0 ? null : value;
    }

    /// {@return a decimal exponent, cut to a range in which it is sure to be too large; null when it is no number}
    private static @Nullable Long parseExponent(String text) {
        boolean signed = text.startsWith("-") || text.startsWith("+");
        String digits = signed ? text.substring(1) : text;
        if (digits.isEmpty() || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return null;
        }
        String significant = digits.replaceFirst("^0+(?=.)", "");
        long value = significant.length() > 9 ? 1_000_000_000L : Long.parseLong(significant);
        return text.startsWith("-") ? -value : value;
    }

    /// Digits with at most one point among them.
    private record Mantissa(BigInteger digits, int fractionDigits) {
        static @Nullable Mantissa parse(String text, int radix) {
            int point = text.indexOf('.');
            String all = point < 0 ? text : text.substring(0, point) + text.substring(point + 1);
            if (all.isEmpty()
                    || !all.chars().allMatch(c -> c < 128 && Character.digit(c, radix) >= 0)) {
                return null;
            }
            return new Mantissa(
                    new BigInteger(all, radix), point < 0 ? 0 : text.length() - point - 1);
        }
    }

    /// {@return whether it is neither infinite nor the difference of infinities}
    public boolean isFinite() {
        return infinity == 0;
    }

    public boolean isInfinite() {
        return Math.abs(infinity) == 1;
    }

    /// {@return the sum, rounded}
    public LongDouble plus(LongDouble other) {
        if (infinity != 0 || other.infinity != 0) {
            if (infinity == 0) {
                return other;
            }
            return other.infinity == 0 || other.infinity == infinity ? this : NOT_A_NUMBER;
        }
        if (significand.signum() == 0) {
            return other;
        }
        if (other.significand.signum() == 0) {
            return this;
        }
        int low = Math.min(exponent, other.exponent);
        BigInteger sum =
                significand
                        .shiftLeft(exponent - low)
                        .add(other.significand.shiftLeft(other.exponent - low));
        return sum.signum() == 0 ? ZERO : rounded(sum.abs(), BigInteger.ONE, low, sum.signum() < 0);
    }

    /// {@return the text that Redis prints}
    public byte[] text() {
        if (infinity != 0) {
            return (infinity == 2 ? "nan" : infinity > 0 ? "inf" : "-inf").getBytes(ISO_8859_1);
        }
        if (exponent >= 0) {
            return significand.shiftLeft(exponent).toString().getBytes(ISO_8859_1);
        }
        BigInteger scaled =
                divideToEven(
                        significand.abs().multiply(FRACTION), BigInteger.ONE.shiftLeft(-exponent));
        if (scaled.signum() == 0) {
            return new byte[] {'0'};
        }
        var decimal = new BigDecimal(scaled, FRACTION_DIGITS).stripTrailingZeros();
        return ((significand.signum() < 0 ? "-" : "") + decimal.toPlainString())
                .getBytes(ISO_8859_1);
    }

    private static LongDouble infinite(boolean negative) {
        return new LongDouble(BigInteger.ZERO, 0, negative ? -1 : 1);
    }

    /// {@return `numerator / denominator * 2^power` as near as 64 bits come}
    private static LongDouble rounded(
            BigInteger numerator, BigInteger denominator, int power, boolean negative) {
        // The quotient of these lengths has 64 or 65 bits; one bit too many is found out below.
        int scale = numerator.bitLength() - denominator.bitLength() - SIGNIFICAND_BITS;
        LongDouble value = scaled(numerator, denominator, power, scale);
        if (value.significand.bitLength() > SIGNIFICAND_BITS) {
            value = scaled(numerator, denominator, power, scale + 1);
        }
        if (value.significand.bitLength() > SIGNIFICAND_BITS) {
            // Rounded up to 2^64.
            value = new LongDouble(value.significand.shiftRight(1), value.exponent + 1, 0);
        }
        if (value.exponent > EXPONENT_MAX) {
            return infinite(negative);
        }
        return negative ? new LongDouble(value.significand.negate(), value.exponent, 0) : value;
    }

    private static LongDouble scaled(
            BigInteger numerator, BigInteger denominator, int power, int wantedScale) {
        int scale = Math.max(wantedScale, EXPONENT_MIN - power);
        BigInteger quotient =
                scale >= 0
                        ? divideToEven(numerator, denominator.shiftLeft(scale))
                        : divideToEven(numerator.shiftLeft(-scale), denominator);
        return new LongDouble(quotient, power + scale, 0);
    }

    private static BigInteger divideToEven(BigInteger numerator, BigInteger denominator) {
        BigInteger[] parts = numerator.divideAndRemainder(denominator);
        int half = parts[1].shiftLeft(1).compareTo(denominator);
        boolean up = half > 0 || (half == 0 && parts[0].testBit(0));
        return up ? parts[0].add(BigInteger.ONE) : parts[0];
    }
}
