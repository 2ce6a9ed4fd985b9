// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What LATENCY DOCTOR says: each kind of event in figures, and what an operator may do about it.
public final class LatencyReport {
    private static final String DISABLED =
            "I'm sorry, Dave, I can't do that. Latency monitoring is disabled in this Redis instance."
                    + " You may use \"CONFIG SET latency-monitor-threshold <milliseconds>.\" in order"
                    + " to enable it. If we weren't in a deep space mission I'd suggest to take a look"
                    + " at https://redis.io/topics/latency-monitor.\n";
    private static final String NOTHING =
            "Dave, no latency spike was observed during the lifetime of this Redis instance, not in"
                    + " the slightest bit. I honestly think you ought to sit down calmly, take a stress"
                    + " pill, and think things over.\n";
    private static final String OBSERVED =
            "Dave, I have observed latency spikes in this Redis instance. You don't mind talking"
                    + " about it, do you Dave?\n\n";
    private static final String ADVICES = "\nI have a few advices for you:\n\n";
    private static final String SLOWLOG_CHECK =
            "- Check your Slow Log to understand what are the commands you are running which are too"
                    + " slow to execute. Please check https://redis.io/commands/slowlog for more"
                    + " information.\n";
    private static final String LARGE_OBJECTS =
            "- Deleting, expiring or evicting (because of maxmemory policy) large objects is a"
                    + " blocking operation. If you have very large objects that are often deleted,"
                    + " expired, or evicted, try to fragment those objects into multiple smaller"
                    + " objects.\n";

    private LatencyReport() {}

    /// @param thresholdMs `latency-monitor-threshold`
    /// @param slowlogUs `slowlog-log-slower-than`
    public static String text(
            LatencyMonitor monitor, long thresholdMs, long slowlogUs, long nowSeconds) {
        if (thresholdMs == 0 && monitor.events().isEmpty()) {
            return DISABLED;
        }
        if (monitor.events().isEmpty()) {
            return NOTHING;
        }
        var text = new StringBuilder(OBSERVED);
        int number = 1;
        for (Map.Entry<String, LatencyMonitor.Event> event : monitor.events().entrySet()) {
            line(text, number++, event.getKey(), event.getValue(), nowSeconds);
        }
        // Commands are all that a node's events can be advised about.
        if (monitor.events().containsKey("command")) {
            text.append(ADVICES);
            long thresholdUs = thresholdMs * 1000;
            if (slowlogUs < 0) {
                text.append(slowlogOff(thresholdUs));
            } else if (slowlogUs > thresholdUs) {
                text.append(slowlogCoarse(thresholdUs));
            }
            text.append(SLOWLOG_CHECK).append(LARGE_OBJECTS);
        }
        return text.toString();
    }

    private static String slowlogOff(long thresholdUs) {
        return "- There are latency issues with potentially slow commands you are using. Try to enable"
                + " the Slow Log Redis feature using the command 'CONFIG SET slowlog-log-slower-than "
                + thresholdUs
                + "'. If the Slow log is disabled Redis is not able to log slow commands execution for"
                + " you.\n";
    }

    private static String slowlogCoarse(long thresholdUs) {
        return "- Your current Slow Log configuration only logs events that are slower than your"
                + " configured latency monitor threshold. Please use 'CONFIG SET"
                + " slowlog-log-slower-than "
                + thresholdUs
                + "'.\n";
    }

    private static void line(
            StringBuilder text, int number, String name, LatencyMonitor.Event event, long now) {
        List<LatencyMonitor.Sample> samples = event.samples();
        long sum = 0;
        for (LatencyMonitor.Sample sample : samples) {
            sum += sample.latencyMs();
        }
        long mean = sum / samples.size();
        long deviations = 0;
        for (LatencyMonitor.Sample sample : samples) {
            deviations += Math.abs(mean - sample.latencyMs());
        }
        double seconds = Math.max(1, now - samples.getFirst().timeSeconds());
        text.append(
                String.format(
                        Locale.ROOT,
                        "%d. %s: %d latency spikes (average %dms, mean deviation %dms, period %.2f"
                                + " sec). Worst all time event %dms.\n",
                        number,
                        name,
                        samples.size(),
                        mean,
                        deviations / samples.size(),
                        seconds / samples.size(),
                        event.allTimeMaxMs()));
    }
}
