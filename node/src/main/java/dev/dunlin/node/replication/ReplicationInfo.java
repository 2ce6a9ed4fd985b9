// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.Locale;
import java.util.Optional;

/// INFO's replication section. Clients and monitors parse it, so names, order and the old words for the roles are those of
/// Redis 7.0.
///
/// @param priority `replica-priority`
/// @param readOnly `replica-read-only`
/// @param announced `replica-announced`
/// @param failoverState `no-failover`, `waiting-for-sync` or `failover-in-progress`
public record ReplicationInfo(
        int priority, boolean readOnly, boolean announced, String failoverState) {
    /// Redis's defaults.
    public static final ReplicationInfo DEFAULTS =
            new ReplicationInfo(100, true, true, "no-failover");

    /// Appends the lines of the section, without its title.
    public void write(StringBuilder text, Replication replication, long nowMs) {
        Optional<Replication.Primary> primary = replication.primary();
        field(text, "role", primary.isPresent() ? "slave" : "master");
        primary.ifPresent(address -> writeLink(text, replication, address, nowMs));
        writeReplicas(text, replication, nowMs);
        field(text, "master_failover_state", failoverState);
        field(text, "master_replid", replication.history().id());
        field(text, "master_replid2", replication.history().previous());
        ReplicationLog log = replication.log();
        field(text, "master_repl_offset", log.offset());
        field(text, "second_repl_offset", replication.history().forkOffset());
        field(text, "repl_backlog_active", flag(log.backlogActive()));
        field(text, "repl_backlog_size", log.backlogBytes());
        field(text, "repl_backlog_first_byte_offset", log.backlogFirstByte());
        field(text, "repl_backlog_histlen", log.backlogHistoryBytes());
    }

    private void writeLink(
            StringBuilder text, Replication replication, Replication.Primary address, long nowMs) {
        LinkState state = replication.linkState();
        boolean up = state == LinkState.CONNECTED;
        boolean syncing = state == LinkState.TRANSFER || state == LinkState.LOADING;
        field(text, "master_host", address.host());
        field(text, "master_port", address.port());
        field(text, "master_link_status", up ? "up" : "down");
        field(
                text,
                "master_last_io_seconds_ago",
                up ? seconds(nowMs - replication.linkHeardMs()) : -1);
        field(text, "master_sync_in_progress", flag(syncing));
        field(text, "slave_read_repl_offset", replication.receivedOffset());
        field(text, "slave_repl_offset", replication.log().offset());
        if (syncing) {
            writeTransfer(text, replication, nowMs);
        }
        if (!up) {
            field(
                    text,
                    "master_link_down_since_seconds",
                    seconds(nowMs - replication.linkDownSinceMs()));
        }
        field(text, "slave_priority", priority);
        field(text, "slave_read_only", flag(readOnly));
        field(text, "replica_announced", flag(announced));
    }

    private static void writeTransfer(StringBuilder text, Replication replication, long nowMs) {
        long total = Math.max(0, replication.transferTotalBytes());
        long read = replication.transferReceivedBytes();
        double percent = total == 0 ? 0 : 100.0 * read / total;
        field(text, "master_sync_total_bytes", total);
        field(text, "master_sync_read_bytes", read);
        field(text, "master_sync_left_bytes", total - read);
        field(text, "master_sync_perc", String.format(Locale.ROOT, "%.2f", percent));
        field(text, "master_sync_last_io_seconds_ago", seconds(nowMs - replication.linkHeardMs()));
    }

    private static void writeReplicas(StringBuilder text, Replication replication, long nowMs) {
        ReplicaAcks acks = replication.acks();
        field(text, "connected_slaves", acks.replicas().size());
        int index = 0;
        for (ReplicaProgress replica : acks.replicas()) {
            field(
                    text,
                    "slave" + index++,
                    "ip="
                            + replica.ip()
                            + ",port="
                            + replica.port()
                            + ",state="
                            + replica.state().infoName()
                            + ",offset="
                            + replica.ackOffset()
                            + ",lag="
                            + seconds(replica.lagMs(nowMs)));
        }
    }

    private static long seconds(long durationMs) {
        return durationMs / 1000;
    }

    private static int flag(boolean value) {
        return value ? 1 : 0;
    }

    private static void field(StringBuilder text, String name, Object value) {
        text.append(name).append(':').append(value).append("\r\n");
    }
}
