// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Draws the samples of one event as LATENCY GRAPH shows them: a column for each, its height for the latency, its age below.
public final class LatencySparkline {
    private static final int COLUMNS = 80;
    private static final int ROWS = 4;
    private static final String SHADES = "_o#";
    private static final char FULL = '|';

    private LatencySparkline() {}

    public static String text(String name, LatencyMonitor.Event event, long nowSeconds) {
        List<LatencyMonitor.Sample> samples = event.samples();
        long min = samples.stream().mapToLong(LatencyMonitor.Sample::latencyMs).min().orElse(0);
        long max = samples.stream().mapToLong(LatencyMonitor.Sample::latencyMs).max().orElse(0);
        var text = new StringBuilder();
        text.append(
                "%s - high %d ms, low %d ms (all time high %d ms)\n"
                        .formatted(name, max, min, event.allTimeMaxMs()));
        text.append("-".repeat(COLUMNS)).append('\n');
        for (int from = 0; from < samples.size(); from += COLUMNS) {
            if (from > 0) {
                text.append('\n');
            }
            int to = Math.min(samples.size(), from + COLUMNS);
            draw(text, samples.subList(from, to), min, max, nowSeconds);
        }
        return text.toString();
    }

    private static void draw(
            StringBuilder text,
            List<LatencyMonitor.Sample> samples,
            long min,
            long max,
            long nowSeconds) {
        int steps = SHADES.length() * ROWS;
        long range = Math.max(1, max - min);
        for (int row = 0; row < ROWS; row++) {
            for (LatencyMonitor.Sample sample : samples) {
                int step = (int) Math.min(steps - 1, (sample.latencyMs() - min) * steps / range);
                int shade = step - (ROWS - row - 1) * SHADES.length();
                text.append(
                        shade < 0 ? ' ' : shade < SHADES.length() ? SHADES.charAt(shade) : FULL);
            }
            text.append('\n');
        }
        List<String> ages = new ArrayList<>();
        samples.forEach(sample -> ages.add(age(nowSeconds - sample.timeSeconds())));
        int longest = ages.stream().mapToInt(String::length).max().orElse(0);
        char[] margin = new char[samples.size()];
        Arrays.fill(margin, ' ');
        text.append(margin).append('\n');
        for (int row = 0; row < longest; row++) {
            for (String age : ages) {
                text.append(row < age.length() ? age.charAt(row) : ' ');
            }
            text.append('\n');
        }
    }

    private static String age(long seconds) {
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3600) {
            return seconds / 60 + "m";
        }
        return seconds < 3600 * 24 ? seconds / 3600 + "h" : seconds / (3600 * 24) + "d";
    }
}
