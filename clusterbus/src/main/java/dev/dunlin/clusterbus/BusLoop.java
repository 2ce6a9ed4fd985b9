// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.ClusterEngine;
import dev.dunlin.clusterbus.engine.CommandResult;
import dev.dunlin.clusterbus.engine.Effect;
import dev.dunlin.clusterbus.engine.EngineConfig;
import dev.dunlin.clusterbus.engine.Event;
import dev.dunlin.clusterbus.engine.LinkId;
import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.Invariant;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.store.NodesConfFile;
import dev.dunlin.clusterbus.transport.BusLink;
import dev.dunlin.clusterbus.transport.BusLinkListener;
import dev.dunlin.clusterbus.transport.BusNetwork;
import dev.dunlin.clusterbus.wire.BusMessage;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Feeds events to the engine, one at a time, and carries out its effects in their order.
///
/// An event that comes up while effects are carried out (a connection that fails at once) waits until they are all done.
/// Effects follow each other on one thread, so what comes after a [Effect.Persist] leaves only when the disk has it.
///
/// Thread: the bus loop, except [#view] and [#failure].
final class BusLoop {
    private static final Logger LOG = LoggerFactory.getLogger(BusLoop.class);

    private final EventLoop loop;
    private final BusClock clock;
    private final ClusterEngine engine;
    private final NodesConfFile file;
    private final BusNetwork network;
    private final ClusterHost host;
    private final HostWatch hostWatch = new HostWatch();
    private final FrameCache frames = new FrameCache();
    private final ArrayDeque<Event> pending = new ArrayDeque<>();
    private final LinkTable links = new LinkTable();
    private final Map<Long, CompletableFuture<CommandResult>> calls = new HashMap<>();
    private EngineConfig config;
    private long inboundSerial;
    private long callSerial;
    private boolean stepping;
    private boolean stopped;
    private volatile @Nullable ClusterView view;
    private volatile @Nullable Throwable failure;

    BusLoop(
            EventLoop loop,
            BusClock clock,
            ClusterEngine engine,
            EngineConfig config,
            NodesConfFile file,
            BusNetwork network,
            ClusterHost host) {
        this.loop = loop;
        this.clock = clock;
        this.engine = engine;
        this.config = config;
        this.file = file;
        this.network = network;
        this.host = host;
    }

    /// {@return the last published view, null before the first tick}
    @Nullable ClusterView view() {
        return view;
    }

    /// {@return why the bus stopped by itself, null when it did not}
    @Nullable Throwable failure() {
        return failure;
    }

    /// One tick, and the next ones by themselves.
    @SuppressWarnings(
            "FutureReturnValueIgnored") // A tick that fails has told the host and ended the bus.
    void tick() {
        Invariant.check(loop.inEventLoop(), "ticks are the bus loop's");
        if (stopped) {
            return;
        }
        clock.observeSuspension();
        long idleMs;
        try {
            idleMs = host.millisSinceLastTurn();
        } catch (RuntimeException broken) {
            fail(broken);
            return;
        }
        Event change = hostWatch.observe(idleMs, config.nodeTimeoutMs(), clock.nowMs());
        if (change != null) {
            feed(change);
            if (change instanceof Event.HostResumed) {
                dropInboundLinks();
            }
        }
        reportHost();
        feed(new Event.Tick(clock.nowMs()));
        links.silent(clock.nowMs(), 2 * config.nodeTimeoutMs()).forEach(this::drop);
        if (!stopped) {
            loop.schedule(this::tick, config.tickIntervalMs(), TimeUnit.MILLISECONDS);
        }
    }

    /// Makes peers dial again. Pings that came while the node was silent were never answered, and a Redis that hears anything
    /// from us neither repeats its ping nor gives up its link, so it would hold us failed for ever.
    private void dropInboundLinks() {
        links.inbound().forEach(this::drop);
    }

    private void drop(LinkId id) {
        BusLink link = links.find(id);
        if (link != null) {
            link.close();
            feed(new Event.LinkClosed(id, false, clock.nowMs()));
        }
    }

    /// Tells the engine where replication stands.
    void reportHost() {
        if (stopped) {
            return;
        }
        try {
            feed(new Event.HostReported(host.status(), clock.nowMs()));
        } catch (RuntimeException broken) {
            fail(broken);
        }
    }

    void command(ClusterCommand command, CompletableFuture<CommandResult> answer) {
        if (stopped) {
            answer.complete(ClusterBus.STOPPED);
            return;
        }
        long token = ++callSerial;
        calls.put(token, answer);
        feed(new Event.CommandIssued(token, command, clock.nowMs()));
    }

    /// {@return every link as it is now}
    List<LinkView> links() {
        return links.views();
    }

    void configure(EngineConfig newConfig) {
        config = newConfig;
        network.nodeTimeoutMs(newConfig.nodeTimeoutMs());
        feed(new Event.ConfigChanged(newConfig, clock.nowMs()));
    }

    BusLinkListener onAccepted(BusLink link) {
        var id = LinkId.inbound(++inboundSerial);
        if (stopped) {
            link.close();
        } else {
            links.add(id, link, null, clock.nowMs());
            feed(new Event.Accepted(id, link.peerIp(), link.localIp(), clock.nowMs()));
        }
        return new Ear(id);
    }

    /// Steps the engine with `event` and whatever comes up meanwhile.
    void feed(Event event) {
        Invariant.check(loop.inEventLoop(), "the engine is the bus loop's");
        if (stopped) {
            return;
        }
        pending.add(event);
        if (stepping) {
            return;
        }
        stepping = true;
        try {
            for (Event next = pending.poll(); next != null && !stopped; next = pending.poll()) {
                if (isCurrent(next)) {
                    for (Effect effect : engine.step(next)) {
                        carryOut(effect);
                    }
                    frames.clear();
                }
            }
        } catch (IOException | RuntimeException | Error broken) {
            fail(broken);
        } finally {
            frames.clear();
            stepping = false;
        }
    }

    /// Nothing may be heard of a link that the engine has given up, even if it was under way.
    private boolean isCurrent(Event event) {
        return switch (event) {
            case Event.ConnectFailed failed -> links.remove(failed.link()) != null;
            case Event.LinkClosed closed -> links.remove(closed.link()) != null;
            case Event.Connected connected -> links.find(connected.link()) != null;
            case Event.Received received -> links.heard(received.link(), received.message());
            default -> true;
        };
    }

    private void carryOut(Effect effect) throws IOException {
        switch (effect) {
            case Effect.Persist(var state, boolean fsync) -> file.save(state, fsync);
            case Effect.Connect(LinkId id, NodeId node, String ip, int busPort) -> {
                BusLink link = network.connect(ip, busPort, new Ear(id));
                links.add(id, link, node, clock.nowMs());
            }
            case Effect.Disconnect(LinkId id) -> {
                BusLink link = links.remove(id);
                if (link != null) {
                    link.close();
                }
            }
            case Effect.Send(LinkId id, BusMessage message) -> {
                BusLink link = links.find(id);
                if (link != null) {
                    link.send(frames.frame(message));
                }
            }
            case Effect.PublishView(ClusterView newView) -> {
                view = newView;
                host.viewChanged(newView);
            }
            case Effect.ReplicateFrom(var primary, String ip, int port, boolean fullSync) ->
                    host.replicateFrom(primary, ip, port, fullSync);
            case Effect.PromoteSelf(long configEpoch) -> host.becomePrimary(configEpoch);
            case Effect.EmptyDatabase() -> host.emptyDatabase();
            case Effect.PauseWrites(long untilMs) -> host.pauseWrites(untilMs);
            case Effect.ResumeWrites() -> host.resumeWrites();
            case Effect.DropSlotKeys(var slots) -> host.dropSlotKeys(slots);
            case Effect.Deliver(boolean sharded, var body) -> host.deliver(sharded, body);
            case Effect.Answer(long token, CommandResult result) -> {
                var call = calls.remove(token);
                Invariant.check(call != null, "one answer per command", token);
                if (call != null) {
                    call.complete(result);
                }
            }
            case Effect.Note(Effect.Severity severity, String text) -> {
                switch (severity) {
                    case DEBUG -> LOG.debug("{}", text);
                    case INFO -> LOG.info("{}", text);
                    case WARN -> LOG.warn("{}", text);
                }
            }
        }
    }

    /// Stops at once and for good: after a vote that may not be on disk, or a broken invariant, silence is the only safe thing.
    private void fail(Throwable cause) {
        LOG.error("cluster bus stopped", cause);
        failure = cause;
        stop();
        try {
            host.busFailed(cause);
        } catch (RuntimeException alsoBroken) {
            LOG.error("host failed to hear of it", alsoBroken);
        }
    }

    /// Closes every link and answers whoever still waits.
    void stop() {
        stopped = true;
        pending.clear();
        links.closeAll();
        calls.values().forEach(call -> call.complete(ClusterBus.STOPPED));
        calls.clear();
    }

    /// Turns what happens to a link into events.
    private final class Ear implements BusLinkListener {
        private final LinkId id;

        Ear(LinkId id) {
            this.id = id;
        }

        @Override
        public void onConnected() {
            feed(new Event.Connected(id, clock.nowMs()));
        }

        @Override
        public void onConnectFailed(boolean refused) {
            feed(new Event.ConnectFailed(id, refused, clock.nowMs()));
        }

        @Override
        public void onMessage(BusMessage message) {
            feed(new Event.Received(id, message, clock.nowMs()));
        }

        @Override
        public void onClosed(boolean byPeer) {
            feed(new Event.LinkClosed(id, byPeer, clock.nowMs()));
        }
    }
}
