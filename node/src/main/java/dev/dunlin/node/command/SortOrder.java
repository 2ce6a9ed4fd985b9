// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.node.resp.RespError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// In which order SORT puts elements: by number or by bytes, of the elements or of their weights.
///
/// Elements of equal number are in the order of their bytes. Those whose weight is missing come first as bytes, and as 0 as numbers.
/// Bytes are compared as in the C locale.
final class SortOrder {
    private static final RespError NOT_A_NUMBER =
            RespError.of("ERR One or more scores can't be converted into double");

    /// What C reads as a number to its end.
    private static final Pattern NUMBER =
            Pattern.compile(
                    "[ \\t\\n\\x0B\\f\\r]*([-+]?)(?:(inf(?:inity)?)"
                            + "|((?:\\d+\\.?\\d*|\\.\\d+)(?:e[-+]?\\d+)?)"
                            + "|(0x(?:[0-9a-f]+\\.?[0-9a-f]*|\\.[0-9a-f]+))(p[-+]?\\d+)?)",
                    Pattern.CASE_INSENSITIVE);

    private static final Pattern NONZERO = Pattern.compile("[1-9a-fA-F]");

    /// @param weight null when there is none
    private record Weighed(byte[] element, byte @Nullable [] weight, double score) {}

    private SortOrder() {}

    /// {@return the elements in the order that the request asks for}
    ///
    /// @throws CommandException when a weight should be a number and is not
    static List<byte[]> sort(List<byte[]> elements, SortRequest request, SortLookup lookup) {
        List<Weighed> weighed = new ArrayList<>(elements.size());
        SortPattern by = request.by();
        boolean numbers = true;
        for (byte[] element : elements) {
            byte @Nullable [] weight = by == null ? element : lookup.get(by, element);
            double score = 0;
            if (!request.alphabetic() && weight != null) {
                score = number(weight);
                numbers &= !Double.isNaN(score);
            }
            weighed.add(new Weighed(element, weight, score));
        }
        if (!numbers) {
            throw new CommandException(NOT_A_NUMBER);
        }
        Comparator<Weighed> order =
                request.alphabetic() ? byBytes(request.stores()) : SortOrder::compareNumbers;
        weighed.sort(request.descending() ? order.reversed() : order);
        List<byte[]> sorted = new ArrayList<>(weighed.size());
        weighed.forEach(each -> sorted.add(each.element));
        return sorted;
    }

    static int compare(byte[] left, byte[] right) {
        return Arrays.compareUnsigned(left, right);
    }

    private static int compareNumbers(Weighed left, Weighed right) {
        // Not Double.compare, for which -0 is less than 0.
        if (left.score != right.score) {
            return left.score < right.score ? -1 : 1;
        }
        return compare(left.element, right.element);
    }

    /// @param whole compare all bytes; else up to a zero, as Redis does for what it does not store
    private static Comparator<Weighed> byBytes(boolean whole) {
        return (left, right) -> {
            byte @Nullable [] a = left.weight;
            byte @Nullable [] b = right.weight;
            if (a == null || b == null) {
                return Boolean.compare(a != null, b != null);
            }
            return whole ? compare(a, b) : compareUpToZero(a, b);
        };
    }

    private static int compareUpToZero(byte[] a, byte[] b) {
        return Arrays.compareUnsigned(a, 0, lengthUpToZero(a), b, 0, lengthUpToZero(b));
    }

    private static int lengthUpToZero(byte[] bytes) {
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                return i;
            }
        }
        return bytes.length;
    }

    /// {@return the number that these bytes are up to a zero, or NaN}
    private static double number(byte[] bytes) {
        int length = lengthUpToZero(bytes);
        if (length == 0) {
            return 0;
        }
        var match = NUMBER.matcher(new String(bytes, 0, length, ISO_8859_1));
        if (!match.matches()) {
            return Double.NaN;
        }
        boolean negative = match.group(1).equals("-");
        if (match.group(2) != null) {
            return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        String mantissa = match.group(3) != null ? match.group(3) : match.group(4).substring(2);
        String digits = match.group(3) != null ? mantissa.split("[eE]", 2)[0] : mantissa;
        double value =
                match.group(3) != null
                        ? Double.parseDouble(mantissa)
                        : Double.parseDouble(
                                match.group(4) + (match.group(5) == null ? "p0" : match.group(5)));
        // Too large, and too small for all its digits: C says so, and Redis then says it is no
        // number.
        boolean outOfRange =
                Double.isInfinite(value)
                        || (value < Double.MIN_NORMAL && NONZERO.matcher(digits).find());
        return outOfRange ? Double.NaN : negative ? -value : value;
    }
}
