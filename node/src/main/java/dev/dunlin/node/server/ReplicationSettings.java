// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.node.config.BufferLimits;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Setting;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.replication.LogReaderLimit;
import dev.dunlin.node.replication.ReplicationConfig;
import dev.dunlin.node.replication.ReplicationLog;
import java.util.Optional;

/// Which directives replication follows.
final class ReplicationSettings {
    /// A change of any of these is a change of replication's configuration.
    static final Setting<?>[] ALL = {
        Directives.REPL_TIMEOUT,
        Directives.REPL_PING_REPLICA_PERIOD,
        Directives.REPL_BACKLOG_BYTES,
        Directives.REPL_BACKLOG_TTL,
        Directives.REPL_DISKLESS_SYNC,
        Directives.REPL_DISKLESS_SYNC_DELAY,
        Directives.REPL_DISKLESS_SYNC_MAX_REPLICAS,
        Directives.OUTPUT_BUFFER_LIMIT,
        Directives.MASTER_USER,
        Directives.MASTER_AUTH,
        Directives.REPLICA_ANNOUNCE_IP,
        Directives.REPLICA_ANNOUNCE_PORT
    };

    private ReplicationSettings() {}

    static ReplicationConfig read(Settings settings) {
        int announcedPort = settings.get(Directives.REPLICA_ANNOUNCE_PORT);
        BufferLimits.Limit limit = settings.get(Directives.OUTPUT_BUFFER_LIMIT).replica();
        return new ReplicationConfig(
                ms(settings.get(Directives.REPL_TIMEOUT)),
                ms(settings.get(Directives.REPL_PING_REPLICA_PERIOD)),
                Math.max(
                        settings.get(Directives.REPL_BACKLOG_BYTES),
                        ReplicationLog.BACKLOG_BYTES_MIN),
                ms(settings.get(Directives.REPL_BACKLOG_TTL)),
                settings.get(Directives.REPL_DISKLESS_SYNC),
                snapshotDelayMs(settings),
                settings.get(Directives.REPL_DISKLESS_SYNC_MAX_REPLICAS),
                new LogReaderLimit(limit.hardBytes(), limit.softBytes(), ms(limit.softSeconds())),
                some(settings.get(Directives.MASTER_USER)),
                some(settings.get(Directives.MASTER_AUTH)),
                announcedPort == 0 ? settings.get(Directives.PORT) : announcedPort,
                some(settings.get(Directives.REPLICA_ANNOUNCE_IP)));
    }

    /// In a cluster replicas come one by one and each should be there soon, so the default there is not to wait for more.
    private static long snapshotDelayMs(Settings settings) {
        int seconds = settings.get(Directives.REPL_DISKLESS_SYNC_DELAY);
        boolean usual = seconds == Directives.REPL_DISKLESS_SYNC_DELAY.defaultValue();
        return usual && settings.get(Directives.CLUSTER_ENABLED) ? 0 : ms(seconds);
    }

    private static long ms(long seconds) {
        return seconds > Long.MAX_VALUE / 1000 ? Long.MAX_VALUE : seconds * 1000;
    }

    private static Optional<String> some(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
