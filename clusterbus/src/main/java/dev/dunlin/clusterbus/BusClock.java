// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The engine's time: Unix time at start plus what has passed since, so that setting the wall clock changes nothing.
///
/// A suspended machine does not count in `System.nanoTime`, but others went on without us meanwhile. Where the kernel tells how
/// long it has been up including suspension (`/proc/uptime`), the difference is added.
///
/// Thread: [#nowMs] any, [#observeSuspension] one.
public final class BusClock {
    private static final Path UPTIME = Path.of("/proc/uptime");

    /// `/proc/uptime` counts in steps of 10 ms; what is below this is its rounding.
    private static final long SUSPENSION_MS_MIN = 50;

    private final long startNanos = System.nanoTime();
    private final long startUnixMs;
    private final Path uptime;
    private final long uptimeAheadMs;
    private volatile long suspendedMs;

    /// Starts at the wall clock's time.
    public BusClock() {
        this(System.currentTimeMillis(), UPTIME);
    }

    BusClock(long startUnixMs, Path uptime) {
        this.startUnixMs = startUnixMs;
        this.uptime = uptime;
        Long up = uptimeMs();
        this.uptimeAheadMs = up == null ? 0 : up - elapsedMs();
    }

    /// {@return Unix time in milliseconds that never goes back and does not jump}
    public long nowMs() {
        return startUnixMs + elapsedMs() + suspendedMs;
    }

    private long elapsedMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    }

    /// Looks whether the machine was suspended since the last call; costs one small read.
    void observeSuspension() {
        Long up = uptimeMs();
        if (up != null) {
            long ahead = up - elapsedMs() - uptimeAheadMs;
            if (ahead > suspendedMs + SUSPENSION_MS_MIN) {
                suspendedMs = ahead;
            }
        }
    }

    /// {@return time since boot including suspension, or null where it cannot be had}
    private @Nullable Long uptimeMs() {
        try {
            String text = Files.readString(uptime, US_ASCII);
            int space = text.indexOf(' ');
            return space < 0 ? null : (long) (Double.parseDouble(text.substring(0, space)) * 1000);
        } catch (IOException | NumberFormatException _) {
            // Not Linux, or not allowed: then suspension goes unseen, as in Redis.
            return null;
        }
    }
}
