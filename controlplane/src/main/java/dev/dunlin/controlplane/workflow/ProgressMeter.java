// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Measures a move: rates, and the time that is left.
///
/// A slot costs a fixed handful of commands and each key costs its share of a batch, so both costs are averaged apart
/// (exponentially, newest counts most) and the time left is the sum over what remains. A cluster whose keys sit in few slots
/// is thus not judged by the speed of its empty ones.
///
/// Thread: that of the workflow. Readers get immutable [Progress] values.
final class ProgressMeter {
    /// Weight of the newest measurement.
    private static final double ALPHA = 0.05;

    /// Slots measured before an ETA is given.
    private static final int SLOTS_FOR_ETA = 8;

    /// How many mean deviations the low and high estimates lie apart from the middle.
    private static final double SPREAD = 2;

    private static final double SPREAD_MIN = 0.1;
    private static final double NANOS = 1e9;

    private final int stepsTotal;
    private final Consumer<Progress> publish;
    private int stepsDone;
    private String currentStep = "";
    private int slotsDone;
    private final int slotsTotal;
    private long keysDone;
    private long keysTotal;
    private String stallReason = "";

    private double nsPerKey;
    private double nsPerSlot;
    private double slotDeviation;
    private double wallNsPerSlot;
    private double keysPerSlot;
    private int measured;

    ProgressMeter(int stepsDone, int stepsTotal, int slotsTotal, Consumer<Progress> publish) {
        this.stepsDone = stepsDone;
        this.stepsTotal = stepsTotal;
        this.slotsTotal = slotsTotal;
        this.publish = publish;
    }

    void stepStarted(String text) {
        currentStep = text;
        stallReason = "";
        publish();
    }

    void stepDone() {
        stepsDone++;
        currentStep = "";
        stallReason = "";
        publish();
    }

    /// Counts slots that were found moved already.
    void slotsSkipped(int count) {
        slotsDone = Math.min(slotsTotal, slotsDone + count);
        publish();
    }

    void keysExpected(long count) {
        keysTotal += count;
        publish();
    }

    /// A batch of keys took so long.
    void keysMoved(int count, long tookNs) {
        keysDone += count;
        keysTotal = Math.max(keysTotal, keysDone);
        nsPerKey = average(nsPerKey, (double) tookNs / count);
        stallReason = "";
        publish();
    }

    /// A slot has arrived. `keys` of it were moved, `tookNs` in all, `keysNs` of that for the keys.
    void slotMoved(int keys, long tookNs, long keysNs) {
        slotsDone = Math.min(slotsTotal, slotsDone + 1);
        double overhead = Math.max(0, tookNs - keysNs);
        slotDeviation = average(slotDeviation, Math.abs(overhead - nsPerSlot));
        nsPerSlot = average(nsPerSlot, overhead);
        wallNsPerSlot = average(wallNsPerSlot, (double) tookNs);
        keysPerSlot = average(keysPerSlot, keys);
        measured++;
        stallReason = "";
        publish();
    }

    /// Nothing moves, for this reason.
    void stalled(String reason) {
        stallReason = reason;
        publish();
    }

    /// The first measurements count fully, so that the average does not start at zero.
    private double average(double old, double value) {
        double alpha = Math.max(ALPHA, 1.0 / (measured + 1));
        return old + alpha * (value - old);
    }

    private void publish() {
        double slotsPerSecond = wallNsPerSlot > 0 ? NANOS / wallNsPerSlot : 0;
        publish.accept(
                new Progress(
                        stepsDone,
                        stepsTotal,
                        currentStep,
                        slotsDone,
                        slotsTotal,
                        keysDone,
                        keysTotal,
                        slotsPerSecond * keysPerSlot,
                        slotsPerSecond,
                        eta(),
                        stallReason));
    }

    private Progress.@Nullable Eta eta() {
        if (measured < SLOTS_FOR_ETA) {
            return null;
        }
        int slotsLeft = slotsTotal - slotsDone;
        long keysLeft = Math.max(0, keysTotal - keysDone);
        double seconds = (slotsLeft * nsPerSlot + keysLeft * nsPerKey) / NANOS;
        double spread = nsPerSlot > 0 ? SPREAD * slotDeviation / nsPerSlot : 0;
        // The mean of many slots strays less than one slot does.
        double share =
                Math.max(SPREAD_MIN, Math.min(0.9, spread / Math.sqrt(Math.max(1, slotsLeft))));
        return new Progress.Eta(seconds, seconds * (1 - share), seconds * (1 + share));
    }
}
