// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeAddress;
import org.jspecify.annotations.Nullable;

/// The settings the rules depend on. Names are those of redis.conf without `cluster-`.
///
/// @param announced how others reach us; an empty ip is found out from the first connections
/// @param humanNodename name announced for people, null for none
/// @param nodeTimeoutMs `cluster-node-timeout`
/// @param leaseMs how long an answered ping of a primary lets it serve, 0 for half the node timeout; all nodes of a cluster
///     must agree on it
/// @param replicaValidityFactor 0 lets a replica with data of any age fail over
/// @param replicaPingPeriodSeconds `repl-ping-replica-period`
/// @param migrationBarrier replicas a primary must keep when one leaves for an orphan
/// @param pingIntervalMs longest time between pings to any node, 0 for half the node timeout
/// @param blacklistTtlSeconds how long a forgotten node is not taken back from gossip
/// @param manualFailoverTimeoutMs how long CLUSTER FAILOVER may take
/// @param writableDelayMs how long a restarted primary waits for news before it serves
public record EngineConfig(
        NodeAddress announced,
        @Nullable String humanNodename,
        long nodeTimeoutMs,
        long leaseMs,
        int replicaValidityFactor,
        int replicaPingPeriodSeconds,
        int migrationBarrier,
        boolean allowReplicaMigration,
        boolean requireFullCoverage,
        boolean replicaNoFailover,
        long pingIntervalMs,
        long blacklistTtlSeconds,
        long manualFailoverTimeoutMs,
        long writableDelayMs) {
    private static final long TICK_MS_MIN = 10;
    private static final long TICK_MS_MAX = 100;
    private static final long HANDSHAKE_MS_MIN = 10_000;

    /// Fills in what is derived from the node timeout.
    public EngineConfig {
        if (nodeTimeoutMs <= 0) {
            throw new IllegalArgumentException("node timeout must be positive: " + nodeTimeoutMs);
        }
        leaseMs = leaseMs == 0 ? Math.max(1, nodeTimeoutMs / 2) : leaseMs;
        pingIntervalMs = pingIntervalMs == 0 ? Math.max(1, nodeTimeoutMs / 2) : pingIntervalMs;
        if (leaseMs < 0 || leaseMs > nodeTimeoutMs) {
            throw new IllegalArgumentException(
                    "lease must not exceed the node timeout: " + leaseMs);
        }
    }

    /// {@return the defaults of redis.conf}
    public static EngineConfig defaults(NodeAddress announced) {
        return new EngineConfig(
                announced, null, 15_000, 0, 10, 10, 1, true, true, false, 0, 60, 5000, 2000);
    }

    /// How often the engine wants to be ticked: Redis's 100 ms, and finer when the node timeout is so short that it shows.
    public long tickIntervalMs() {
        return Math.clamp(nodeTimeoutMs / 40, TICK_MS_MIN, TICK_MS_MAX);
    }

    /// How often primaries ping each other, and a replica its primary: often enough that a lease survives a few lost answers.
    public long heartbeatIntervalMs() {
        return Math.min(pingIntervalMs, Math.max(100, nodeTimeoutMs / 10));
    }

    /// Lifetime of a handshake. Redis gives it a second at least, but six nodes that start at once on a small machine can be busy
    /// for longer than that; a handshake that only one side finished leaves a member which nobody ever introduces again.
    long handshakeTimeoutMs() {
        return Math.max(nodeTimeoutMs, HANDSHAKE_MS_MIN);
    }

    /// How long an election may collect votes (Redis: `auth_timeout`).
    long electionTimeoutMs() {
        return Math.max(2 * nodeTimeoutMs, 2000);
    }

    public EngineConfig withNodeTimeoutMs(long newNodeTimeoutMs) {
        return new EngineConfig(
                announced,
                humanNodename,
                newNodeTimeoutMs,
                0,
                replicaValidityFactor,
                replicaPingPeriodSeconds,
                migrationBarrier,
                allowReplicaMigration,
                requireFullCoverage,
                replicaNoFailover,
                0,
                blacklistTtlSeconds,
                manualFailoverTimeoutMs,
                writableDelayMs);
    }
}
