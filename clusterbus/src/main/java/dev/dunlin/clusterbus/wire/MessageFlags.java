// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

/// Bits that concern one message, not its sender (`mflags[0]` of the header).
public record MessageFlags(int bits) {
    /// The sending primary has paused writes for a manual failover; its offset stands still.
    public static final int PAUSED = 1;

    /// Vote even though the primary is up.
    public static final int FORCE_ACK = 1 << 1;

    /// The sender understands extensions, and may have attached some.
    public static final int EXT_DATA = 1 << 2;

    public static final MessageFlags NONE = new MessageFlags(0);

    /// Keeps only the bits that have a meaning here.
    public MessageFlags {
        bits &= PAUSED | FORCE_ACK | EXT_DATA;
    }

    public boolean has(int mask) {
        return (bits & mask) != 0;
    }

    public MessageFlags with(int mask) {
        return (bits | mask) == bits ? this : new MessageFlags(bits | mask);
    }

    public boolean isPaused() {
        return has(PAUSED);
    }

    public boolean isForceAck() {
        return has(FORCE_ACK);
    }

    public boolean hasExtData() {
        return has(EXT_DATA);
    }
}
