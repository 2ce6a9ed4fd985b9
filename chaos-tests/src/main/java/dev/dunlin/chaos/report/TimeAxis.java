// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.History;
import dev.dunlin.chaos.scenario.Evidence;

/// From nanoseconds of a history to a place on the page; 0 on the axis is the moment the fault was in place.
///
/// @param zeroNs the moment labelled 0
/// @param fromNs left end
/// @param toNs right end
/// @param left left end on the page
/// @param width width on the page
record TimeAxis(long zeroNs, long fromNs, long toNs, double left, double width) {
    private static final long BEFORE_NS = 1_000_000_000L;

    /// The span from a second before the fault to the end of judged traffic.
    static TimeAxis of(Evidence evidence, double left, double width) {
        long zeroNs = evidence.window().doneNs();
        long fromNs = Math.max(0, evidence.window().startNs() - BEFORE_NS);
        return new TimeAxis(zeroNs, fromNs, trafficEndNs(evidence.history()), left, width);
    }

    double x(long timeNs) {
        long inside = Math.min(Math.max(timeNs, fromNs), toNs);
        return left + width * (inside - fromNs) / (double) Math.max(1, toNs - fromNs);
    }

    boolean shows(long timeNs) {
        return timeNs >= fromNs && timeNs <= toNs;
    }

    private static long trafficEndNs(History history) {
        return history.ofProcess(Event.OBSERVER).stream()
                .filter(event -> event.function().equals(Event.FINAL_READS))
                .map(Event::timeNs)
                .findFirst()
                .orElse(history.endNs());
    }
}
