// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.node.cluster.ClusterMember;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Setting;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.observe.InfoFacts;
import dev.dunlin.node.observe.Observation;
import dev.dunlin.node.observe.ProcessStats;
import dev.dunlin.node.offheap.Entry;
import dev.dunlin.node.replication.Replication;
import dev.dunlin.node.replication.ReplicationInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Collects what INFO tells from the parts of a node.
///
/// Thread: owned by the node's loop; lives for one command.
final class NodeFacts implements InfoFacts {
    /// Entries whose time to live is looked at for the mean.
    private static final int TTL_SAMPLES = 20;

    private static final int HZ = 10;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final CommandContext ctx;
    private final NodeServices services;
    private final Settings settings;
    private final Observation observation;

    NodeFacts(CommandContext ctx) {
        this.ctx = ctx;
        this.services = ctx.services();
        this.settings = services.settings();
        this.observation = services.observation();
    }

    @Override
    public Server server() {
        Path file = settings.file();
        return new Server(
                services.clusterEnabled(),
                System.getProperty("os.name")
                        + " "
                        + System.getProperty("os.version")
                        + " "
                        + architecture(),
                64,
                observation.transport(),
                ProcessHandle.current().pid(),
                observation.runId(),
                services.port(),
                ctx.nowMs(),
                observation.startMs(),
                HZ,
                (Integer) settings.get(setting("hz")),
                ctx.keyspace().access().clock(),
                ProcessHandle.current().info().command().orElse(""),
                file == null ? "" : file.toString());
    }

    private static String architecture() {
        String name = System.getProperty("os.arch");
        return name.equals("amd64") ? "x86_64" : name;
    }

    private Setting<?> setting(String name) {
        return Objects.requireNonNull(settings.find(name));
    }

    @Override
    public Clients clients() {
        int connected = 0;
        int blocked = 0;
        long inputMax = 0;
        long outputMax = 0;
        for (Client client : services.clients()) {
            connected += client.replica() ? 0 : 1;
            blocked += client.blocked() == null ? 0 : 1;
            inputMax = Math.max(inputMax, client.link().queryBufferBytes());
            outputMax = Math.max(outputMax, client.link().outputBufferBytes());
        }
        ClusterMember member = services.cluster();
        return new Clients(
                connected,
                // Two links to each other node: the one we opened and the one it opened.
                member == null ? 0 : 2 * Math.max(0, member.view().nodes().size() - 1),
                settings.get(Directives.MAX_CLIENTS),
                inputMax,
                outputMax,
                blocked);
    }

    @Override
    public Memory memory() {
        Keyspace keyspace = ctx.keyspace();
        long replicas = 0;
        long normal = 0;
        for (Client client : services.clients()) {
            long bytes = client.link().queryBufferBytes() + client.link().outputBufferBytes();
            if (client.replica()) {
                replicas += bytes;
            } else {
                normal += bytes;
            }
        }
        long log = services.replication().log().memoryBytes();
        long used = keyspace.usedBytes() + log + replicas + normal;
        observation.notePeak(used);
        return new Memory(
                used,
                observation.peakBytes(),
                ProcessStats.residentBytes(),
                observation.startupBytes() + log + replicas + normal,
                observation.startupBytes(),
                keyspace.usedBytes(),
                keyspace.allocator().residentBytes(),
                ProcessStats.systemBytes(),
                settings.get(Directives.MAX_MEMORY),
                settings.get(Directives.MAX_MEMORY_POLICY),
                log,
                replicas,
                normal,
                Math.max(0, log - services.replication().log().backlogBytes())
                        + keyspace.keptBytes(),
                keyspace.garbageEntries(),
                keyspace.freedEntries(),
                services.stats().defragPercent);
    }

    @Override
    public InfoFacts.Persistence persistence() {
        return services.persistence().facts(ctx.nowMs());
    }

    @Override
    public InfoFacts.Aof appendOnly() {
        return services.appendOnly().facts(ctx.nowMs());
    }

    @Override
    public Stats stats() {
        KeyspaceStats stats = services.stats();
        Replication replication = services.replication();
        return new Stats(
                stats.connectionsReceived,
                stats.commandsProcessed,
                observation.commandsPerSecond(),
                stats.bytesReceived,
                stats.bytesSent,
                replication.isReplica() ? replication.receivedOffset() : 0,
                observation.receivedPerSecond(),
                observation.sentPerSecond(),
                stats.connectionsRejected,
                replication.fullSyncs(),
                replication.partialSyncs(),
                stats.expiredKeys,
                eviction(stats),
                defrag(stats),
                stats.keyspaceHits,
                stats.keyspaceMisses,
                stats.errorReplies,
                stats.reads,
                stats.writes);
    }

    private static Eviction eviction(KeyspaceStats stats) {
        long nowNs = millisSince(stats.evictionExceededSinceNs) * NANOS_PER_MILLI;
        return new Eviction(
                stats.evictedKeys,
                stats.evictedClients,
                (stats.evictionExceededNs + nowNs) / NANOS_PER_MILLI,
                nowNs / NANOS_PER_MILLI);
    }

    private static Defrag defrag(KeyspaceStats stats) {
        long nowMs = millisSince(stats.defragSinceNs);
        return new Defrag(
                stats.defragHits,
                stats.defragMisses,
                stats.defragKeyHits,
                stats.defragKeyMisses,
                stats.defragNs / NANOS_PER_MILLI + nowMs,
                nowMs);
    }

    private static long millisSince(long startNs) {
        return startNs == 0 ? 0 : (System.nanoTime() - startNs) / NANOS_PER_MILLI;
    }

    @Override
    public String replication() {
        var text = new StringBuilder();
        new ReplicationInfo(
                        settings.get(Directives.REPLICA_PRIORITY),
                        settings.get(Directives.REPLICA_READ_ONLY),
                        settings.get(Directives.REPLICA_ANNOUNCED),
                        services.replication().failoverState().infoName())
                .write(text, services.replication(), ctx.nowMs());
        return text.toString();
    }

    @Override
    public Cpu cpu() {
        ProcessStats.CpuTime process = ProcessStats.processCpu();
        ProcessStats.CpuTime loop = ProcessStats.threadCpu();
        return new Cpu(process.system(), process.user(), loop.system(), loop.user());
    }

    @Override
    public List<CommandCalls> commands() {
        List<CommandCalls> calls = new ArrayList<>();
        for (Command command : services.commands().allRows()) {
            if (command.calls() > 0 || command.rejected() > 0 || command.failed() > 0) {
                calls.add(
                        new CommandCalls(
                                command.name(),
                                command.calls(),
                                command.microseconds(),
                                command.rejected(),
                                command.failed(),
                                command.histogram()));
            }
        }
        return calls;
    }

    @Override
    public List<Double> latencyPercentiles() {
        return settings.get(Directives.LATENCY_PERCENTILES);
    }

    @Override
    public Map<String, Long> errors() {
        return services.stats().errors();
    }

    @Override
    public boolean clusterEnabled() {
        return services.clusterEnabled();
    }

    @Override
    public List<Keys> keyspace() {
        List<Keys> all = new ArrayList<>();
        for (int i = 0; i < ctx.keyspace().databases(); i++) {
            Database database = ctx.keyspace().database(i);
            if (database.size() > 0) {
                all.add(
                        new Keys(
                                i,
                                database.size(),
                                database.expiringCount(),
                                averageTtlMs(database)));
            }
        }
        return all;
    }

    /// {@return the mean time to live of some keys spread over all that have one}
    private long averageTtlMs(Database database) {
        int count = database.expiringCount();
        int samples = Math.min(count, TTL_SAMPLES);
        long sum = 0;
        for (int i = 0; i < samples; i++) {
            int ref = database.expiringAt((int) ((long) i * count / samples));
            sum += Math.max(0, Entry.expireAtMs(ctx.entry(ref)) - ctx.nowMs());
        }
        return samples == 0 ? 0 : sum / samples;
    }
}
