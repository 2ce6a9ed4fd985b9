// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

/// The figures that runs are compared by. Lower is better for all of them.
public enum Measure {
    /// Fault to the first write acknowledged by another node.
    FAILOVER_MS("failover", "ms"),
    /// How long the hit primary kept acknowledging writes that were sent after the fault was in place.
    ACK_WINDOW_MS("old primary kept acknowledging", "ms"),
    /// Number of writes acknowledged by the hit primary that were sent after the fault was in place.
    ACKED_AFTER_FAULT("acknowledged after the fault by the old primary", "writes"),
    /// Acknowledged writes that are missing at the end.
    LOST_WRITES("acknowledged and lost", "writes"),
    /// Time between the first and the last acknowledgement of a lost write.
    LOST_SPAN_MS("lost window", "ms"),
    /// Writes acknowledged by the old primary after its successor had acknowledged one.
    ZOMBIE_ACKS("zombie acknowledgements", "writes"),
    /// Reads that returned less than was acknowledged before they began.
    STALE_READS("stale reads", "reads"),
    /// Longest time without an acknowledged write on a shard that was not hit.
    OTHER_SHARDS_GAP_MS("longest gap on other shards", "ms"),
    /// Heal (or the end of the fault) to a settled cluster.
    SETTLE_MS("settled after the heal", "ms"),
    /// Latest wake-up of a thread of the harness.
    STALL_MS("worst stall of the machine", "ms");

    private final String text;
    private final String unit;

    Measure(String text, String unit) {
        this.text = text;
        this.unit = unit;
    }

    /// {@return its name for people}
    public String text() {
        return text;
    }

    /// {@return its unit}
    public String unit() {
        return unit;
    }
}
