// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.resp.RespError;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/// Counters that INFO shows under `stats`; plain fields, because they are raised on the hot path.
///
/// Thread: owned by the node's loop.
public final class KeyspaceStats {
    public long keyspaceHits;
    public long keyspaceMisses;
    public long expiredKeys;
    public long expiredFields;
    public long evictedKeys;
    public long evictedClients;

    /// For how long more was in use than may be, up to when it last was not.
    public long evictionExceededNs;

    /// Since when more is in use than may be, by the monotonic clock; 0 when it is not.
    public long evictionExceededSinceNs;

    public long defragHits;
    public long defragMisses;
    public long defragKeyHits;
    public long defragKeyMisses;
    public long defragNs;

    /// Since when the node defragments, by the monotonic clock; 0 when it does not.
    public long defragSinceNs;

    /// Percent of the processor that defragmenting may take now; 0 when it does not run.
    public int defragPercent;

    public long commandsProcessed;
    public long connectionsReceived;
    public long connectionsRejected;
    public long bytesReceived;
    public long bytesSent;
    public long errorReplies;
    public long reads;
    public long writes;

    /// How often each error was answered, by its first word.
    private final Map<String, Long> errors = new TreeMap<>();

    /// Counts an error reply.
    public void countError(RespError error) {
        errorReplies++;
        errors.merge(error.prefix(), 1L, Long::sum);
    }

    /// No more is in use than may be.
    public void evictionSettled(long nowNs) {
        if (evictionExceededSinceNs != 0) {
            evictionExceededNs += nowNs - evictionExceededSinceNs;
            evictionExceededSinceNs = 0;
        }
    }

    /// {@return how often each error was answered, by its first word}
    public Map<String, Long> errors() {
        return Collections.unmodifiableMap(errors);
    }

    /// Sets all to zero, as CONFIG RESETSTAT asks for.
    public void reset() {
        keyspaceHits = 0;
        keyspaceMisses = 0;
        expiredKeys = 0;
        expiredFields = 0;
        evictedKeys = 0;
        evictedClients = 0;
        evictionExceededNs = 0;
        evictionExceededSinceNs = 0;
        defragHits = 0;
        defragMisses = 0;
        defragKeyHits = 0;
        defragKeyMisses = 0;
        defragNs = 0;
        defragSinceNs = 0;
        commandsProcessed = 0;
        connectionsReceived = 0;
        connectionsRejected = 0;
        bytesReceived = 0;
        bytesSent = 0;
        errorReplies = 0;
        reads = 0;
        writes = 0;
        errors.clear();
    }
}
