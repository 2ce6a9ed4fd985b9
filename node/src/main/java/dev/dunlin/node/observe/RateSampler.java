// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

/// How fast a counter rises: the mean of the last 16 samples, which with one sample per 100 ms is the last 1.6 seconds.
///
/// Thread: owned by the node's loop.
public final class RateSampler {
    private static final int SAMPLES = 16;

    private final double[] perSecond = new double[SAMPLES];
    private int next;
    private long lastValue;
    private long lastMs;

    /// Notes the counter's value at a time.
    public void sample(long value, long nowMs) {
        if (lastMs != 0 && nowMs > lastMs) {
            // A counter that was reset starts again at 0.
            long rise = Math.max(0, value - lastValue);
            perSecond[next] = rise * 1000.0 / (nowMs - lastMs);
            next = (next + 1) % SAMPLES;
        }
        lastValue = value;
        lastMs = nowMs;
    }

    public double perSecond() {
        double sum = 0;
        for (double sample : perSecond) {
            sum += sample;
        }
        return sum / SAMPLES;
    }
}
