// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.sim;

import java.util.ArrayDeque;
import java.util.Deque;

/// A running hash of everything that happened, and the last of it in words for a failure report.
public final class Trace {
    private static final int LINES_MAX = 400;

    private final Deque<String> lines = new ArrayDeque<>();
    private final boolean verbose;
    private long hash = 1;
    private long steps;

    Trace(boolean verbose) {
        this.verbose = verbose;
    }

    void add(long... values) {
        for (long value : values) {
            hash = (hash ^ value) * 0x9E3779B97F4A7C15L;
            hash ^= hash >>> 29;
        }
        steps++;
    }

    void say(SimClock clock, String who, String what) {
        String line =
                String.format(
                        "%9.3f %s %s",
                        (clock.nowMicros() - SimClock.START_MS * 1000) / 1e6, who, what);
        if (verbose) {
            System.out.println(line);
        }
        if (lines.size() >= LINES_MAX) {
            lines.removeFirst();
        }
        lines.addLast(line);
    }

    /// {@return equal for equal runs}
    public long hash() {
        return hash;
    }

    public long steps() {
        return steps;
    }

    /// {@return the last lines}
    public String tail() {
        return String.join("\n", lines);
    }
}
