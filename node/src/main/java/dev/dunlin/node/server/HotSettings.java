// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.config.BufferLimits;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;

/// The settings that every command depends on, as plain fields that are read anew after a change of any setting.
///
/// Why: looking a setting up costs as much as a part of a GET does, and each command would ask for half a dozen.
///
/// Thread: owned by the node's loop.
final class HotSettings {
    private final Settings settings;
    private int changesSeen = -1;

    private long bulkBytesMax;
    private long queryBufferBytesMax;
    private BufferLimits.Limit outputBuffer = new BufferLimits.Limit(0, 0, 0);
    private boolean requiresAuthentication;
    private long memoryBytesMax;
    private int replicasToWriteMin;
    private int replicasLagMaxSeconds;
    private boolean servesStaleData;
    private boolean replicaReadOnly;

    HotSettings(Settings settings) {
        this.settings = settings;
        refresh();
    }

    /// Reads the settings if any was changed since the last time. To be called at the start of a turn, and before each command,
    /// because the one before may have been CONFIG SET.
    void refresh() {
        if (changesSeen != settings.changes()) {
            read();
        }
    }

    private void read() {
        changesSeen = settings.changes();
        bulkBytesMax = settings.get(Directives.MAX_BULK_BYTES);
        queryBufferBytesMax = settings.get(Directives.QUERY_BUFFER_BYTES_MAX);
        outputBuffer = settings.get(Directives.OUTPUT_BUFFER_LIMIT).normal();
        requiresAuthentication = !settings.get(Directives.REQUIRE_PASS).isEmpty();
        memoryBytesMax = settings.get(Directives.MAX_MEMORY);
        replicasToWriteMin = settings.get(Directives.MIN_REPLICAS_TO_WRITE);
        replicasLagMaxSeconds = settings.get(Directives.MIN_REPLICAS_MAX_LAG);
        servesStaleData = settings.get(Directives.REPLICA_SERVE_STALE_DATA);
        replicaReadOnly = settings.get(Directives.REPLICA_READ_ONLY);
    }

    /// {@return longest argument in bytes (`proto-max-bulk-len`)}
    long bulkBytesMax() {
        return bulkBytesMax;
    }

    /// {@return longest incomplete request in bytes (`client-query-buffer-limit`)}
    long queryBufferBytesMax() {
        return queryBufferBytesMax;
    }

    /// {@return how much may wait to be sent to a client (`client-output-buffer-limit normal`)}
    BufferLimits.Limit outputBuffer() {
        return outputBuffer;
    }

    /// {@return whether a new client must authenticate first}
    boolean requiresAuthentication() {
        return requiresAuthentication;
    }

    /// {@return `maxmemory` in bytes, 0 for no limit}
    long memoryBytesMax() {
        return memoryBytesMax;
    }

    /// {@return `min-replicas-to-write`}
    int replicasToWriteMin() {
        return replicasToWriteMin;
    }

    /// {@return `min-replicas-max-lag`}
    int replicasLagMaxSeconds() {
        return replicasLagMaxSeconds;
    }

    /// {@return `replica-serve-stale-data`}
    boolean servesStaleData() {
        return servesStaleData;
    }

    /// {@return `replica-read-only`}
    boolean replicaReadOnly() {
        return replicaReadOnly;
    }
}
