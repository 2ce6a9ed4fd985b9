// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

/// How long a sync waits for more writes to go with it (`appendfsync always`).
///
/// Without waiting, clients fall apart into halves that take turns: while one half's writes are being synced the other half's come in, and
/// each sync serves only half of them. What was in one sync together with what came meanwhile is about what all clients write at once; a
/// sync waits for so much, but never longer than a part of what it takes itself. A client that is alone is never waited for.
///
/// Thread: the writer's. No clock: times come in.
final class GroupCommit {
    private static final long PATIENCE_NS_MAX = 2_000_000;
    private static final int PATIENCE_PART = 4;

    private long expectedBytes;
    private long syncNs;

    /// {@return how long to wait at most, once something is there}
    long patienceNs() {
        return Math.min(PATIENCE_NS_MAX, syncNs / PATIENCE_PART);
    }

    /// {@return whether more than these bytes are likely to come soon}
    boolean isWorthWaiting(long bytes) {
        // Values differ in size; nearly all is all.
        return bytes < expectedBytes - (expectedBytes >> 3);
    }

    /// Takes note of a sync.
    ///
    /// @param bytes that it has made to last
    /// @param meanwhileBytes that came in until it was over
    /// @param tookNs how long it took
    void synced(long bytes, long meanwhileBytes, long tookNs) {
        long together = bytes + meanwhileBytes;
        expectedBytes = Math.max(together, expectedBytes - (expectedBytes >> 3));
        syncNs = syncNs == 0 ? tookNs : (7 * syncNs + tookNs) / 8;
    }
}
