// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.Optional;

/// Settings of replication, under their Redis names in the text of each component.
///
/// @param timeoutMs `repl-timeout`
/// @param pingPeriodMs `repl-ping-replica-period`
/// @param backlogBytes `repl-backlog-size`
/// @param backlogTtlMs `repl-backlog-ttl`, 0 to keep the backlog for ever
/// @param disklessSync `repl-diskless-sync`: send the data set as it is made, its end marked
/// @param snapshotDelayMs `repl-diskless-sync-delay`: wait so long for more replicas to share a snapshot
/// @param snapshotReplicasMax `repl-diskless-sync-max-replicas`: so many need not wait, 0 for no such number
/// @param outputLimit `client-output-buffer-limit replica`
/// @param user `masteruser`
/// @param password `masterauth`
/// @param listeningPort port announced to the primary (`replica-announce-port`, else `port`)
/// @param announceIp `replica-announce-ip`
public record ReplicationConfig(
        long timeoutMs,
        long pingPeriodMs,
        long backlogBytes,
        long backlogTtlMs,
        boolean disklessSync,
        long snapshotDelayMs,
        int snapshotReplicasMax,
        LogReaderLimit outputLimit,
        Optional<String> user,
        Optional<String> password,
        int listeningPort,
        Optional<String> announceIp) {

    /// {@return Redis 7.0's defaults for a node that listens on `port`}
    public static ReplicationConfig defaults(int port) {
        return new ReplicationConfig(
                60_000,
                10_000,
                ReplicationLog.BACKLOG_BYTES,
                3_600_000,
                true,
                5_000,
                0,
                LogReaderLimit.REPLICA,
                Optional.empty(),
                Optional.empty(),
                port,
                Optional.empty());
    }

    /// {@return the same, with snapshots of another kind and start}
    public ReplicationConfig withSnapshots(boolean diskless, long delayMs, int replicasMax) {
        return new ReplicationConfig(
                timeoutMs,
                pingPeriodMs,
                backlogBytes,
                backlogTtlMs,
                diskless,
                delayMs,
                replicasMax,
                outputLimit,
                user,
                password,
                listeningPort,
                announceIp);
    }

    /// {@return the same, with other times}
    public ReplicationConfig withTimes(long otherTimeoutMs, long otherPingPeriodMs) {
        return new ReplicationConfig(
                otherTimeoutMs,
                otherPingPeriodMs,
                backlogBytes,
                backlogTtlMs,
                disklessSync,
                snapshotDelayMs,
                snapshotReplicasMax,
                outputLimit,
                user,
                password,
                listeningPort,
                announceIp);
    }

    PsyncHandshake.Identity identity() {
        return new PsyncHandshake.Identity(user, password, listeningPort, announceIp);
    }
}
