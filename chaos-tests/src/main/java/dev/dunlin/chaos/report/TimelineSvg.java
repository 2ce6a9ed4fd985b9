// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import dev.dunlin.chaos.checker.FaultWindow;
import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.Operation;
import dev.dunlin.chaos.scenario.Evidence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What happened in one run, on one axis: a lane per node with its role, faults as bars, acknowledgements as dots (hatched when they
/// were lost), the take-over as a line; below, which shards served, and how long clients waited.
final class TimelineSvg {
    private static final double WIDTH = 1180;
    private static final double LABELS = 96;
    private static final double LANE = 34;
    private static final double GAP = 5;
    private static final double TOP = 44;
    private static final double STRIP = 13;
    private static final double LATENCY = 84;
    private static final long BUCKET_NS = 50_000_000;
    private static final double DOT_MAX = 8.5;

    private final Evidence evidence;
    private final TimeAxis axis;
    private final Svg svg = new Svg();
    private final List<String> nodes = new ArrayList<>();
    private final Set<Long> lost = new HashSet<>();

    private TimelineSvg(Evidence evidence) {
        this.evidence = evidence;
        this.axis = TimeAxis.of(evidence, LABELS, WIDTH - LABELS - 12);
        evidence.lost().lost().forEach(loss -> lost.add(loss.write().index()));
        int primaries = evidence.settings().primaries();
        for (int shard = 0; shard < primaries; shard++) {
            for (int node = shard; node < evidence.settings().nodes(); node += primaries) {
                nodes.add("n" + (node + 1));
            }
        }
    }

    static String draw(Evidence evidence) {
        return new TimelineSvg(evidence).draw();
    }

    private String draw() {
        double lanesEnd = TOP + nodes.size() * (LANE + GAP);
        double stripsEnd = lanesEnd + 24 + evidence.settings().primaries() * (STRIP + 4);
        double latencyEnd = stripsEnd + 26 + LATENCY;
        for (String node : nodes) {
            drawRoles(node);
        }
        drawGrid(latencyEnd);
        nodes.forEach(this::drawAcks);
        drawFaults();
        drawTakeOver(lanesEnd);
        drawAvailability(lanesEnd + 18);
        new LatencyStrip(evidence, axis, svg).draw(stripsEnd + 20, LATENCY);
        return svg.picture(WIDTH, latencyEnd + 26, "timeline of the run");
    }

    private double laneY(String node) {
        return TOP + nodes.indexOf(node) * (LANE + GAP);
    }

    private void drawRoles(String node) {
        double y = laneY(node);
        int shard = (Integer.parseInt(node.substring(1)) - 1) % evidence.settings().primaries();
        svg.text("", LABELS - 10, y + 15, "end", node);
        svg.text("soft small", LABELS - 10, y + 28, "end", "shard " + shard);
        svg.rect("lane", axis.left(), y, axis.width(), LANE, 5);
        String role = Event.SILENT;
        long sinceNs = axis.fromNs();
        for (Event event : evidence.history().ofProcess(Event.OBSERVER)) {
            if (event.function().equals(Event.ROLE) && event.key().equals(node)) {
                drawRole(role, sinceNs, event.timeNs(), y);
                role = String.valueOf(event.value());
                sinceNs = event.timeNs();
            }
        }
        drawRole(role, sinceNs, axis.toNs(), y);
    }

    private void drawRole(String role, long fromNs, long toNs, double y) {
        if (toNs <= axis.fromNs() || fromNs >= axis.toNs()) {
            return;
        }
        double x = axis.x(fromNs);
        double width = axis.x(toNs) - x;
        String word = role.split(":", -1)[0];
        svg.rect(word, x, y, width, LANE, 5);
        if (width > 74 && role.contains(":")) {
            String epoch = role.substring(role.indexOf(':') + 1);
            svg.text("soft small", x + 6, y + 11, "start", word + ", epoch " + epoch);
        }
    }

    private void drawGrid(double bottom) {
        double timeoutNs = evidence.settings().nodeTimeoutMs() * 1e6;
        long first = (long) Math.ceil((axis.fromNs() - axis.zeroNs()) / timeoutNs);
        long last = (long) Math.floor((axis.toNs() - axis.zeroNs()) / timeoutNs);
        for (long count = first; count <= last; count++) {
            double x = axis.x(axis.zeroNs() + (long) (count * timeoutNs));
            svg.line(count == 0 ? "axis" : "grid", x, TOP - 8, x, bottom);
            String seconds = String.format(Locale.ROOT, "%.1f s", count * timeoutNs / 1e9);
            svg.text("soft small", x, bottom + 16, "middle", seconds);
            svg.text("soft small", x, TOP - 14, "middle", count == 0 ? "fault" : count + " NT");
        }
    }

    private void drawAcks(String node) {
        Map<Long, int[]> buckets = new TreeMap<>();
        for (Operation operation : evidence.history().operations()) {
            if (operation.ok()
                    && operation.node().equals(node)
                    && axis.shows(operation.completeNs())) {
                int[] counts =
                        buckets.computeIfAbsent(
                                operation.completeNs() / BUCKET_NS, _ -> new int[2]);
                counts[lost.contains(operation.index()) ? 1 : 0]++;
            }
        }
        double y = laneY(node) + LANE * 0.62;
        buckets.forEach((bucket, counts) -> {
            double x = axis.x(bucket * BUCKET_NS + BUCKET_NS / 2);
            String title = counts[0] + " acknowledged and kept, " + counts[1] + " lost in 50 ms";
            if (counts[0] > 0) {
                svg.circle("ack", x, y, radius(counts[0]), title);
            }
            if (counts[1] > 0) {
                svg.circle("lost", x, y, radius(counts[1]), title);
            }
        });
    }

    private static double radius(int count) {
        return Math.min(DOT_MAX, 1.0 + Math.sqrt(count) * 0.75);
    }

    private void drawFaults() {
        List<Event> events =
                evidence.history().ofProcess(Event.NEMESIS).stream()
                        .filter(event -> event.kind() == Event.Kind.OK)
                        .toList();
        for (Event event : events) {
            if (event.function().startsWith("heal-") || event.function().equals("restart")) {
                continue;
            }
            long endNs = axis.toNs();
            for (Event later : events) {
                boolean ends =
                        later.function().equals("heal-" + event.function())
                                || (event.function().equals("kill")
                                        && later.function().equals("restart"));
                if (ends && later.key().equals(event.key()) && later.timeNs() > event.timeNs()) {
                    endNs = Math.min(endNs, later.timeNs());
                }
            }
            drawFault(event, endNs);
        }
    }

    private void drawFault(Event event, long endNs) {
        double x = axis.x(event.timeNs());
        double width = axis.x(endNs) - x;
        for (String node : nodes) {
            int shard = (Integer.parseInt(node.substring(1)) - 1) % evidence.settings().primaries();
            if (event.key().equals(node) || event.key().equals("shard " + shard)) {
                double y = laneY(node) - 3;
                svg.rect("veil", x, laneY(node), width, LANE, 3);
                svg.rect("fault", x, y, width, 13, 3);
                svg.text("faulttext", x + 6, y + 10, "start", faultText(event.function()));
            }
        }
    }

    private static String faultText(String word) {
        return switch (word) {
            case "kill" -> "killed (SIGKILL)";
            case "pause" -> "frozen (SIGSTOP)";
            case "cut" -> "cut off, with its clients";
            default -> word;
        };
    }

    private void drawTakeOver(double lanesEnd) {
        FaultWindow window = evidence.window();
        if (!window.promoted()) {
            return;
        }
        double x = axis.x(window.promotedNs());
        double ms = (window.promotedNs() - window.startNs()) / 1e6;
        boolean rightHalf = x > axis.left() + axis.width() / 2;
        svg.line("promote", x, TOP - 28, x, lanesEnd + 14);
        svg.text(
                "promotetext",
                rightHalf ? x - 6 : x + 6,
                TOP - 30,
                rightHalf ? "end" : "start",
                String.format(
                        Locale.ROOT,
                        "successor acknowledges: %.0f ms, %.2f NT",
                        ms,
                        ms / evidence.settings().nodeTimeoutMs()));
    }

    private void drawAvailability(double top) {
        List<Map<Long, Boolean>> served = Availability.byShard(evidence, BUCKET_NS);
        for (int shard = 0; shard < served.size(); shard++) {
            double y = top + shard * (STRIP + 4);
            svg.text("soft small", LABELS - 10, y + 10, "end", "shard " + shard);
            svg.rect("idle", axis.left(), y, axis.width(), STRIP, 2);
            double width = axis.x(axis.fromNs() + BUCKET_NS) - axis.left();
            for (Map.Entry<Long, Boolean> bucket : served.get(shard).entrySet()) {
                long startNs = bucket.getKey() * BUCKET_NS;
                if (startNs >= axis.fromNs() && startNs + BUCKET_NS <= axis.toNs()) {
                    String style = bucket.getValue() ? "served" : "unserved";
                    svg.rect(style, axis.x(startNs), y, width + 0.3, STRIP, 0);
                }
            }
        }
    }
}
