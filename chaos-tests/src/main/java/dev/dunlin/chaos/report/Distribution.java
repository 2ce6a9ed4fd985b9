// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/// Order statistics of a few runs. With so few values a percentile is a value that was measured, never an interpolation.
///
/// @param count number of values
/// @param min smallest
/// @param median middle one, the lower of two
/// @param p99 the value that 99 % do not exceed
/// @param max largest
public record Distribution(int count, double min, double median, double p99, double max) {
    /// The distribution of at least one value.
    public static Distribution of(Collection<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no values");
        }
        return new Distribution(
                sorted.length,
                sorted[0],
                quantile(sorted, 0.5),
                quantile(sorted, 0.99),
                Arrays.stream(sorted).max().orElseThrow());
    }

    /// {@return the figures in the order min, p50, p99, max; a single value alone}
    String text() {
        return count == 1
                ? String.format(Locale.ROOT, "%.0f", max)
                : String.format(
                        Locale.ROOT,
                        "min %.0f p50 %.0f p99 %.0f max %.0f (%d)",
                        min,
                        median,
                        p99,
                        max,
                        count);
    }

    private static double quantile(double[] sorted, double part) {
        return sorted[(int) Math.ceil(part * sorted.length) - 1];
    }
}
