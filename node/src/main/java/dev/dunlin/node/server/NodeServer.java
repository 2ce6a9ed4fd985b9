// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.clusterbus.store.NodesConfException;
import dev.dunlin.node.cluster.ClusterMember;
import dev.dunlin.node.command.AppendOnly;
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
import dev.dunlin.node.command.Persistence;
import dev.dunlin.node.command.Shutdown;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.observe.Observation;
import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.DebugAllocator;
import dev.dunlin.node.offheap.SlabAllocator;
import dev.dunlin.node.persistence.aof.Disk;
import dev.dunlin.node.persistence.aof.SystemDisk;
import dev.dunlin.node.replication.LinkState;
import dev.dunlin.node.replication.Replication;
import dev.dunlin.node.replication.ReplicationConfig;
import dev.dunlin.node.replication.ReplicationLog;
import dev.dunlin.node.replication.SnapshotCut;
import dev.dunlin.node.resp.ReplyWriter;
import dev.dunlin.node.resp.RespError;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.EventLoopGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
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

    private static final int DRAIN_POLL_MS = 100;

    /// A loop that has not turned for so long is not waited for.
    private static final long STALLED_MS = 10_000;

    /// How long the end of the node waits for the last bytes of its append-only file.
    private static final int LAST_WRITE_SECONDS = 60;

    private final Settings settings;
    private final HotSettings hotSettings;
    private final boolean clustered;
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
    private final TurnReplies replies;
    private final NodeGuards guards;
    private final CommandRunner runner;
    private final Snapshots snapshots;
    private final LoadProgress loadProgress = new LoadProgress();
    private final ReplicationDuties replicationDuties;
    private final Replication replication;
    private final KeyMigrator migrator;
    private final ClientMemory clientMemory;
    private final KeyspaceDuties keyspaceDuties;
    private final MemoryDuties memoryDuties;
    private final DefragDuties defragDuties;
    private final ClusterDuties clusterDuties;
    private final ClusterSeat seat;
    private final RespServer server;
    private final PersistenceDuties persistence;
    private final AofDuties appendOnly;
    private final Runnable stop;
    private final NodeShutdown shutdown;
    private final CompletableFuture<Boolean> ready = new CompletableFuture<>();
    private final CompletableFuture<Boolean> shutDown = new CompletableFuture<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private NodeServer(Settings settings, Runnable stop, Disk disk)
            throws IOException, NodesConfException {
        this.settings = settings;
        this.stop = stop;
        hotSettings = new HotSettings(settings);
        Transport transport = Transport.choose(settings.get(Directives.IO_TRANSPORT));
        group = transport.singleThread("node-" + settings.get(Directives.PORT));
        loop = new NodeLoop(group.next());
        clustered = settings.get(Directives.CLUSTER_ENABLED);
        var random = new SecureRandom();
        observation = new Observation(transport.label(), loop.nowMs(), random);
        keyspace =
                new Keyspace(
                        allocator(),
                        clustered ? 1 : settings.get(Directives.DATABASES),
                        clustered ? KeySlot.COUNT : 1,
                        random.nextLong());
        keyspace.access().time(loop.nowMs());
        context = CommandContext.create(keyspace, this);
        clients = new ClientRegistry(this::clientGone);
        guards = new NodeGuards(hotSettings, new Role(), this::writeError);
        var log =
                new ReplicationLog(ReplicationLog.CHUNK_BYTES, replicationConfig().backlogBytes());
        var writeLog = new LogWriter(log);
        runner = new CommandRunner(commands, context, guards, writeLog);
        snapshots = new Snapshots(loop, keyspace);
        replicationDuties =
                new ReplicationDuties(
                        loop,
                        settings,
                        keyspace,
                        snapshots,
                        loadProgress,
                        runner,
                        context.values(),
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
        migrator =
                new KeyMigrator(
                        loop,
                        transport,
                        new ArrivedKeys(
                                keyspace,
                                context,
                                writeLog,
                                replication::endOfTurn,
                                this::retryHeld));
        guards.watch(migrator);
        keyspaceDuties =
                new KeyspaceDuties(
                        loop,
                        settings,
                        keyspace,
                        runner,
                        observation.latency(),
                        replication::endOfTurn);
        clientMemory = new ClientMemory(clients, settings, stats, loop::nowMs);
        memoryDuties =
                new MemoryDuties(
                        loop,
                        settings,
                        keyspace,
                        runner,
                        log,
                        clientMemory,
                        this::mayEvict,
                        replication::endOfTurn);
        guards.watch(memoryDuties);
        defragDuties = new DefragDuties(loop, settings, keyspace, stats, observation.latency());
        clusterDuties =
                new ClusterDuties(loop, keyspace, replication, guards, this::retryHeld, stop);
        seat = new ClusterSeat(loop, settings, guards, clusterDuties);
        appendOnly =
                new AofDuties(
                        loop,
                        settings,
                        replication,
                        snapshots,
                        loadProgress,
                        disk,
                        new AofStart(
                                loop,
                                settings,
                                commands,
                                runner,
                                writeLog,
                                loadProgress,
                                background),
                        new AofBases(loop, settings, keyspace, snapshots, background),
                        background,
                        this::retryHeld);
        guards.watch(appendOnly);
        replicationDuties.watch(appendOnly);
        replies = new TurnReplies(loop, guards, replication::endOfTurn, clientMemory::enforce);
        var processor =
                new CommandProcessor(
                        loop,
                        commands,
                        runner,
                        new Args(keyspace.index(), clustered),
                        stats,
                        hotSettings,
                        new ReplyWriter(PooledByteBufAllocator.DEFAULT),
                        held,
                        replies,
                        guards,
                        appendOnly,
                        clientMemory);
        Files.createDirectories(Path.of(settings.get(Directives.DIR)));
        var startUp =
                new StartUp(
                        loop,
                        settings,
                        keyspace,
                        context::values,
                        loadProgress,
                        appendOnly,
                        background);
        boolean loads = startUp.hasData();
        if (!loads) {
            loadProgress.started();
        }
        persistence =
                new PersistenceDuties(
                        loop,
                        settings,
                        keyspace,
                        snapshots,
                        loadProgress,
                        replication,
                        context::dirty,
                        background,
                        context::values,
                        settings.get(Directives.PORT));
        shutdown =
                new NodeShutdown(
                        loop,
                        settings,
                        guards,
                        this::retryHeld,
                        replication,
                        persistence,
                        () -> shutDown.complete(true));
        server = new RespServer(loop, transport, settings, clients, processor, stats);
        server.bind();
        // Before the bus starts, which takes a loop that does not turn for a stalled one.
        loop.everyTick(this::tick);
        if (loads) {
            loop.submit(() -> {
                loop.turn();
                startUp.load(this::loaded);
            });
        } else {
            takePlace(Optional.empty());
        }
    }

    /// The data set is there, or not to be had.
    private void loaded(StartUp.Result result) {
        switch (result) {
            case StartUp.Result.Ready(Optional<SnapshotCut> cut) ->
                    background.execute(() -> {
                        try {
                            takePlace(cut);
                        } catch (IOException | NodesConfException e) {
                            refuse(String.valueOf(e.getMessage()));
                        }
                    });
            case StartUp.Result.Refused(String reason) -> refuse(reason);
        }
    }

    private void refuse(String reason) {
        LOG.error("not started reason=\"{}\"", reason);
        ready.completeExceptionally(new IOException(reason));
        stop.run();
    }

    /// Goes where the node belongs, with its data in place: to its cluster, to its primary, or its own way. Any thread but the loop.
    private void takePlace(Optional<SnapshotCut> cut) throws IOException, NodesConfException {
        if (clustered) {
            clusterDuties.restoring(cut);
            seat.take(server.port());
            loop.submit(loadProgress::started);
        } else {
            loop.submit(() -> {
                loop.turn();
                String primary = settings.get(Directives.REPLICA_OF);
                cut.ifPresent(saved -> replication.restore(saved, primary.isEmpty()));
                loadProgress.started();
                if (!primary.isEmpty()) {
                    String[] address = primary.split(" ", -1);
                    replication.follow(address[0], Integer.parseInt(address[1]));
                }
            });
        }
        LOG.info(
                "ready port={} transport={} cluster={}",
                server.port(),
                observation.transport(),
                clustered);
        ready.complete(true);
    }

    /// {@return completed when the data set is loaded and the node is in its place; with a failure when that cannot be}
    public CompletableFuture<Boolean> ready() {
        return ready;
    }

    /// Starts serving.
    ///
    /// @param stop called on the loop when the node must end by itself
    /// @throws IOException when an address cannot be bound, or a file not be read or written
    /// @throws NodesConfException when nodes.conf is broken or in use
    public static NodeServer start(Settings settings, Runnable stop)
            throws IOException, NodesConfException {
        return start(settings, stop, new SystemDisk());
    }

    /// As the other, with the disk that the append-only file lies on.
    static NodeServer start(Settings settings, Runnable stop, Disk disk)
            throws IOException, NodesConfException {
        return new NodeServer(settings, stop, disk);
    }

    /// The debug allocator costs several times as much; tests and fuzzing turn it on.
    private static Allocator allocator() {
        SlabAllocator slabs = SlabAllocator.create();
        return Boolean.getBoolean("dunlin.debugAllocator") ? new DebugAllocator(slabs) : slabs;
    }

    private ReplicationConfig replicationConfig() {
        return ReplicationSettings.read(settings);
    }

    private void tick() {
        loop.turn();
        keyspace.access().time(loop.nowMs());
        observation.sample(
                loop.nowMs(),
                stats.commandsProcessed,
                stats.bytesReceived,
                stats.bytesSent,
                keyspace.usedBytes() + replication.log().memoryBytes());
        replication.tick(loop.nowMs());
        snapshots.sweep();
        persistence.tick();
        appendOnly.tick();
        clusterDuties.report();
        shutdown.check(loop.nowMs());
        retryHeld();
        runner.checkBlocked(loop.nowMs());
        dropSlowReaders();
        memoryDuties.tick();
        defragDuties.tick();
        clientMemory.enforce();
        keyspaceDuties.tick();
    }

    /// Something has changed that clients and replies may be waiting for.
    private void retryHeld() {
        replies.retry();
        held.retry();
    }

    /// Whoever stays over the soft limit may never ask again, so it is looked for.
    private void dropSlowReaders() {
        if (hotSettings.outputBuffer().softBytes() > 0) {
            List.copyOf(clients.all()).forEach(client -> client.link().limitOutput());
        }
    }

    /// {@return why nothing may be written that could not be kept on disk, or null}
    private @Nullable RespError writeError() {
        RespError error = persistence.writeError();
        return error != null ? error : appendOnly.refusal();
    }

    private void clientGone(Client client) {
        context.clientGone(client);
        var blocked = client.blocked();
        if (blocked != null) {
            blocked.cancel();
        }
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        return loop.timer(delayMs, task);
    }

    @Override
    public Shutdown shutdown() {
        return shutdown;
    }

    /// {@return completed when SHUTDOWN has ended the node's work; its owner then closes it}
    public CompletableFuture<Boolean> shutDown() {
        return shutDown;
    }

    /// Ends the node's work as SHUTDOWN does, and waits for that however long it takes: the data set may have to be saved, which may not be
    /// possible for a while. Any thread but the loop.
    public void drain() {
        if (shutDown.isDone()) {
            return;
        }
        loop.submit(() -> {
            loop.turn();
            shutdown.signal(loop.nowMs());
        });
        // A loop that does not turn any more cannot say that it is done.
        while (!shutDown.copy()
                .completeOnTimeout(false, DRAIN_POLL_MS, TimeUnit.MILLISECONDS)
                .join()) {
            if (loop.idleMs() > STALLED_MS) {
                LOG.warn("not drained: the loop has stalled ms={}", loop.idleMs());
                return;
            }
        }
    }

    @Override
    public void purgeMemory() {
        defragDuties.purge();
    }

    /// {@return the port that was bound}
    @Override
    public int port() {
        return server.port();
    }

    @Override
    public boolean isLoading() {
        return loadProgress.isLoading();
    }

    @Override
    public AppendOnly appendOnly() {
        return appendOnly;
    }

    @Override
    public Persistence persistence() {
        return persistence;
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
        return !replication.isReplica()
                && !guards.isPaused(loop.nowMs())
                && !loadProgress.isLoading();
    }

    private boolean mayEvict() {
        return !isLoading()
                && !guards.isPaused(loop.nowMs())
                && !(replication.isReplica() && settings.get(Directives.REPLICA_IGNORE_MAX_MEMORY));
    }

    @Override
    public boolean clusterEnabled() {
        return clustered;
    }

    @Override
    public @Nullable ClusterMember cluster() {
        return seat.member();
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
    public void pauseClients(long untilMs, boolean onlyWrites) {
        guards.pauseClients(untilMs, onlyWrites, loop.nowMs());
    }

    @Override
    public void unpauseClients() {
        guards.unpauseClients();
        // After the batch that says so: another client's commands must not run in its midst.
        loop.submit(() -> {
            loop.turn();
            retryHeld();
        });
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
        seat.close();
        server.close();
        var written = new CompletableFuture<String>();
        loop.call(() -> {
            List.copyOf(clients.all()).forEach(client -> client.link().close());
            persistence.close();
            appendOnly.close().thenAccept(written::complete);
            replication.close();
        });
        // A disk that hangs, or a loop that has ended, does not keep the node from ending.
        String problem =
                written.completeOnTimeout(
                                "not written in time", LAST_WRITE_SECONDS, TimeUnit.SECONDS)
                        .join();
        if (!problem.isEmpty()) {
            LOG.error("append-only file is not complete reason=\"{}\"", problem);
        }
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly();
        background.shutdownNow();
        keyspace.close();
    }

    /// What the replication role means for commands.
    private final class Role implements NodeRole {
        @Override
        public boolean isReplica() {
            return replication.isReplica();
        }

        @Override
        public boolean enoughReplicas() {
            return isReplica()
                    || replication
                            .acks()
                            .enoughForWrite(
                                    hotSettings.replicasToWriteMin(),
                                    hotSettings.replicasLagMaxSeconds(),
                                    loop.nowMs());
        }

        @Override
        public boolean isDataCurrent() {
            return !isReplica() || replication.linkState() == LinkState.CONNECTED;
        }

        @Override
        public boolean isLoading() {
            // A node that has not taken its seat yet cannot say where keys belong.
            return loadProgress.isLoading() || (clustered && seat.member() == null);
        }
    }

    private final class RoleListener implements ReplicationDuties.Listener {
        @Override
        public void roleChanged(boolean primary) {
            LOG.info("role changed role={}", primary ? "primary" : "replica");
            if (!primary) {
                clients.endWaitsForPrimary();
            }
        }

        @Override
        public void pauseWrites(boolean paused) {
            guards.pauseWrites(paused ? Long.MAX_VALUE : 0);
            if (!paused) {
                // Not in the midst of a batch of commands.
                loop.submit(held::retry);
            }
        }

        @Override
        public void dataSetGoes() {
            persistence.cancelSave();
        }

        @Override
        public void linkChanged(LinkState state) {
            clusterDuties.linkChanged(state);
        }
    }
}
