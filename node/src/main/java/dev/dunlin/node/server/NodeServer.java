// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.clusterbus.BusConfig;
import dev.dunlin.clusterbus.engine.EngineConfig;
import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.store.NodesConfException;
import dev.dunlin.clusterbus.transport.BusTransport;
import dev.dunlin.node.cluster.ClusterMember;
import dev.dunlin.node.command.Args;
import dev.dunlin.node.command.Client;
import dev.dunlin.node.command.CommandContext;
import dev.dunlin.node.command.CommandRunner;
import dev.dunlin.node.command.CommandTable;
import dev.dunlin.node.command.Families;
import dev.dunlin.node.command.KeySlot;
import dev.dunlin.node.command.KeyspaceStats;
import dev.dunlin.node.command.Migrator;
import dev.dunlin.node.command.NodeServices;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.keyspace.Database;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.observe.Observation;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.DebugAllocator;
import dev.dunlin.node.offheap.SlabAllocator;
import dev.dunlin.node.replication.LinkState;
import dev.dunlin.node.replication.Replication;
import dev.dunlin.node.replication.ReplicationConfig;
import dev.dunlin.node.replication.ReplicationLog;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All parts of one node, wired by hand in start order, closed in reverse.
///
/// Thread: `start` and `close` by the owner; everything else on the loop.
public final class NodeServer implements AutoCloseable, NodeServices {
    private static final Logger LOG = LoggerFactory.getLogger(NodeServer.class);

    /// Entries that one slice of reclaiming frees; a slice stays well under a millisecond.
    private static final int RECLAIM_ENTRIES = 512;

    /// What one slice of expiring keys may take, and the pause before the next while there is more to do: a quarter of the loop.
    private static final long EXPIRE_BUDGET_NS = 1_000_000;

    private static final long EXPIRE_PAUSE_MS = 3;

    private final Settings settings;
    private final EventLoopGroup group;
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private final NodeLoop loop;
    private final Keyspace keyspace;
    private final KeyspaceStats stats = new KeyspaceStats();
    private final Observation observation;
    private final CommandTable commands = new CommandTable(Families.all());
    private final CommandContext context;
    private final ClientRegistry clients;
    private final HeldClients held = new HeldClients();
    private final NodeGuards guards;
    private final CommandRunner runner;
    private final ReplicationDuties replicationDuties;
    private final Replication replication;
    private final KeyMigrator migrator;
    private final ClusterDuties clusterDuties;
    private final RespServer server;
    private @Nullable ClusterMember member;
    private final AtomicBoolean closed = new AtomicBoolean();
    private boolean reclaiming;
    private boolean expiring;

    private NodeServer(Settings settings, Runnable stop) throws IOException, NodesConfException {
        this.settings = settings;
        Transport transport = Transport.choose(settings.get(Directives.IO_TRANSPORT));
        group = transport.singleThread("node-" + settings.get(Directives.PORT));
        loop = new NodeLoop(group.next());
        boolean cluster = settings.get(Directives.CLUSTER_ENABLED);
        var random = new SecureRandom();
        observation = new Observation(transport.label(), loop.nowMs(), random);
        keyspace =
                new Keyspace(
                        allocator(),
                        cluster ? 1 : settings.get(Directives.DATABASES),
                        cluster ? KeySlot.COUNT : 1,
                        random.nextLong());
        context = CommandContext.create(keyspace, this);
        clients = new ClientRegistry(this::clientGone);
        guards = new NodeGuards(settings, keyspace, new Role());
        var log =
                new ReplicationLog(ReplicationLog.CHUNK_BYTES, replicationConfig().backlogBytes());
        var writeLog = new LogWriter(log);
        runner = new CommandRunner(commands, context, guards, writeLog);
        replicationDuties =
                new ReplicationDuties(
                        loop,
                        settings,
                        keyspace,
                        runner,
                        context.hashes(),
                        background,
                        new RoleListener());
        replication =
                new Replication(
                        replicationConfig(),
                        log,
                        replicationDuties,
                        loop.eventLoop(),
                        transport.channelFactory(),
                        random);
        settings.onChange(
                () -> replication.configure(replicationConfig()), ReplicationSettings.ALL);
        migrator = new KeyMigrator(loop, transport, new Arrivals(writeLog));
        guards.watch(migrator);
        clusterDuties = new ClusterDuties(loop, keyspace, replication, guards, held, stop);
        var processor =
                new CommandProcessor(
                        loop,
                        commands,
                        runner,
                        new Args(keyspace.index(), cluster),
                        stats,
                        new Limits(),
                        new ReplyWriter(PooledByteBufAllocator.DEFAULT),
                        held,
                        replication::endOfTurn,
                        guards);
        Files.createDirectories(Path.of(settings.get(Directives.DIR)));
        server =
                RespServer.bind(
                        loop,
                        transport,
                        settings.get(Directives.BIND),
                        settings.get(Directives.PORT),
                        settings.get(Directives.TCP_BACKLOG),
                        settings.get(Directives.MAX_CLIENTS),
                        clients,
                        processor,
                        stats);
        // Before the bus starts, which takes a loop that does not turn for a stalled one.
        loop.everyTick(this::tick);
        if (cluster) {
            joinCluster();
        }
        LOG.info(
                "ready port={} transport={} cluster={}", server.port(), transport.label(), cluster);
    }

    /// Starts serving.
    ///
    /// @param stop called on the loop when the node must end by itself
    /// @throws IOException when an address cannot be bound, or a file not be read or written
    /// @throws NodesConfException when nodes.conf is broken or in use
    public static NodeServer start(Settings settings, Runnable stop)
            throws IOException, NodesConfException {
        return new NodeServer(settings, stop);
    }

    /// The debug allocator costs several times as much; tests and fuzzing turn it on.
    private static Allocator allocator() {
        SlabAllocator slabs = SlabAllocator.create();
        return Boolean.getBoolean("dunlin.debugAllocator") ? new DebugAllocator(slabs) : slabs;
    }

    private ReplicationConfig replicationConfig() {
        return ReplicationSettings.read(settings);
    }

    private void joinCluster() throws IOException, NodesConfException {
        int port = server.port();
        List<InetAddress> addresses = new ArrayList<>();
        for (String name : settings.get(Directives.BIND)) {
            InetAddress address = InetAddress.getByName(RespServer.host(name));
            // A socket on all of IPv4 may hold the port for IPv6 as well, so one that may be
            // missing is not asked for then.
            boolean held = addresses.stream().anyMatch(InetAddress::isAnyLocalAddress);
            if (!(name.startsWith("-") && address.isAnyLocalAddress() && held)) {
                addresses.add(address);
            }
        }
        int busPort = settings.get(Directives.CLUSTER_PORT);
        if (busPort == 0) {
            busPort = port + NodeAddress.BUS_PORT_OFFSET;
        }
        var config =
                new BusConfig(
                        Path.of(settings.get(Directives.DIR))
                                .resolve(settings.get(Directives.CLUSTER_CONFIG_FILE)),
                        addresses,
                        busPort,
                        null,
                        0,
                        engineConfig(port, busPort));
        ClusterMember joined =
                ClusterMember.join(config, BusTransport.nio(), clusterDuties, loop::idleMs);
        loop.submit(() -> {
            member = joined;
            joined.configure(
                    settings.get(Directives.CLUSTER_PREFERRED_ENDPOINT_TYPE),
                    settings.get(Directives.CLUSTER_ALLOW_READS_WHEN_DOWN));
            guards.join(joined);
            clusterDuties.join(joined);
            loop.watchPauses(config.engine().leaseMs(), joined::wasFrozen);
            clusterDuties.report();
        });
    }

    private EngineConfig engineConfig(int port, int busPort) {
        String hostname = settings.get(Directives.CLUSTER_ANNOUNCE_HOSTNAME);
        int announcedPort = settings.get(Directives.CLUSTER_ANNOUNCE_PORT);
        int announcedBusPort = settings.get(Directives.CLUSTER_ANNOUNCE_BUS_PORT);
        var announced =
                new NodeAddress(
                        settings.get(Directives.CLUSTER_ANNOUNCE_IP),
                        announcedPort == 0 ? port : announcedPort,
                        announcedBusPort == 0 ? busPort : announcedBusPort,
                        0,
                        hostname.isEmpty() ? null : hostname);
        EngineConfig defaults = EngineConfig.defaults(announced);
        return new EngineConfig(
                announced,
                defaults.humanNodename(),
                settings.get(Directives.CLUSTER_NODE_TIMEOUT),
                0,
                settings.get(Directives.CLUSTER_REPLICA_VALIDITY_FACTOR),
                defaults.replicaPingPeriodSeconds(),
                settings.get(Directives.CLUSTER_MIGRATION_BARRIER),
                settings.get(Directives.CLUSTER_ALLOW_REPLICA_MIGRATION),
                settings.get(Directives.CLUSTER_REQUIRE_FULL_COVERAGE),
                settings.get(Directives.CLUSTER_REPLICA_NO_FAILOVER),
                0,
                defaults.blacklistTtlSeconds(),
                defaults.manualFailoverTimeoutMs(),
                defaults.writableDelayMs());
    }

    private void tick() {
        loop.turn();
        keyspace.accessClock(loop.nowMs());
        observation.sample(
                loop.nowMs(),
                stats.commandsProcessed,
                stats.bytesReceived,
                stats.bytesSent,
                keyspace.usedBytes() + replication.log().memoryBytes());
        replication.tick(loop.nowMs());
        replicationDuties.sweep();
        clusterDuties.report();
        held.retry();
        if (!expiring) {
            expire();
        }
        if (keyspace.hasGarbage() && !reclaiming) {
            reclaiming = true;
            loop.submit(this::reclaim);
        }
    }

    private void expire() {
        expiring = runner.expireKeys(loop.nowMs(), EXPIRE_BUDGET_NS);
        if (expiring) {
            loop.submitAfter(
                    EXPIRE_PAUSE_MS,
                    () -> {
                        loop.turn();
                        expire();
                    });
        }
        replication.endOfTurn();
    }

    private void reclaim() {
        if (keyspace.reclaim(RECLAIM_ENTRIES)) {
            reclaiming = false;
        } else {
            loop.submit(this::reclaim);
        }
    }

    private void clientGone(Client client) {
        context.clientGone(client);
        var blocked = client.blocked();
        if (blocked != null) {
            blocked.cancel();
        }
    }

    /// {@return the port that was bound}
    @Override
    public int port() {
        return server.port();
    }

    @Override
    public boolean isLoading() {
        return replicationDuties.isLoading();
    }

    @Override
    public Observation observation() {
        return observation;
    }

    @Override
    public KeyspaceStats stats() {
        return stats;
    }

    @Override
    public boolean mayExpire() {
        return replication.primary().isEmpty() && !guards.isPaused(loop.nowMs());
    }

    @Override
    public boolean clusterEnabled() {
        return settings.get(Directives.CLUSTER_ENABLED);
    }

    @Override
    public @Nullable ClusterMember cluster() {
        return member;
    }

    @Override
    public Replication replication() {
        return replication;
    }

    @Override
    public Migrator migrator() {
        return migrator;
    }

    @Override
    public Collection<Client> clients() {
        return clients.all();
    }

    @Override
    public CommandTable commands() {
        return commands;
    }

    @Override
    public Settings settings() {
        return settings;
    }

    @Override
    public void close() {
        if (closed.getAndSet(true)) {
            return;
        }
        ClusterMember joined = member;
        if (joined != null) {
            joined.close();
        }
        server.close();
        loop.call(() -> {
            List.copyOf(clients.all()).forEach(client -> client.link().close());
            replication.close();
        });
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        background.shutdownNow();
        keyspace.close();
    }

    /// What the replication role means for commands.
    private final class Role implements NodeRole {
        @Override
        public boolean isReplica() {
            return replication.primary().isPresent();
        }

        @Override
        public boolean isReadOnly() {
            return settings.get(Directives.REPLICA_READ_ONLY);
        }

        @Override
        public boolean enoughReplicas() {
            int wanted = settings.get(Directives.MIN_REPLICAS_TO_WRITE);
            return wanted == 0
                    || isReplica()
                    || replication
                            .acks()
                            .enoughForWrite(
                                    wanted,
                                    settings.get(Directives.MIN_REPLICAS_MAX_LAG),
                                    loop.nowMs());
        }

        @Override
        public boolean mayServeData() {
            return settings.get(Directives.REPLICA_SERVE_STALE_DATA)
                    || !isReplica()
                    || replication.linkState() == LinkState.CONNECTED;
        }

        @Override
        public boolean isLoading() {
            // A node that has not taken its seat yet cannot say where keys belong.
            return replicationDuties.isLoading() || (clusterEnabled() && member == null);
        }
    }

    private final class RoleListener implements ReplicationDuties.Listener {
        @Override
        public void roleChanged(boolean primary) {
            LOG.info("role changed role={}", primary ? "primary" : "replica");
            if (!primary) {
                unblockAll();
            }
        }

        @Override
        public void linkChanged(LinkState state) {
            clusterDuties.linkChanged(state);
        }

        /// A client that waits inside a command for something that only a primary can give gets an error, and its leave.
        private void unblockAll() {
            for (Client client : List.copyOf(clients.all())) {
                var blocked = client.blocked();
                if (blocked != null && blocked.endsWithRole()) {
                    blocked.cancel();
                    client.unblock();
                    client.link().send(reply -> reply.error(RespError.UNBLOCKED_BY_ROLE_CHANGE));
                    client.link().close();
                }
            }
        }
    }

    /// What happens here to keys that have arrived at another node.
    private final class Arrivals implements KeyMigrator.Arrivals {
        private final LogWriter log;

        Arrivals(LogWriter log) {
            this.log = log;
        }

        @Override
        public void delete(int database, List<byte[]> keys) {
            for (byte[] key : keys) {
                delete(keyspace.database(database), key);
            }
            if (log.isActive()) {
                log.append(database, KeyMigrator.deletion(keys));
                replication.endOfTurn();
            }
        }

        private void delete(Database database, byte[] key) {
            ByteBuf name = PooledByteBufAllocator.DEFAULT.directBuffer(Math.max(1, key.length));
            name.writeBytes(key);
            long address = name.memoryAddress();
            int slot = database.slots() == 1 ? 0 : KeySlot.of(address, key.length);
            long hash = keyspace.hash(address, key.length);
            int ref = database.find(slot, address, key.length, hash);
            if (ref != Allocator.NULL) {
                database.delete(slot, ref, hash);
                context.watches().changed(database.number(), key, false);
            }
            name.release();
        }

        @Override
        public void settled() {
            held.retry();
        }
    }

    private final class Limits implements ProcessorLimits {
        @Override
        public long bulkBytesMax() {
            return settings.get(Directives.MAX_BULK_BYTES);
        }

        @Override
        public long queryBufferBytesMax() {
            return settings.get(Directives.QUERY_BUFFER_BYTES_MAX);
        }

        @Override
        public boolean requiresAuthentication() {
            return !settings.get(Directives.REQUIRE_PASS).isEmpty();
        }
    }
}
