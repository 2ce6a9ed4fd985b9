// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import static dev.dunlin.node.config.SettingTypes.integer;
import static dev.dunlin.node.config.SettingTypes.longInteger;
import static dev.dunlin.node.config.SettingTypes.memory;
import static dev.dunlin.node.config.SettingTypes.text;
import static dev.dunlin.node.config.SettingTypes.words;
import static dev.dunlin.node.config.SettingTypes.yesNo;

import java.util.List;
import java.util.Map;

/// Every directive that a node knows, with Redis's name and default.
public final class Directives {
    // spotless:off
    // Network
    public static final Setting<Integer>      PORT             = fixed("port", integer(0, 65535), 6379);
    public static final Setting<List<String>> BIND             = fixed("bind", words(), List.of("*", "-::*"));
    public static final Setting<Integer>      TCP_BACKLOG      = fixed("tcp-backlog", integer(0, Integer.MAX_VALUE), 511);
    public static final Setting<Integer>      MAX_CLIENTS      = mutable("maxclients", integer(1, Integer.MAX_VALUE), 10000);
    public static final Setting<Long>         MAX_BULK_BYTES   = mutable("proto-max-bulk-len", memory(1024 * 1024, Long.MAX_VALUE), 512L << 20);
    public static final Setting<Long>         QUERY_BUFFER_BYTES_MAX = mutable("client-query-buffer-limit", memory(1024 * 1024, Long.MAX_VALUE), 1L << 30);
    /// io_uring, epoll, nio, or auto for the best that works. Not in Redis.
    public static final Setting<String>       IO_TRANSPORT     = fixed("io-transport", text(), "auto");

    // General
    public static final Setting<Integer>      DATABASES        = fixed("databases", integer(1, Integer.MAX_VALUE), 16);
    public static final Setting<String>       DIR              = fixed("dir", text(), ".");
    public static final Setting<String>       REQUIRE_PASS     = mutable("requirepass", text(), "");
    public static final Setting<Long>         MAX_MEMORY       = mutable("maxmemory", memory(0, Long.MAX_VALUE), 0L);

    // Encodings of small collections
    public static final Setting<Long>         HASH_MAX_LISTPACK_ENTRIES = mutable("hash-max-listpack-entries", longInteger(0, Long.MAX_VALUE), 128L);
    public static final Setting<Long>         HASH_MAX_LISTPACK_VALUE = mutable("hash-max-listpack-value", memory(0, Long.MAX_VALUE), 64L);

    // Expiry
    public static final Setting<Integer>      ACTIVE_EXPIRE_EFFORT = mutable("active-expire-effort", integer(1, 10), 1);

    // Cluster
    public static final Setting<Boolean>      CLUSTER_ENABLED  = fixed("cluster-enabled", yesNo(), false);
    public static final Setting<String>       CLUSTER_CONFIG_FILE = fixed("cluster-config-file", text(), "nodes.conf");
    /// Milliseconds.
    public static final Setting<Long>         CLUSTER_NODE_TIMEOUT = mutable("cluster-node-timeout", longInteger(0, Long.MAX_VALUE), 15000L);
    /// The bus port, 0 for the client port + 10000.
    public static final Setting<Integer>      CLUSTER_PORT     = fixed("cluster-port", integer(0, 65535), 0);
    public static final Setting<String>       CLUSTER_ANNOUNCE_IP = mutable("cluster-announce-ip", text(), "");
    public static final Setting<String>       CLUSTER_ANNOUNCE_HOSTNAME = mutable("cluster-announce-hostname", text(), "");
    public static final Setting<Integer>      CLUSTER_ANNOUNCE_PORT = mutable("cluster-announce-port", integer(0, 65535), 0);
    public static final Setting<Integer>      CLUSTER_ANNOUNCE_BUS_PORT = mutable("cluster-announce-bus-port", integer(0, 65535), 0);
    public static final Setting<String>       CLUSTER_PREFERRED_ENDPOINT_TYPE = mutable("cluster-preferred-endpoint-type", text(), "ip");
    public static final Setting<Integer>      CLUSTER_REPLICA_VALIDITY_FACTOR = mutable("cluster-replica-validity-factor", integer(0, Integer.MAX_VALUE), 10);
    public static final Setting<Integer>      CLUSTER_MIGRATION_BARRIER = mutable("cluster-migration-barrier", integer(0, Integer.MAX_VALUE), 1);
    public static final Setting<Boolean>      CLUSTER_ALLOW_REPLICA_MIGRATION = mutable("cluster-allow-replica-migration", yesNo(), true);
    public static final Setting<Boolean>      CLUSTER_REQUIRE_FULL_COVERAGE = mutable("cluster-require-full-coverage", yesNo(), true);
    public static final Setting<Boolean>      CLUSTER_REPLICA_NO_FAILOVER = mutable("cluster-replica-no-failover", yesNo(), false);
    public static final Setting<Boolean>      CLUSTER_ALLOW_READS_WHEN_DOWN = mutable("cluster-allow-reads-when-down", yesNo(), false);

    // Replication
    public static final Setting<Boolean>      REPLICA_READ_ONLY = mutable("replica-read-only", yesNo(), true);
    public static final Setting<Boolean>      REPLICA_SERVE_STALE_DATA = mutable("replica-serve-stale-data", yesNo(), true);
    public static final Setting<Integer>      MIN_REPLICAS_TO_WRITE = mutable("min-replicas-to-write", integer(0, Integer.MAX_VALUE), 0);
    /// Seconds.
    public static final Setting<Integer>      MIN_REPLICAS_MAX_LAG = mutable("min-replicas-max-lag", integer(0, Integer.MAX_VALUE), 10);
    // spotless:on

    private Directives() {}

    /// {@return all directives}
    public static List<Setting<?>> all() {
        return List.of(
                PORT,
                BIND,
                TCP_BACKLOG,
                MAX_CLIENTS,
                MAX_BULK_BYTES,
                QUERY_BUFFER_BYTES_MAX,
                IO_TRANSPORT,
                DATABASES,
                DIR,
                REQUIRE_PASS,
                MAX_MEMORY,
                HASH_MAX_LISTPACK_ENTRIES,
                HASH_MAX_LISTPACK_VALUE,
                ACTIVE_EXPIRE_EFFORT,
                CLUSTER_ENABLED,
                CLUSTER_CONFIG_FILE,
                CLUSTER_NODE_TIMEOUT,
                CLUSTER_PORT,
                CLUSTER_ANNOUNCE_IP,
                CLUSTER_ANNOUNCE_HOSTNAME,
                CLUSTER_ANNOUNCE_PORT,
                CLUSTER_ANNOUNCE_BUS_PORT,
                CLUSTER_PREFERRED_ENDPOINT_TYPE,
                CLUSTER_REPLICA_VALIDITY_FACTOR,
                CLUSTER_MIGRATION_BARRIER,
                CLUSTER_ALLOW_REPLICA_MIGRATION,
                CLUSTER_REQUIRE_FULL_COVERAGE,
                CLUSTER_REPLICA_NO_FAILOVER,
                CLUSTER_ALLOW_READS_WHEN_DOWN,
                REPLICA_READ_ONLY,
                REPLICA_SERVE_STALE_DATA,
                MIN_REPLICAS_TO_WRITE,
                MIN_REPLICAS_MAX_LAG);
    }

    /// {@return older names that Redis still takes, each with the name it stands for}
    static Map<String, String> aliases() {
        return Map.of(
                "hash-max-ziplist-entries", HASH_MAX_LISTPACK_ENTRIES.name(),
                "hash-max-ziplist-value", HASH_MAX_LISTPACK_VALUE.name());
    }

    private static <T> Setting<T> fixed(String name, SettingType<T> type, T value) {
        return new Setting<>(name, type, value, false);
    }

    private static <T> Setting<T> mutable(String name, SettingType<T> type, T value) {
        return new Setting<>(name, type, value, true);
    }
}
