// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.ClusterEngine;
import dev.dunlin.clusterbus.engine.CommandResult;
import dev.dunlin.clusterbus.engine.EngineConfig;
import dev.dunlin.clusterbus.engine.Event;
import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.Invariant;
import dev.dunlin.clusterbus.model.PersistedState;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.store.NodesConfException;
import dev.dunlin.clusterbus.store.NodesConfFile;
import dev.dunlin.clusterbus.transport.BusNetwork;
import dev.dunlin.clusterbus.transport.BusServer;
import dev.dunlin.clusterbus.transport.BusTransport;
import dev.dunlin.clusterbus.transport.LinkLimits;
import dev.dunlin.clusterbus.transport.LinkStats;
import dev.dunlin.clusterbus.wire.BusCodec;
import dev.dunlin.clusterbus.wire.PublishBody;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A node's part in the cluster, running: it knows the others, is known by them, and tells its host what to be.
///
/// ```
///    data loop                         bus loop (one thread of its own)
///  ------------- execute, publish --> +-----------------------------------+ <--> links to other nodes
///   ClusterHost                       | event -> ClusterEngine -> effects |
///  <------------ orders ------------- +-----------------------------------+ ---> nodes.conf
///         `------- view() reads one volatile field
/// ```
///
/// The bus loop never waits for the data loop, so a slow command does not make the node look dead; a data loop that hangs
/// longer than the node timeout does.
///
/// Thread: all methods may be called from any thread but the bus loop's own; [#execute] waits for the bus loop.
public final class ClusterBus implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterBus.class);

    static final CommandResult STOPPED = CommandResult.error("The cluster bus has stopped");

    /// A command that takes longer waits for a disk that hangs.
    private static final long COMMAND_TIMEOUT_MS = 10_000;

    private static final CommandResult TIMED_OUT =
            CommandResult.error(
                    "The cluster bus did not answer in time, the command may still take effect");

    /// Published bytes on their way to the bus loop; beyond that messages are lost, as they are on a link that is full.
    private static final long PUBLISH_BYTES_IN_FLIGHT_MAX = 64L * 1024 * 1024;

    private static final long STOP_TIMEOUT_MS = 5_000;

    private final MultiThreadIoEventLoopGroup group;
    private final EventLoop loop;
    private final BusClock clock = new BusClock();
    private final LinkStats stats = new LinkStats();
    private final NodesConfFile file;
    private final BusNetwork network;
    private final BusLoop bus;
    private final BusServer server;
    private final AtomicBoolean reportPending = new AtomicBoolean();
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicLong publishBytesInFlight = new AtomicLong();
    private final AtomicLong publishesDropped = new AtomicLong();

    /// Takes its seat: locks and reads nodes.conf (or makes up a new identity), listens, and dials the nodes it knows.
    ///
    /// To be called when the data set is loaded, because peers may order keys to be deleted at once. Returns when the first
    /// view is published.
    ///
    /// Throws `NodesConfException` when nodes.conf is broken or in use, `IOException` when it cannot be read or written, or
    /// the port is taken.
    public static ClusterBus start(BusConfig config, ClusterHost host, BusTransport transport)
            throws IOException, NodesConfException {
        var file = NodesConfFile.open(config.nodesConf());
        boolean started = false;
        try {
            var bus = new ClusterBus(config, host, transport, file);
            started = true;
            return bus;
        } finally {
            if (!started) {
                file.close();
            }
        }
    }

    private ClusterBus(
            BusConfig config, ClusterHost host, BusTransport transport, NodesConfFile file)
            throws IOException, NodesConfException {
        this.file = file;
        var random = new SplittableRandom(new SecureRandom().nextLong());
        PersistedState state = file.load();
        if (state == null) {
            state = ClusterEngine.freshState(config.engine(), random);
            file.save(state, true);
        }
        group =
                new MultiThreadIoEventLoopGroup(
                        1,
                        new DefaultThreadFactory("cluster-bus-" + config.busPort(), true),
                        transport.ioHandlers());
        boolean started = false;
        try {
            loop = group.next();
            network =
                    new BusNetwork(
                            loop,
                            transport,
                            LinkLimits.defaults().withSendBufferBytes(config.linkSendBufferBytes()),
                            stats,
                            config.bindSource());
            network.nodeTimeoutMs(config.engine().nodeTimeoutMs());
            var engine = new ClusterEngine(config.engine(), state, random, clock.nowMs());
            bus = new BusLoop(loop, clock, engine, config.engine(), file, network, host);
            server = BusServer.open(network, listenOn(config), bus::onAccepted);
            started = true;
        } finally {
            if (!started) {
                stopLoop();
            }
        }
        loop.submit(bus::tick).awaitUninterruptibly();
        if (bus.view() == null) {
            close();
            throw new IOException("cluster bus did not start", bus.failure());
        }
        LOG.info(
                "cluster bus started node={} bus_port={} nodes={}",
                view().myself(),
                server.port(),
                view().nodes().size());
    }

    private static List<InetSocketAddress> listenOn(BusConfig config) {
        return config.bind().stream()
                .map(address -> new InetSocketAddress(address, config.busPort()))
                .toList();
    }

    /// {@return the cluster as this node sees it now; never null, costs one volatile read}
    public ClusterView view() {
        return Objects.requireNonNull(bus.view(), "published before start returned");
    }

    /// {@return the clock behind every time in a view, a lease above all}
    public BusClock clock() {
        return clock;
    }

    /// {@return counters of what went wrong on links}
    public LinkStats linkStats() {
        return stats;
    }

    /// {@return how many published messages were dropped because too many were on their way to the bus loop}
    public long publishesDropped() {
        return publishesDropped.get();
    }

    /// {@return why the bus stopped by itself, null while it runs}
    public @Nullable Throwable failure() {
        return bus.failure();
    }

    /// Carries out a CLUSTER command and waits for its answer; [#view] then shows what it changed.
    ///
    /// Waits at most ten seconds, for which a hanging disk would be the reason, and then answers an error.
    public CommandResult execute(ClusterCommand command) {
        Invariant.check(!loop.inEventLoop(), "the bus loop would wait for itself");
        var answer = new CompletableFuture<CommandResult>();
        if (!submit(() -> bus.command(command, answer))) {
            return STOPPED;
        }
        try {
            return answer.get(COMMAND_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            LOG.warn("cluster command timed out command={}", command);
            return TIMED_OUT;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return TIMED_OUT;
        } catch (ExecutionException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Sends a message to the subscribers of other nodes: of all nodes, or when `sharded` those of this shard.
    ///
    /// {@return whether it is on its way; a message that is too long, or comes when too much is under way, is dropped}
    public boolean publish(boolean sharded, PublishBody body) {
        long bytes = (long) body.channel().length() + body.payload().length();
        if (!BusCodec.fits(body)
                || publishBytesInFlight.addAndGet(bytes) > PUBLISH_BYTES_IN_FLIGHT_MAX) {
            if (BusCodec.fits(body)) {
                publishBytesInFlight.addAndGet(-bytes);
            }
            publishesDropped.incrementAndGet();
            return false;
        }
        return submit(() -> {
            publishBytesInFlight.addAndGet(-bytes);
            bus.feed(new Event.PublishRequested(sharded, body, clock.nowMs()));
        });
    }

    /// Asks the host for its [ClusterHost#status] now instead of with the next tick. Cheap enough to be called whenever a
    /// replica's offset moves while a manual failover is under way.
    public void statusChanged() {
        if (reportPending.compareAndSet(false, true)
                && !submit(() -> {
                    reportPending.set(false);
                    bus.reportHost();
                })) {
            reportPending.set(false);
        }
    }

    /// Answers [ClusterHost#pauseWrites]: the replication offset stands still at `offset`.
    public void writesPaused(long offset) {
        submit(() -> bus.feed(new Event.WritesPaused(offset, clock.nowMs())));
    }

    /// The host found out by itself that it was frozen: before it serves again the lease has to be confirmed anew.
    public void hostWasFrozen() {
        submit(() -> bus.feed(new Event.HostResumed(clock.nowMs())));
    }

    /// To be called once after start when the data set has keys: slots that nobody owns become this node's.
    public void keysFound(SlotSet slots) {
        submit(() -> bus.feed(new Event.KeysFound(slots, clock.nowMs())));
    }

    /// Settings were changed at run time.
    public void configure(EngineConfig config) {
        submit(() -> bus.configure(config));
    }

    /// Changes `cluster-link-sendbuf-limit`; 0 stands for our default.
    public void linkSendBufferBytes(long bytes) {
        submit(() -> network.limits(LinkLimits.defaults().withSendBufferBytes(bytes)));
    }

    /// {@return every connection as it is now, for `CLUSTER LINKS`; empty when the bus has stopped or does not answer in time}
    public List<LinkView> links() {
        Invariant.check(!loop.inEventLoop(), "the bus loop would wait for itself");
        var answer = new CompletableFuture<List<LinkView>>();
        if (!submit(() -> answer.complete(bus.links()))) {
            return List.of();
        }
        return answer.completeOnTimeout(List.of(), COMMAND_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .join();
    }

    /// {@return whether the bus loop still takes tasks}
    private boolean submit(Runnable task) {
        try {
            loop.execute(task);
            return true;
        } catch (RejectedExecutionException _) {
            return false;
        }
    }

    /// Leaves the bus without a word, as a crash would: others notice by themselves. Releases port and lock.
    @Override
    public void close() {
        Invariant.check(!loop.inEventLoop(), "the bus loop would wait for itself");
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        server.close();
        submit(bus::stop);
        stopLoop();
        try {
            file.close();
        } catch (IOException broken) {
            LOG.warn("nodes.conf lock was not released cleanly", broken);
        }
    }

    private void stopLoop() {
        if (!group.shutdownGracefully(0, STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(2 * STOP_TIMEOUT_MS)) {
            LOG.warn("cluster bus loop did not stop in time");
        }
    }
}
