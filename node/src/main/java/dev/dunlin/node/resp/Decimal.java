// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.node.offheap.Memory;

/// Numbers as the decimal text that the protocol and string values use, read and written in native memory without allocating.
///
/// Thread: stateless.
public final class Decimal {
    /// Characters of the longest 64-bit integer, its sign included.
    public static final int LONG_CHARS_MAX = 20;

    private static final long MIN_LAST_DIGIT_RANGE = Long.MAX_VALUE / 10;

    private Decimal() {}

    /// {@return how many characters `value` has}
    public static int length(long value) {
        if (value < 0) {
            return value == Long.MIN_VALUE ? 20 : 1 + length(-value);
        }
        int digits = 1;
        long bound = 10;
        while (digits < 19 && value >= bound) {
            digits++;
            bound *= 10;
        }
        return digits;
    }

    /// Writes `value` at `address`.
    ///
    /// @return the address after its last character
    public static long write(long address, long value) {
        long end = address + length(value);
        long at = end;
        long rest = value;
        if (rest >= 0) {
            do {
                long next = rest / 10;
                Memory.putByte(--at, (byte) ('0' + (rest - next * 10)));
                rest = next;
            } while (rest != 0);
            return end;
        }
        do {
            long next = rest / 10;
            Memory.putByte(--at, (byte) ('0' - (rest - next * 10)));
            rest = next;
        } while (rest != 0);
        Memory.putByte(--at, (byte) '-');
        return end;
    }

    /// {@return whether the bytes are the canonical text of a 64-bit integer: no sign but `-`, no leading zero, no space}
    public static boolean isLong(long address, int bytes) {
        if (bytes <= 0 || bytes > LONG_CHARS_MAX) {
            return false;
        }
        long at = address;
        long end = address + bytes;
        boolean negative = Memory.getByte(at) == '-';
        if (negative) {
            at++;
        }
        if (at == end) {
            return false;
        }
        int first = Memory.getByte(at) - '0';
        if (first == 0) {
            return bytes == 1;
        }
        if (first < 0 || first > 9) {
            return false;
        }
        if (end - at < 19) {
            for (at++; at < end; at++) {
                int digit = Memory.getByte(at) - '0';
                if (digit < 0 || digit > 9) {
                    return false;
                }
            }
            return true;
        }
        // 19 digits may or may not fit.
        long value = -first;
        for (at++; at < end; at++) {
            int digit = Memory.getByte(at) - '0';
            if (digit < 0 || digit > 9 || value < -MIN_LAST_DIGIT_RANGE) {
                return false;
            }
            value = value * 10 - digit;
            if (value > 0) {
                return false;
            }
        }
        return negative || value != Long.MIN_VALUE;
    }

    /// {@return the integer that the bytes are the text of; only for what [#isLong] accepts}
    public static long parseLong(long address, int bytes) {
        long at = address;
        long end = address + bytes;
        boolean negative = Memory.getByte(at) == '-';
        if (negative) {
            at++;
        }
        long value = 0;
        for (; at < end; at++) {
            value = value * 10 - (Memory.getByte(at) - '0');
        }
        return negative ? value : -value;
    }

    /// {@return a double as Redis prints it: the shortest text that reads back the same, integers without a fraction}
    public static byte[] text(double value) {
        if (Double.isNaN(value)) {
            return "nan".getBytes(UTF_8);
        }
        if (Double.isInfinite(value)) {
            return (value > 0 ? "inf" : "-inf").getBytes(UTF_8);
        }
        if (value == 0) {
            return (1 / value < 0 ? "-0" : "0").getBytes(UTF_8);
        }
        return shortest(value).getBytes(UTF_8);
    }

    /// Plain digits for exponents from -5 to 16, `d.ddde+XX` outside, as C's `%.17g` lays numbers out.
    private static String shortest(double value) {
        var decimal = new java.math.BigDecimal(Double.toString(value)).stripTrailingZeros();
        int exponent = decimal.precision() - decimal.scale() - 1;
        if (exponent >= -5 && exponent < 17) {
            return decimal.toPlainString();
        }
        String digits = decimal.unscaledValue().abs().toString();
        return (value < 0 ? "-" : "")
                + digits.charAt(0)
                + (digits.length() > 1 ? "." + digits.substring(1) : "")
                + (exponent < 0 ? "e-" : "e+")
                + (Math.abs(exponent) < 10 ? "0" : "")
                + Math.abs(exponent);
    }
}
