// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

/// What a primary knows of one replica: how far it is, and when it was last heard.
///
/// Thread: the node's loop.
public final class ReplicaProgress {
    /// No fsynced offset is known (FACK).
    public static final long NO_OFFSET = -1;

    private final String ip;
    private final int port;
    private final boolean sendsAcks;
    private ReplicaState state;
    private long ackOffset;
    private long fsyncedOffset = NO_OFFSET;
    private long heardMs;

    /// @param ip announced, or the peer's
    /// @param port announced listening port, 0 if it said none
    /// @param sendsAcks false for a peer that used SYNC: it never acknowledges, and is not timed out for it
    public ReplicaProgress(String ip, int port, boolean sendsAcks, ReplicaState state, long nowMs) {
        this.ip = ip;
        this.port = port;
        this.sendsAcks = sendsAcks;
        this.state = state;
        this.heardMs = nowMs;
    }

    /// REPLCONF ACK. An older offset than known is ignored: nothing is un-received.
    public void onAck(long offset, long nowMs) {
        ackOffset = Math.max(ackOffset, offset);
        heardMs = nowMs;
    }

    /// REPLCONF ACK ... FACK: the part the replica has on disk.
    public void onFsynced(long offset) {
        fsyncedOffset = Math.max(fsyncedOffset, offset);
    }

    /// Something came that shows life, such as the line end a loading replica sends.
    public void onHeard(long nowMs) {
        heardMs = nowMs;
    }

    /// Enters another state. The time without news begins anew, so that a long transfer does not count as silence.
    public void enter(ReplicaState next, long nowMs) {
        state = next;
        heardMs = nowMs;
    }

    /// {@return where it stands}
    public ReplicaState state() {
        return state;
    }

    /// {@return the offset it acknowledged last}
    public long ackOffset() {
        return ackOffset;
    }

    /// {@return the offset it has on disk, or [#NO_OFFSET]}
    public long fsyncedOffset() {
        return fsyncedOffset;
    }

    /// {@return time since it was last heard; INFO's `lag` is this in seconds}
    public long lagMs(long nowMs) {
        return Math.max(0, nowMs - heardMs);
    }

    /// {@return its address}
    public String ip() {
        return ip;
    }

    /// {@return its port for clients}
    public int port() {
        return port;
    }

    /// {@return whether it acknowledges at all}
    public boolean sendsAcks() {
        return sendsAcks;
    }
}
