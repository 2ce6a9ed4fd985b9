// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

/// Signed 64-bit integers as decimal text, in the one spelling that Redis takes for an integer.
///
/// Canonical means: no plus sign, no leading zero, no space, no `-0`. Only then may text be stored as an integer, for only
/// then does the integer print as the same text.
///
/// Thread: stateless.
public final class Decimal {
    /// The longest canonical text: `-9223372036854775808`.
    public static final int TEXT_BYTES_MAX = 20;

    private static final int DIGITS_MAX = 19;

    private Decimal() {}

    /// {@return whether the range is the canonical text of a signed 64-bit integer}
    public static boolean isCanonical(byte[] text, int index, int bytes) {
        if (bytes <= 0 || bytes > TEXT_BYTES_MAX) {
            return false;
        }
        boolean negative = text[index] == '-';
        int first = negative ? index + 1 : index;
        int digits = negative ? bytes - 1 : bytes;
        if (digits == 0 || digits > DIGITS_MAX) {
            return false;
        }
        if (text[first] == '0') {
            return digits == 1 && !negative;
        }
        for (int i = first; i < first + digits; i++) {
            if (text[i] < '0' || text[i] > '9') {
                return false;
            }
        }
        if (digits < DIGITS_MAX) {
            return true;
        }
        // Nineteen digits may be too many; the sum then wraps round to a positive number, once.
        long sum = sum(text, first, digits);
        return sum < 0 && (negative || sum != Long.MIN_VALUE);
    }

    /// {@return the value of a canonical text}
    public static long parse(byte[] text, int index, int bytes) {
        if (text[index] == '-') {
            return sum(text, index + 1, bytes - 1);
        }
        return -sum(text, index, bytes);
    }

    /// Sums downwards, because there is one more negative number than there are positive ones.
    private static long sum(byte[] text, int first, int digits) {
        long sum = 0;
        for (int i = first; i < first + digits; i++) {
            sum = sum * 10 - (text[i] - '0');
        }
        return sum;
    }

    /// {@return how many bytes the text of `value` takes, 1 to 20}
    public static int textBytes(long value) {
        int bytes = value < 0 ? 2 : 1;
        for (long rest = value / 10; rest != 0; rest /= 10) {
            bytes++;
        }
        return bytes;
    }

    /// Writes the text of `value` and returns its size; `target` needs room for [#TEXT_BYTES_MAX] bytes at most.
    public static int write(long value, byte[] target, int index) {
        int bytes = textBytes(value);
        long rest = value;
        for (int at = index + bytes - 1; at >= index; at--) {
            target[at] = (byte) ('0' + Math.abs(rest % 10));
            rest /= 10;
        }
        if (value < 0) {
            target[index] = '-';
        }
        return bytes;
    }
}
