// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What has kept the node from serving for `latency-monitor-threshold` or longer, by kind of event.
///
/// Kinds have the names of Redis: `command` and `fast-command` by the command's own flag, `expire-cycle`.
///
/// Thread: owned by the node's loop.
public final class LatencyMonitor {
    /// Samples kept of each kind.
    private static final int SAMPLES_MAX = 160;

    /// @param timeSeconds Unix time; events within one second are one sample, the longest of them
    public record Sample(long timeSeconds, long latencyMs) {}

    /// All that is known of one kind of event.
    public static final class Event {
        private final ArrayDeque<Sample> samples = new ArrayDeque<>();
        private long allTimeMaxMs;

        /// {@return the samples, the oldest first}
        public List<Sample> samples() {
            return new ArrayList<>(samples);
        }

        public Sample latest() {
            return samples.getLast();
        }

        public long allTimeMaxMs() {
            return allTimeMaxMs;
        }

        private void add(long timeSeconds, long latencyMs) {
            allTimeMaxMs = Math.max(allTimeMaxMs, latencyMs);
            Sample last = samples.peekLast();
            if (last != null && last.timeSeconds == timeSeconds) {
                if (latencyMs > last.latencyMs) {
                    samples.removeLast();
                    samples.addLast(new Sample(timeSeconds, latencyMs));
                }
                return;
            }
            samples.addLast(new Sample(timeSeconds, latencyMs));
            if (samples.size() > SAMPLES_MAX) {
                samples.removeFirst();
            }
        }
    }

    private final Map<String, Event> events = new TreeMap<>();

    public void add(String event, long timeSeconds, long latencyMs) {
        events.computeIfAbsent(event, first -> new Event()).add(timeSeconds, latencyMs);
    }

    /// {@return what is known, by name}
    public Map<String, Event> events() {
        return events;
    }

    public @Nullable Event event(String name) {
        return events.get(name);
    }

    /// Forgets one kind of event.
    ///
    /// @return whether anything was known of it
    public boolean reset(String event) {
        return events.remove(event) != null;
    }
}
