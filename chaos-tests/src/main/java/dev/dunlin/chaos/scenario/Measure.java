// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

/// The figures that runs are compared by. Lower is better for all of them.
public enum Measure {
    /// Fault to the first write acknowledged by another node.
    FAILOVER_MS("failover", "failover", "ms"),
    /// How long the hit primary kept acknowledging writes that were sent after the fault was in place.
    ACK_WINDOW_MS("old primary kept acknowledging", "ack window", "ms"),
    /// Number of writes acknowledged by the hit primary that were sent after the fault was in place.
    ACKED_AFTER_FAULT(
            "acknowledged after the fault by the old primary", "acked after fault", "writes"),
    /// Acknowledged writes that are missing at the end.
    LOST_WRITES("acknowledged and lost", "lost", "writes"),
    /// Time between the first and the last acknowledgement of a lost write.
    LOST_SPAN_MS("lost window", "lost window", "ms"),
    /// Writes acknowledged by the old primary after its successor had acknowledged one.
    ZOMBIE_ACKS("zombie acknowledgements", "zombie acks", "writes"),
    /// Reads that returned less than was acknowledged before they began.
    STALE_READS("stale reads", "stale reads", "reads"),
    /// Longest time without an acknowledged write on a shard that was not hit.
    OTHER_SHARDS_GAP_MS("longest gap on other shards", "gap elsewhere", "ms"),
    /// Heal (or the end of the fault) to a settled cluster.
    SETTLE_MS("settled after the heal", "settled", "ms"),
    /// Latest wake-up of a thread of the harness.
    STALL_MS("worst stall of the machine", "stall", "ms"),
    /// Threads that wanted to run, on average of the last minute, for each processor.
    LOAD("runnable threads per processor", "load", "");

    private final String text;
    private final String brief;
    private final String unit;

    Measure(String text, String brief, String unit) {
        this.text = text;
        this.brief = brief;
        this.unit = unit;
    }

    /// {@return whether it says something about the machine, not about a server}
    public boolean ofMachine() {
        return this == STALL_MS || this == LOAD;
    }

    /// {@return its name for people}
    public String text() {
        return text;
    }

    /// {@return its name where room is scarce}
    public String brief() {
        return brief;
    }

    /// {@return its unit}
    public String unit() {
        return unit;
    }
}
