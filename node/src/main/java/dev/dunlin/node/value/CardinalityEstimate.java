// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

/// How many elements made the registers of a HyperLogLog what they are: the improved raw estimator of Otmar Ertl, "New cardinality
/// estimation algorithms for HyperLogLog sketches" (arXiv:1702.01284), section 3, which needs no bias correction and no switch to linear
/// counting.
///
/// Thread: stateless.
final class CardinalityEstimate {
    /// 0.5 / ln 2: what alpha becomes with ever more registers.
    private static final double ALPHA = 0.7213475204444817;

    private static final double REGISTERS = HyperLogLog.REGISTERS;

    private CardinalityEstimate() {}

    /// {@return the estimate; [Long#MIN_VALUE] when it is beyond all numbers}
    ///
    /// @param histogram how many registers have each value, in rows of 64 that are to be added up
    static long of(int[] histogram) {
        double sum =
                REGISTERS
                        * tau(
                                (REGISTERS - count(histogram, HyperLogLog.HASH_BITS + 1))
                                        / REGISTERS);
        for (int value = HyperLogLog.HASH_BITS; value >= 1; value--) {
            sum = 0.5 * (sum + count(histogram, value));
        }
        sum += REGISTERS * sigma(count(histogram, 0) / REGISTERS);
        double estimate = ALPHA * REGISTERS * REGISTERS / sum;
        return estimate < 0x1p63 ? Math.round(estimate) : Long.MIN_VALUE;
    }

    private static int count(int[] histogram, int value) {
        int count = 0;
        for (int row = 0; row < histogram.length; row += 64) {
            count += histogram[row + value];
        }
        return count;
    }

    private static double sigma(double x) {
        if (x == 1) {
            return Double.POSITIVE_INFINITY;
        }
        double power = x;
        double factor = 1;
        double sum = x;
        double before;
        do {
            power *= power;
            before = sum;
            sum += power * factor;
            factor += factor;
        } while (before != sum);
        return sum;
    }

    private static double tau(double x) {
        if (x == 0 || x == 1) {
            return 0;
        }
        double root = x;
        double factor = 1;
        double sum = 1 - x;
        double before;
        do {
            root = Math.sqrt(root);
            before = sum;
            factor *= 0.5;
            sum -= (1 - root) * (1 - root) * factor;
        } while (before != sum);
        return sum / 3;
    }
}
