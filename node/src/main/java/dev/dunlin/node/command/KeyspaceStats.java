// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

/// Counters that INFO shows under `stats`; plain fields, because they are raised on the hot path.
///
/// Thread: owned by the node's loop.
public final class KeyspaceStats {
    public long keyspaceHits;
    public long keyspaceMisses;
    public long expiredKeys;
    public long evictedKeys;
    public long commandsProcessed;
    public long connectionsReceived;
    public long connectionsRejected;
    public long bytesReceived;
    public long bytesSent;
    public long errorReplies;

    /// Sets all to zero, as CONFIG RESETSTAT asks for.
    public void reset() {
        keyspaceHits = 0;
        keyspaceMisses = 0;
        expiredKeys = 0;
        evictedKeys = 0;
        commandsProcessed = 0;
        connectionsReceived = 0;
        connectionsRejected = 0;
        bytesReceived = 0;
        bytesSent = 0;
        errorReplies = 0;
    }
}
