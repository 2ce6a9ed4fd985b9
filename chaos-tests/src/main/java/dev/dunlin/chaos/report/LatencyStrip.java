// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import dev.dunlin.chaos.history.Operation;
import dev.dunlin.chaos.scenario.Evidence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How long acknowledged operations took, median and maximum of each 50 ms, on a logarithmic scale.
final class LatencyStrip {
    private static final long BUCKET_NS = 50_000_000;
    private static final double LOG_MIN = -1;
    private static final double LOG_MAX = 3.7;

    private final Evidence evidence;
    private final TimeAxis axis;
    private final Svg svg;

    LatencyStrip(Evidence evidence, TimeAxis axis, Svg svg) {
        this.evidence = evidence;
        this.axis = axis;
        this.svg = svg;
    }

    void draw(double top, double height) {
        List<String> labels = List.of("0.1 ms", "1 ms", "10 ms", "100 ms", "1 s");
        for (int power = 0; power < labels.size(); power++) {
            double y = y(Math.pow(10, power - 1), top, height);
            svg.line("grid", axis.left(), y, axis.left() + axis.width(), y);
            svg.text("soft small", axis.left() - 10, y + 4, "end", labels.get(power));
        }
        Map<Long, List<Double>> buckets = new TreeMap<>();
        for (Operation operation : evidence.history().operations()) {
            if (operation.ok() && axis.shows(operation.completeNs())) {
                buckets.computeIfAbsent(operation.completeNs() / BUCKET_NS, _ -> new ArrayList<>())
                        .add((operation.completeNs() - operation.invokeNs()) / 1e6);
            }
        }
        buckets.forEach((bucket, latencies) -> {
            Collections.sort(latencies);
            double x = axis.x(bucket * BUCKET_NS + BUCKET_NS / 2);
            double median = latencies.get((latencies.size() - 1) / 2);
            double max = latencies.getLast();
            svg.circle("latencymax", x, y(max, top, height), 1.8, "");
            svg.circle("latency", x, y(median, top, height), 1.8, "");
        });
    }

    private static double y(double ms, double top, double height) {
        double log = Math.min(LOG_MAX, Math.max(LOG_MIN, Math.log10(ms)));
        return top + height * (1 - (log - LOG_MIN) / (LOG_MAX - LOG_MIN));
    }
}
