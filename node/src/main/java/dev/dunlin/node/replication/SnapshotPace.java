// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

/// How much of the loop a snapshot may take: all of it while nobody else wants it, half of it in small slices while clients are served.
///
/// The loop comes back to the snapshot in each of its turns. How long it was away tells whether it had others to serve. While it has, slices
/// are so small that the next batch of commands hardly waits for one, and after each the others get as long as it took; a turn without
/// anything for them is the snapshot's at once.
///
/// Pure: times are given, by a clock that only rises. Thread: the owner's.
public final class SnapshotPace {
    /// A slice when nobody waits.
    public static final int SLICE_BYTES = 64 << 10;

    /// A slice between two batches of commands, some tenth of a millisecond of work.
    static final int BUSY_SLICE_BYTES = 16 << 10;

    /// Looking at sockets that have nothing takes less than this.
    static final long IDLE_NS = 25_000;

    /// After the last command clients may be about to send the next.
    static final long BUSY_NS = 2_000_000;

    private long beganNs;
    private long leftNs;
    private long busyUntilNs;
    private long owedNs;

    /// @param nowNs the time
    public SnapshotPace(long nowNs) {
        leftNs = nowNs;
        busyUntilNs = nowNs;
    }

    /// The loop has come back to the snapshot.
    ///
    /// @return bytes of the slice that it may take now, to be followed by [#end]; 0 when it is the others' turn
    public int begin(long nowNs) {
        beganNs = nowNs;
        long awayNs = nowNs - leftNs;
        leftNs = nowNs;
        if (awayNs < IDLE_NS) {
            owedNs = 0;
        } else {
            owedNs -= awayNs;
            busyUntilNs = nowNs + BUSY_NS;
        }
        if (owedNs > 0) {
            return 0;
        }
        return nowNs - busyUntilNs < 0 ? BUSY_SLICE_BYTES : SLICE_BYTES;
    }

    /// The slice was taken.
    public void end(long nowNs) {
        owedNs = nowNs - beganNs;
        leftNs = nowNs;
    }
}
