// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import java.math.BigDecimal;
import java.math.MathContext;

/// Sine, cosine and arc sine rounded to the nearest double in all but a few cases in a thousand, as the C library of Linux has them: Java's own
/// may be off by one in the last place, which shows when distances are stored as scores.
///
/// ```
/// sin(x) = sin(a) cos(r) + cos(a) sin(r)        x = a + r, a = k/64; sin(a) and cos(a) come from tables of twice the precision
/// ```
///
/// Thread: stateless.
final class Trigonometry {
    private static final int STEPS = 64;

    /// Angles up to a little more than pi.
    private static final int ENTRIES = 4 * STEPS;

    private static final MathContext PRECISION = new MathContext(45);
    private static final double[] SIN = new double[ENTRIES];
    private static final double[] SIN_REST = new double[ENTRIES];
    private static final double[] COS = new double[ENTRIES];
    private static final double[] COS_REST = new double[ENTRIES];

    static {
        for (int k = 0; k < ENTRIES; k++) {
            BigDecimal angle = new BigDecimal((double) k / STEPS);
            split(series(angle, angle, 1), SIN, SIN_REST, k);
            split(series(angle, BigDecimal.ONE, 0), COS, COS_REST, k);
        }
    }

    private Trigonometry() {}

    /// {@return the sum of `first` and every other term of the exponential series behind it, with alternating signs}
    private static BigDecimal series(BigDecimal angle, BigDecimal first, int power) {
        BigDecimal square = angle.multiply(angle);
        BigDecimal term = first;
        BigDecimal sum = first;
        for (int n = power + 2; n < power + 80; n += 2) {
            term = term.multiply(square).divide(BigDecimal.valueOf(-(n - 1L) * n), PRECISION);
            sum = sum.add(term, PRECISION);
        }
        return sum;
    }

    private static void split(BigDecimal value, double[] nearest, double[] rest, int k) {
        nearest[k] = value.doubleValue();
        rest[k] = value.subtract(new BigDecimal(nearest[k])).doubleValue();
    }

    /// {@return the sine of an angle of at most 3.9 in size}
    static double sin(double angle) {
        double size = Math.abs(angle);
        int k = (int) Math.rint(size * STEPS);
        double r = size - (double) k / STEPS;
        double sum = SIN[k] + COS[k] * r;
        double sine = sum + sinRest(k, r, sum);
        return angle < 0 ? -sine : sine;
    }

    /// {@return what `sum`, the rounded sine, leaves out}
    private static double sinRest(int k, double r, double sum) {
        double product = COS[k] * r;
        return sumRest(SIN[k], product, sum)
                + (Math.fma(COS[k], r, -product)
                        + (SIN_REST[k]
                                + SIN[k] * cosMinusOne(r)
                                + COS[k] * sinMinusAngle(r)
                                + COS_REST[k] * r));
    }

    /// {@return the cosine of an angle of at most 3.9 in size}
    static double cos(double angle) {
        double size = Math.abs(angle);
        int k = (int) Math.rint(size * STEPS);
        double r = size - (double) k / STEPS;
        double product = -SIN[k] * r;
        double sum = COS[k] + product;
        double rest =
                sumRest(COS[k], product, sum)
                        + (Math.fma(-SIN[k], r, -product)
                                + (COS_REST[k]
                                        + COS[k] * cosMinusOne(r)
                                        - SIN[k] * sinMinusAngle(r)
                                        - SIN_REST[k] * r));
        return sum + rest;
    }

    /// {@return the angle whose sine this is, from 0 to 1}
    static double asin(double sine) {
        double guess = Math.asin(sine);
        double slope = cos(guess);
        if (slope < 0x1p-20) {
            return guess;
        }
        int k = (int) Math.rint(guess * STEPS);
        double r = guess - (double) k / STEPS;
        double sum = SIN[k] + COS[k] * r;
        // One step of Newton's method, whose error is the square of a last place.
        return guess + ((sine - sum) - sinRest(k, r, sum)) / slope;
    }

    private static double sumRest(double left, double right, double sum) {
        double ofRight = sum - left;
        return (left - (sum - ofRight)) + (right - ofRight);
    }

    private static double cosMinusOne(double r) {
        double square = r * r;
        return square * (-1.0 / 2 + square * (1.0 / 24 - square / 720));
    }

    private static double sinMinusAngle(double r) {
        double square = r * r;
        return r * square * (-1.0 / 6 + square * (1.0 / 120 - square / 5040));
    }
}
