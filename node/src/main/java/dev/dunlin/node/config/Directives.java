// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import static dev.dunlin.node.config.SettingTypes.hugeMemory;
import static dev.dunlin.node.config.SettingTypes.integer;
import static dev.dunlin.node.config.SettingTypes.longInteger;
import static dev.dunlin.node.config.SettingTypes.memory;
import static dev.dunlin.node.config.SettingTypes.oneOf;
import static dev.dunlin.node.config.SettingTypes.text;
import static dev.dunlin.node.config.SettingTypes.words;
import static dev.dunlin.node.config.SettingTypes.yesNo;

import dev.dunlin.node.config.Setting.Mutability;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Every directive that a node acts on, with the name and default of Redis 7.0. Those that it only accepts are in [AcceptedDirectives].
public final class Directives {
    private static final int MAX = Integer.MAX_VALUE;

    // spotless:off
    // Network
    public static final Setting<Integer>      PORT             = fixed("port", integer(0, 65535), 6379);
    public static final Setting<List<String>> BIND             = fixed("bind", words(), List.of("*", "-::*"));
    public static final Setting<Integer>      TCP_BACKLOG      = fixed("tcp-backlog", integer(0, MAX), 511);
    public static final Setting<Integer>      MAX_CLIENTS      = mutable("maxclients", integer(1, MAX), 10000);
    public static final Setting<Long>         MAX_BULK_BYTES   = mutable("proto-max-bulk-len", memory(1 << 20), 512L << 20);
    public static final Setting<Long>         QUERY_BUFFER_BYTES_MAX = mutable("client-query-buffer-limit", memory(1 << 20), 1L << 30);
    /// io_uring, epoll, nio, or auto for the best that works. Not in Redis.
    public static final Setting<String>       IO_TRANSPORT     = fixed("io-transport", oneOf("auto", "io_uring", "epoll", "nio"), "auto");

    // General
    public static final Setting<Integer>      DATABASES        = fixed("databases", integer(1, MAX), 16);
    public static final Setting<String>       DIR              = protectedSetting("dir", text(), ".");
    public static final Setting<String>       REQUIRE_PASS     = mutable("requirepass", text(), "");
    public static final Setting<Long>         MAX_MEMORY       = mutable("maxmemory", hugeMemory(), 0L);
    public static final Setting<String>       MAX_MEMORY_POLICY = mutable("maxmemory-policy", oneOf("volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl", "allkeys-lru", "allkeys-lfu", "allkeys-random", "noeviction"), "noeviction");
    /// Keys that are looked at for each that is evicted.
    public static final Setting<Integer>      MAX_MEMORY_SAMPLES = mutable("maxmemory-samples", integer(1, MAX), 5);
    /// For how long evicting may keep a command waiting; see [dev.dunlin.node.eviction.EvictionTime].
    public static final Setting<Integer>      EVICTION_TENACITY = mutable("maxmemory-eviction-tenacity", integer(0, 100), 10);
    /// Bytes, or a share of `maxmemory` as `5%`; 0 for no limit.
    public static final Setting<String>       MAX_MEMORY_CLIENTS = mutable("maxmemory-clients", SpecialTypes.memoryOrPercent(), "0");
    public static final Setting<Boolean>      REPLICA_IGNORE_MAX_MEMORY = mutable("replica-ignore-maxmemory", "slave-ignore-maxmemory", yesNo(), true);
    /// Minutes without an access that lower a key's counter by one.
    public static final Setting<Integer>      LFU_DECAY_TIME = mutable("lfu-decay-time", integer(0, MAX), 1);
    public static final Setting<Integer>      LFU_LOG_FACTOR = mutable("lfu-log-factor", integer(0, MAX), 10);
    /// Whether evicted keys are logged as UNLINK and not as DEL, for replicas to free them on the side.
    public static final Setting<Boolean>      LAZYFREE_LAZY_EVICTION = mutable("lazyfree-lazy-eviction", yesNo(), false);
    /// Whether expired keys are logged as UNLINK and not as DEL.
    public static final Setting<Boolean>      LAZYFREE_LAZY_EXPIRE = mutable("lazyfree-lazy-expire", yesNo(), false);
    /// On by default, other than in Redis, because memory is returned in no other way.
    public static final Setting<Boolean>      ACTIVE_DEFRAG    = mutable("activedefrag", yesNo(), true);
    /// Percent of the processor that defragmentation may take at `active-defrag-threshold-upper`.
    public static final Setting<Integer>      DEFRAG_CYCLE_MAX = mutable("active-defrag-cycle-max", integer(1, 99), 25);
    public static final Setting<Integer>      DEFRAG_CYCLE_MIN = mutable("active-defrag-cycle-min", integer(1, 99), 1);
    /// Below so many wasted bytes nothing is done.
    public static final Setting<Long>         DEFRAG_IGNORE_BYTES = mutable("active-defrag-ignore-bytes", memory(1), 16L << 20);
    /// Percent of wasted memory from which on something is done.
    public static final Setting<Integer>      DEFRAG_THRESHOLD_LOWER = mutable("active-defrag-threshold-lower", integer(0, 1000), 5);
    public static final Setting<Integer>      DEFRAG_THRESHOLD_UPPER = mutable("active-defrag-threshold-upper", integer(0, 1000), 100);
    /// Elements of one value that are looked at in one go.
    public static final Setting<Long>         DEFRAG_MAX_SCAN_FIELDS = mutable("active-defrag-max-scan-fields", longInteger(1, Long.MAX_VALUE), 1000L);
    public static final Setting<String>       ENABLE_DEBUG_COMMAND = fixed("enable-debug-command", oneOf("no", "yes", "local"), "no");
    public static final Setting<String>       ENABLE_PROTECTED_CONFIGS = fixed("enable-protected-configs", oneOf("no", "yes", "local"), "no");
    /// Microseconds; negative turns the slow log off, 0 logs every command.
    public static final Setting<Long>         SLOWLOG_SLOWER_THAN = mutable("slowlog-log-slower-than", longInteger(-1, Long.MAX_VALUE), 10000L);
    public static final Setting<Long>         SLOWLOG_MAX_LEN  = mutable("slowlog-max-len", longInteger(0, Long.MAX_VALUE), 128L);
    /// Milliseconds; 0 turns the latency monitor off.
    public static final Setting<Long>         LATENCY_MONITOR_THRESHOLD = mutable("latency-monitor-threshold", longInteger(0, Long.MAX_VALUE), 0L);

    public static final Setting<Boolean>      LATENCY_TRACKING = mutable("latency-tracking", yesNo(), true);
    /// Percentiles of each command's time that INFO shows.
    public static final Setting<List<Double>> LATENCY_PERCENTILES = mutable("latency-tracking-info-percentiles", SpecialTypes.percentiles(), List.of(50.0, 99.0, 99.9));
    /// Seconds that SHUTDOWN waits for replicas.
    public static final Setting<Integer>      SHUTDOWN_TIMEOUT = mutable("shutdown-timeout", integer(0, MAX), 10);

    // Encodings of small collections
    public static final Setting<Long>         HASH_MAX_LISTPACK_ENTRIES = mutable("hash-max-listpack-entries", "hash-max-ziplist-entries", longInteger(0, Long.MAX_VALUE), 512L);
    public static final Setting<Long>         HASH_MAX_LISTPACK_VALUE = mutable("hash-max-listpack-value", "hash-max-ziplist-value", memory(0), 64L);
    public static final Setting<Long>         SET_MAX_INTSET_ENTRIES = mutable("set-max-intset-entries", longInteger(0, Long.MAX_VALUE), 512L);
    /// Since Redis 7.2.
    public static final Setting<Long>         SET_MAX_LISTPACK_ENTRIES = mutable("set-max-listpack-entries", longInteger(0, Long.MAX_VALUE), 128L);
    /// Since Redis 7.2.
    public static final Setting<Long>         SET_MAX_LISTPACK_VALUE = mutable("set-max-listpack-value", longInteger(0, Long.MAX_VALUE), 64L);

    /// Longest string of a HyperLogLog whose registers are not all spelled out.
    public static final Setting<Long>         HLL_SPARSE_MAX_BYTES = mutable("hll-sparse-max-bytes", memory(0), 3000L);
    /// Elements of a list's listpack when positive; -1 to -5 are 4 to 64 KiB.
    public static final Setting<Integer>      LIST_MAX_LISTPACK_SIZE = mutable("list-max-listpack-size", "list-max-ziplist-size", integer(Integer.MIN_VALUE, MAX), -2);
    public static final Setting<Long>         ZSET_MAX_LISTPACK_ENTRIES = mutable("zset-max-listpack-entries", "zset-max-ziplist-entries", longInteger(0, Long.MAX_VALUE), 128L);
    public static final Setting<Long>         ZSET_MAX_LISTPACK_VALUE = mutable("zset-max-listpack-value", "zset-max-ziplist-value", memory(0), 64L);
    public static final Setting<Long>         STREAM_NODE_MAX_BYTES = mutable("stream-node-max-bytes", memory(0), 4096L);
    public static final Setting<Long>         STREAM_NODE_MAX_ENTRIES = mutable("stream-node-max-entries", longInteger(0, Long.MAX_VALUE), 100L);

    // Files
    public static final Setting<List<SavePoint>> SAVE         = mutable("save", new SavePoint.Type(), SavePoint.DEFAULT);
    public static final Setting<String>       DUMP_FILE_NAME   = protectedSetting("dbfilename", SpecialTypes.fileName("dbfilename", "filename"), "dump.rdb");
    public static final Setting<Boolean>      RDB_DEL_SYNC_FILES = mutable("rdb-del-sync-files", yesNo(), false);
    public static final Setting<Boolean>      RDB_COMPRESSION  = mutable("rdbcompression", yesNo(), true);
    public static final Setting<Boolean>      RDB_CHECKSUM     = fixed("rdbchecksum", yesNo(), true);
    public static final Setting<Boolean>      RDB_SAVE_INCREMENTAL_FSYNC = mutable("rdb-save-incremental-fsync", yesNo(), true);
    public static final Setting<Boolean>      STOP_WRITES_ON_BGSAVE_ERROR = mutable("stop-writes-on-bgsave-error", yesNo(), true);

    public static final Setting<Boolean>      APPEND_ONLY      = mutable("appendonly", yesNo(), false);
    public static final Setting<String>       APPEND_FILE_NAME = fixed("appendfilename", SpecialTypes.fileName("appendfilename", "filename"), "appendonly.aof");
    public static final Setting<String>       APPEND_DIR_NAME  = fixed("appenddirname", SpecialTypes.fileName("appenddirname", "dirname"), "appendonlydir");
    public static final Setting<String>       APPEND_FSYNC     = mutable("appendfsync", oneOf("everysec", "always", "no"), "everysec");
    public static final Setting<Boolean>      NO_APPEND_FSYNC_ON_REWRITE = mutable("no-appendfsync-on-rewrite", yesNo(), false);
    public static final Setting<Integer>      AUTO_AOF_REWRITE_PERCENTAGE = mutable("auto-aof-rewrite-percentage", integer(0, MAX), 100);
    public static final Setting<Long>         AUTO_AOF_REWRITE_MIN_SIZE = mutable("auto-aof-rewrite-min-size", memory(0), 64L << 20);
    public static final Setting<Boolean>      AOF_LOAD_TRUNCATED = mutable("aof-load-truncated", yesNo(), true);
    public static final Setting<Boolean>      AOF_USE_RDB_PREAMBLE = mutable("aof-use-rdb-preamble", yesNo(), true);
    public static final Setting<Boolean>      AOF_REWRITE_INCREMENTAL_FSYNC = mutable("aof-rewrite-incremental-fsync", yesNo(), true);
    public static final Setting<Boolean>      AOF_TIMESTAMP_ENABLED = mutable("aof-timestamp-enabled", yesNo(), false);
    public static final Setting<Boolean>      AOF_DISABLE_AUTO_GC = mutable("aof-disable-auto-gc", yesNo(), false);

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
    public static final Setting<String>       CLUSTER_ANNOUNCE_HOSTNAME = mutable("cluster-announce-hostname", text(SpecialTypes::hostname), "");
    public static final Setting<Integer>      CLUSTER_ANNOUNCE_PORT = mutable("cluster-announce-port", integer(0, 65535), 0);
    public static final Setting<Integer>      CLUSTER_ANNOUNCE_BUS_PORT = mutable("cluster-announce-bus-port", integer(0, 65535), 0);
    public static final Setting<String>       CLUSTER_PREFERRED_ENDPOINT_TYPE = mutable("cluster-preferred-endpoint-type", oneOf("ip", "hostname", "unknown-endpoint"), "ip");
    public static final Setting<Integer>      CLUSTER_REPLICA_VALIDITY_FACTOR = mutable("cluster-replica-validity-factor", "cluster-slave-validity-factor", integer(0, MAX), 10);
    public static final Setting<Integer>      CLUSTER_MIGRATION_BARRIER = mutable("cluster-migration-barrier", integer(0, MAX), 1);
    public static final Setting<Boolean>      CLUSTER_ALLOW_REPLICA_MIGRATION = mutable("cluster-allow-replica-migration", yesNo(), true);
    public static final Setting<Boolean>      CLUSTER_REQUIRE_FULL_COVERAGE = mutable("cluster-require-full-coverage", yesNo(), true);
    public static final Setting<Boolean>      CLUSTER_REPLICA_NO_FAILOVER = mutable("cluster-replica-no-failover", "cluster-slave-no-failover", yesNo(), false);
    public static final Setting<Boolean>      CLUSTER_ALLOW_READS_WHEN_DOWN = mutable("cluster-allow-reads-when-down", yesNo(), false);

    // Replication
    /// `host port`, or empty.
    public static final Setting<String>       REPLICA_OF       = fixed("replicaof", "slaveof", SpecialTypes.primaryAddress(), "");
    public static final Setting<Boolean>      REPLICA_READ_ONLY = mutable("replica-read-only", "slave-read-only", yesNo(), true);
    public static final Setting<Boolean>      REPLICA_SERVE_STALE_DATA = mutable("replica-serve-stale-data", "slave-serve-stale-data", yesNo(), true);
    public static final Setting<Integer>      MIN_REPLICAS_TO_WRITE = mutable("min-replicas-to-write", "min-slaves-to-write", integer(0, MAX), 0);
    /// Seconds.
    public static final Setting<Integer>      MIN_REPLICAS_MAX_LAG = mutable("min-replicas-max-lag", "min-slaves-max-lag", integer(0, MAX), 10);
    public static final Setting<Integer>      REPLICA_PRIORITY = mutable("replica-priority", "slave-priority", integer(0, MAX), 100);
    public static final Setting<Boolean>      REPLICA_ANNOUNCED = mutable("replica-announced", yesNo(), true);
    public static final Setting<String>       REPLICA_ANNOUNCE_IP = mutable("replica-announce-ip", "slave-announce-ip", text(), "");
    public static final Setting<Integer>      REPLICA_ANNOUNCE_PORT = mutable("replica-announce-port", "slave-announce-port", integer(0, 65535), 0);
    public static final Setting<String>       MASTER_USER      = mutable("masteruser", text(), "");
    public static final Setting<String>       MASTER_AUTH      = mutable("masterauth", text(), "");
    /// Seconds.
    public static final Setting<Integer>      REPL_TIMEOUT     = mutable("repl-timeout", integer(1, MAX), 60);
    /// Seconds.
    public static final Setting<Integer>      REPL_PING_REPLICA_PERIOD = mutable("repl-ping-replica-period", "repl-ping-slave-period", integer(1, MAX), 10);
    public static final Setting<Long>         REPL_BACKLOG_BYTES = mutable("repl-backlog-size", memory(1), 1L << 20);
    /// Seconds.
    public static final Setting<Long>         REPL_BACKLOG_TTL = mutable("repl-backlog-ttl", longInteger(0, Long.MAX_VALUE), 3600L);
    public static final Setting<Boolean>      REPL_DISKLESS_SYNC = mutable("repl-diskless-sync", yesNo(), true);
    /// Seconds.
    public static final Setting<Integer>      REPL_DISKLESS_SYNC_DELAY = mutable("repl-diskless-sync-delay", integer(0, MAX), 5);
    public static final Setting<Integer>      REPL_DISKLESS_SYNC_MAX_REPLICAS = mutable("repl-diskless-sync-max-replicas", integer(0, MAX), 0);
    public static final Setting<BufferLimits> OUTPUT_BUFFER_LIMIT = mutable("client-output-buffer-limit", new BufferLimits.Type(), BufferLimits.DEFAULT);
    // spotless:on

    private Directives() {}

    /// {@return all directives, those that are only accepted included}
    public static List<Setting<?>> all() {
        List<Setting<?>> all = new ArrayList<>(acted());
        AcceptedDirectives.all().forEach(accepted -> all.add(accepted.setting()));
        return all;
    }

    /// {@return the directives that a node acts on}
    static List<Setting<?>> acted() {
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
                MAX_MEMORY_POLICY,
                MAX_MEMORY_SAMPLES,
                EVICTION_TENACITY,
                MAX_MEMORY_CLIENTS,
                REPLICA_IGNORE_MAX_MEMORY,
                LFU_DECAY_TIME,
                LFU_LOG_FACTOR,
                LAZYFREE_LAZY_EVICTION,
                LAZYFREE_LAZY_EXPIRE,
                ACTIVE_DEFRAG,
                DEFRAG_CYCLE_MAX,
                DEFRAG_CYCLE_MIN,
                DEFRAG_IGNORE_BYTES,
                DEFRAG_THRESHOLD_LOWER,
                DEFRAG_THRESHOLD_UPPER,
                DEFRAG_MAX_SCAN_FIELDS,
                ENABLE_DEBUG_COMMAND,
                ENABLE_PROTECTED_CONFIGS,
                SLOWLOG_SLOWER_THAN,
                SLOWLOG_MAX_LEN,
                LATENCY_MONITOR_THRESHOLD,
                LATENCY_TRACKING,
                LATENCY_PERCENTILES,
                SHUTDOWN_TIMEOUT,
                HASH_MAX_LISTPACK_ENTRIES,
                HASH_MAX_LISTPACK_VALUE,
                SET_MAX_INTSET_ENTRIES,
                SET_MAX_LISTPACK_ENTRIES,
                SET_MAX_LISTPACK_VALUE,
                HLL_SPARSE_MAX_BYTES,
                LIST_MAX_LISTPACK_SIZE,
                ZSET_MAX_LISTPACK_ENTRIES,
                ZSET_MAX_LISTPACK_VALUE,
                STREAM_NODE_MAX_BYTES,
                STREAM_NODE_MAX_ENTRIES,
                SAVE,
                DUMP_FILE_NAME,
                RDB_DEL_SYNC_FILES,
                RDB_COMPRESSION,
                RDB_CHECKSUM,
                RDB_SAVE_INCREMENTAL_FSYNC,
                STOP_WRITES_ON_BGSAVE_ERROR,
                APPEND_ONLY,
                APPEND_FILE_NAME,
                APPEND_DIR_NAME,
                APPEND_FSYNC,
                NO_APPEND_FSYNC_ON_REWRITE,
                AUTO_AOF_REWRITE_PERCENTAGE,
                AUTO_AOF_REWRITE_MIN_SIZE,
                AOF_LOAD_TRUNCATED,
                AOF_USE_RDB_PREAMBLE,
                AOF_REWRITE_INCREMENTAL_FSYNC,
                AOF_TIMESTAMP_ENABLED,
                AOF_DISABLE_AUTO_GC,
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
                REPLICA_OF,
                REPLICA_READ_ONLY,
                REPLICA_SERVE_STALE_DATA,
                MIN_REPLICAS_TO_WRITE,
                MIN_REPLICAS_MAX_LAG,
                REPLICA_PRIORITY,
                REPLICA_ANNOUNCED,
                REPLICA_ANNOUNCE_IP,
                REPLICA_ANNOUNCE_PORT,
                MASTER_USER,
                MASTER_AUTH,
                REPL_TIMEOUT,
                REPL_PING_REPLICA_PERIOD,
                REPL_BACKLOG_BYTES,
                REPL_BACKLOG_TTL,
                REPL_DISKLESS_SYNC,
                REPL_DISKLESS_SYNC_DELAY,
                REPL_DISKLESS_SYNC_MAX_REPLICAS,
                OUTPUT_BUFFER_LIMIT);
    }

    static <T> Setting<T> fixed(String name, SettingType<T> type, T value) {
        return new Setting<>(name, null, type, value, Mutability.FIXED);
    }

    static <T> Setting<T> fixed(String name, @Nullable String alias, SettingType<T> type, T value) {
        return new Setting<>(name, alias, type, value, Mutability.FIXED);
    }

    static <T> Setting<T> mutable(String name, SettingType<T> type, T value) {
        return new Setting<>(name, null, type, value, Mutability.MUTABLE);
    }

    static <T> Setting<T> mutable(
            String name, @Nullable String alias, SettingType<T> type, T value) {
        return new Setting<>(name, alias, type, value, Mutability.MUTABLE);
    }

    static <T> Setting<T> protectedSetting(String name, SettingType<T> type, T value) {
        return new Setting<>(name, null, type, value, Mutability.PROTECTED);
    }
}
