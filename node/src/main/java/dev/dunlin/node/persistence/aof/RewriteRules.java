// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

/// When the append-only file is rewritten without anybody asking: it has grown by so much since the last time.
///
/// Each failure after the third makes the next attempt wait twice as long, up to an hour. Rewrites that are asked for do not wait.
///
/// Thread: the node's loop. No clock: times come in.
public final class RewriteRules {
    private static final int FAILURES_WITHOUT_DELAY = 3;
    private static final long DELAY_STEP_MS = 60_000;
    private static final long DELAY_MAX_MS = 60 * DELAY_STEP_MS;

    private long baseBytes;
    private int failures;
    private long lastFailureMs;

    /// The size that growth is measured from: all files after a rewrite, the base at start.
    public void startFrom(long bytes) {
        baseBytes = bytes;
    }

    /// {@return the size that growth is measured from, INFO's `aof_base_size`}
    public long baseBytes() {
        return baseBytes;
    }

    public void succeeded(long bytes) {
        failures = 0;
        baseBytes = bytes;
    }

    public void failed(long nowMs) {
        failures++;
        lastFailureMs = nowMs;
    }

    /// {@return failures since the last success, INFO's `aof_rewrites_consecutive_failures`}
    public int failures() {
        return failures;
    }

    /// {@return whether the next attempt has to wait because of those that failed}
    public boolean isLimited(long nowMs) {
        if (failures < FAILURES_WITHOUT_DELAY) {
            return false;
        }
        int doublings = Math.min(failures - FAILURES_WITHOUT_DELAY, 6);
        long delayMs = Math.min(DELAY_STEP_MS << doublings, DELAY_MAX_MS);
        return nowMs - lastFailureMs < delayMs;
    }

    /// {@return whether a rewrite is due}
    ///
    /// @param percentage `auto-aof-rewrite-percentage`, 0 for never
    /// @param minBytes `auto-aof-rewrite-min-size`
    public boolean isDue(long currentBytes, int percentage, long minBytes, long nowMs) {
        if (percentage == 0 || currentBytes <= minBytes || isLimited(nowMs)) {
            return false;
        }
        long base = Math.max(1, baseBytes);
        // Growth in percent of the base, without overflow for files of many terabytes.
        return (double) (currentBytes - base) * 100.0 / base >= percentage;
    }
}
