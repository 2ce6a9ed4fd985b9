// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

import dev.dunlin.node.Version;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;

/// Writes INFO: the sections, names and order of Redis 7.0, because monitors parse them.
///
/// A field that stands for something that a node does not do is 0, as in a Redis that has not done it.
///
/// Thread: stateless.
public final class InfoSections {
    private static final long SECONDS_PER_DAY = 86_400;

    private InfoSections() {}

    /// {@return the text of these sections}
    public static String text(Set<InfoSection> sections, InfoFacts facts) {
        var text = new InfoText();
        for (InfoSection section : InfoSection.values()) {
            if (sections.contains(section)) {
                text.section(section.title());
                write(section, text, facts);
            }
        }
        return text.toString();
    }

    private static void write(InfoSection section, InfoText text, InfoFacts facts) {
        switch (section) {
            case SERVER -> server(text, facts.server());
            case CLIENTS -> clients(text, facts.clients());
            case MEMORY -> memory(text, facts.memory());
            case PERSISTENCE ->
                    PersistenceInfo.write(text, facts.persistence(), facts.appendOnly());
            case STATS -> stats(text, facts.stats());
            case REPLICATION -> text.lines(facts.replication());
            case CPU -> cpu(text, facts.cpu());
            case MODULES -> {}
            case LATENCYSTATS ->
                    facts.commands()
                            .forEach(command -> latency(text, command, facts.latencyPercentiles()));
            case COMMANDSTATS -> facts.commands().forEach(command -> calls(text, command));
            case ERRORSTATS ->
                    facts.errors()
                            .forEach((prefix, count) ->
                                    text.field("errorstat_" + prefix, "count=" + count));
            case CLUSTER -> text.field("cluster_enabled", facts.clusterEnabled());
            case KEYSPACE -> facts.keyspace().forEach(keys -> keys(text, keys));
        }
    }

    private static void server(InfoText text, InfoFacts.Server server) {
        long uptimeSeconds = (server.nowMs() - server.startMs()) / 1000;
        text.field("redis_version", Version.REDIS)
                .field("redis_git_sha1", "00000000")
                .field("redis_git_dirty", 0)
                .field("redis_build_id", "0")
                .field("redis_mode", server.cluster() ? "cluster" : "standalone")
                .field("os", server.os())
                .field("arch_bits", server.archBits())
                .field("monotonic_clock", "System.nanoTime")
                .field("multiplexing_api", server.transport())
                .field("atomicvar_api", "java")
                .field("gcc_version", "0.0.0")
                .field("process_id", server.processId())
                .field("process_supervised", "no")
                .field("run_id", server.runId())
                .field("tcp_port", server.port())
                .field("server_time_usec", server.nowMs() * 1000)
                .field("uptime_in_seconds", uptimeSeconds)
                .field("uptime_in_days", uptimeSeconds / SECONDS_PER_DAY)
                .field("hz", server.hz())
                .field("configured_hz", server.configuredHz())
                .field("lru_clock", server.lruClock())
                .field("executable", server.executable())
                .field("config_file", server.configFile())
                .field("io_threads_active", 0)
                .field("dunlin_version", Version.DUNLIN);
    }

    private static void clients(InfoText text, InfoFacts.Clients clients) {
        text.field("connected_clients", clients.connected())
                .field("cluster_connections", clients.clusterConnections())
                .field("maxclients", clients.max())
                .field("client_recent_max_input_buffer", clients.inputBytesMax())
                .field("client_recent_max_output_buffer", clients.outputBytesMax())
                .field("blocked_clients", clients.blocked())
                .field("tracking_clients", 0)
                .field("clients_in_timeout_table", 0);
    }

    private static void memory(InfoText text, InfoFacts.Memory memory) {
        long dataset = Math.max(0, memory.used() - memory.overhead());
        long sinceStart = Math.max(0, memory.used() - memory.startup());
        text.bytes("used_memory", memory.used())
                .bytes("used_memory_rss", memory.resident())
                .bytes("used_memory_peak", memory.peak())
                .percent("used_memory_peak_perc", memory.used(), memory.peak())
                .field("used_memory_overhead", memory.overhead())
                .field("used_memory_startup", memory.startup())
                .field("used_memory_dataset", dataset)
                .percent("used_memory_dataset_perc", Math.min(dataset, sinceStart), sinceStart)
                .field("allocator_allocated", memory.allocated())
                .field("allocator_active", memory.allocatorResident())
                .field("allocator_resident", memory.allocatorResident())
                .bytes("total_system_memory", memory.system())
                .field("used_memory_lua", 0)
                .field("used_memory_vm_eval", 0)
                .field("used_memory_lua_human", InfoText.human(0))
                .field("used_memory_scripts_eval", 0)
                .field("number_of_cached_scripts", 0)
                .field("number_of_functions", 0)
                .field("number_of_libraries", 0)
                .field("used_memory_vm_functions", 0)
                .bytes("used_memory_vm_total", 0)
                .field("used_memory_functions", 0)
                .bytes("used_memory_scripts", 0)
                .bytes("maxmemory", memory.max())
                .field("maxmemory_policy", memory.policy());
        ratios(text, memory);
        text.field("mem_not_counted_for_evict", memory.notCounted())
                .field("mem_replication_backlog", memory.log())
                .field("mem_total_replication_buffers", memory.log())
                .field("mem_clients_slaves", memory.replicaClients())
                .field("mem_clients_normal", memory.normalClients())
                .field("mem_cluster_links", 0)
                .field("mem_aof_buffer", 0)
                .field("mem_allocator", "dunlin-slab")
                .field("active_defrag_running", memory.defragPercent())
                .field("lazyfree_pending_objects", memory.pendingEntries())
                .field("lazyfreed_objects", memory.freedEntries());
    }

    private static void ratios(InfoText text, InfoFacts.Memory memory) {
        text.field("allocator_frag_ratio", ratio(memory.allocatorResident(), memory.allocated()), 2)
                .field("allocator_frag_bytes", memory.allocatorResident() - memory.allocated())
                .field("allocator_rss_ratio", 1, 2)
                .field("allocator_rss_bytes", 0)
                .field(
                        "rss_overhead_ratio",
                        ratio(memory.resident(), memory.allocatorResident()),
                        2)
                .field("rss_overhead_bytes", memory.resident() - memory.allocatorResident())
                .field("mem_fragmentation_ratio", ratio(memory.resident(), memory.used()), 2)
                .field("mem_fragmentation_bytes", memory.resident() - memory.used());
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    private static void stats(InfoText text, InfoFacts.Stats stats) {
        text.field("total_connections_received", stats.connections())
                .field("total_commands_processed", stats.commands())
                .field("instantaneous_ops_per_sec", Math.round(stats.commandsPerSecond()))
                .field("total_net_input_bytes", stats.bytesReceived())
                .field("total_net_output_bytes", stats.bytesSent())
                .field("total_net_repl_input_bytes", stats.replicationBytesReceived())
                .field("total_net_repl_output_bytes", 0)
                .field("instantaneous_input_kbps", stats.receivedPerSecond() / 1024, 2)
                .field("instantaneous_output_kbps", stats.sentPerSecond() / 1024, 2)
                .field("instantaneous_input_repl_kbps", 0, 2)
                .field("instantaneous_output_repl_kbps", 0, 2)
                .field("rejected_connections", stats.rejectedConnections())
                .field("sync_full", stats.fullSyncs())
                .field("sync_partial_ok", stats.partialSyncs())
                .field("sync_partial_err", 0)
                .field("expired_keys", stats.expiredKeys())
                .field("expired_stale_perc", 0, 2)
                .field("expired_time_cap_reached_count", 0)
                .field("expire_cycle_cpu_milliseconds", 0)
                .field("evicted_keys", stats.eviction().keys())
                .field("evicted_clients", stats.eviction().clients())
                .field("total_eviction_exceeded_time", stats.eviction().exceededMs())
                .field("current_eviction_exceeded_time", stats.eviction().exceededNowMs())
                .field("keyspace_hits", stats.hits())
                .field("keyspace_misses", stats.misses())
                .field("pubsub_channels", 0)
                .field("pubsub_patterns", 0)
                .field("pubsubshard_channels", 0)
                .field("latest_fork_usec", 0)
                .field("total_forks", 0)
                .field("migrate_cached_sockets", 0)
                .field("slave_expires_tracked_keys", 0)
                .field("active_defrag_hits", stats.defrag().hits())
                .field("active_defrag_misses", stats.defrag().misses())
                .field("active_defrag_key_hits", stats.defrag().keyHits())
                .field("active_defrag_key_misses", stats.defrag().keyMisses())
                .field("total_active_defrag_time", stats.defrag().totalMs())
                .field("current_active_defrag_time", stats.defrag().nowMs())
                .field("tracking_total_keys", 0)
                .field("tracking_total_items", 0)
                .field("tracking_total_prefixes", 0)
                .field("unexpected_error_replies", 0)
                .field("total_error_replies", stats.errorReplies())
                .field("dump_payload_sanitizations", 0)
                .field("total_reads_processed", stats.reads())
                .field("total_writes_processed", stats.writes())
                .field("io_threaded_reads_processed", 0)
                .field("io_threaded_writes_processed", 0)
                .field("reply_buffer_shrinks", 0)
                .field("reply_buffer_expands", 0);
    }

    private static void cpu(InfoText text, InfoFacts.Cpu cpu) {
        text.field("used_cpu_sys", cpu.system(), 6)
                .field("used_cpu_user", cpu.user(), 6)
                .field("used_cpu_sys_children", 0, 6)
                .field("used_cpu_user_children", 0, 6)
                .field("used_cpu_sys_main_thread", cpu.loopSystem(), 6)
                .field("used_cpu_user_main_thread", cpu.loopUser(), 6);
    }

    private static void calls(InfoText text, InfoFacts.CommandCalls command) {
        double perCall =
                command.calls() == 0 ? 0 : (double) command.microseconds() / command.calls();
        text.field(
                "cmdstat_" + command.name(),
                "calls="
                        + command.calls()
                        + ",usec="
                        + command.microseconds()
                        + ",usec_per_call="
                        + InfoText.fixed(perCall, 2)
                        + ",rejected_calls="
                        + command.rejected()
                        + ",failed_calls="
                        + command.failed());
    }

    private static void latency(
            InfoText text, InfoFacts.CommandCalls command, List<Double> percentiles) {
        LatencyHistogram histogram = command.histogram();
        if (histogram == null) {
            return;
        }
        var line = new StringJoiner(",");
        for (double percentile : percentiles) {
            double micros = histogram.percentile(percentile) / 1000.0;
            line.add("p" + InfoText.shortest(percentile) + "=" + InfoText.fixed(micros, 3));
        }
        text.field("latency_percentiles_usec_" + command.name(), line.toString());
    }

    private static void keys(InfoText text, InfoFacts.Keys keys) {
        text.field(
                "db" + keys.database(),
                "keys="
                        + keys.keys()
                        + ",expires="
                        + keys.expiring()
                        + ",avg_ttl="
                        + keys.averageTtlMs());
    }
}
