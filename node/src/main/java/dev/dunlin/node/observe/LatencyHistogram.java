// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

/// How long one command took, as counts of durations to two significant digits: what INFO's percentiles and LATENCY HISTOGRAM are made of.
///
/// A duration of b bits (9 and more) shares its bucket with those that agree in the first 8 bits, as in the histograms of Redis, so figures
/// of both can be compared.
///
/// Thread: owned by the node's loop.
public final class LatencyHistogram {
    /// Longer ones count as this long.
    private static final long NANOS_MAX = 1_000_000_000;

    private static final int SUB_BUCKETS_HALF_BITS = 7;
    private static final int BUCKETS = indexOf(NANOS_MAX) + 1;
    private static final long FIRST_LEVEL_NANOS = 1024;

    /// Takes one step of the cumulated distribution.
    @FunctionalInterface
    public interface LevelVisitor {
        void level(long microseconds, long callsSoFar);
    }

    private final long[] counts = new long[BUCKETS];
    private long total;

    /// Notes that `times` calls took this long each.
    public void record(long nanos, int times) {
        counts[indexOf(Math.clamp(nanos, 0, NANOS_MAX))] += times;
        total += times;
    }

    /// {@return calls noted}
    public long total() {
        return total;
    }

    /// {@return nanoseconds within which this percentage of all calls were done}
    public long percentile(double percent) {
        long wanted = Math.max(1, (long) (percent / 100.0 * total + 0.5));
        long sum = 0;
        for (int i = 0; i < BUCKETS; i++) {
            sum += counts[i];
            if (sum >= wanted) {
                return highestOf(i);
            }
        }
        return 0;
    }

    /// Visits the powers of two at which the cumulated count has risen: microseconds, and calls that took no longer.
    public void forEachLevel(LevelVisitor visitor) {
        long before = 0;
        long sum = 0;
        int at = 0;
        for (long level = FIRST_LEVEL_NANOS; sum < total; level *= 2) {
            int last = Math.min(indexOf(level), BUCKETS - 1);
            for (; at <= last; at++) {
                sum += counts[at];
            }
            if (sum > before) {
                visitor.level(highestOf(indexOf(level)) / 1000, sum);
            }
            before = sum;
        }
    }

    private static int indexOf(long nanos) {
        int shift =
                Math.max(
                        0,
                        Long.SIZE - Long.numberOfLeadingZeros(nanos) - SUB_BUCKETS_HALF_BITS - 1);
        return (shift << SUB_BUCKETS_HALF_BITS) + (int) (nanos >>> shift);
    }

    private static long highestOf(int index) {
        int shift = Math.max(0, (index >> SUB_BUCKETS_HALF_BITS) - 1);
        long sub = index - ((long) shift << SUB_BUCKETS_HALF_BITS);
        return ((sub + 1) << shift) - 1;
    }

    /// Forgets all.
    public void clear() {
        java.util.Arrays.fill(counts, 0);
        total = 0;
    }
}
