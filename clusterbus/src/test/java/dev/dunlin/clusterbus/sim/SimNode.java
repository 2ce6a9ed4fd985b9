// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.sim;

import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.ClusterEngine;
import dev.dunlin.clusterbus.engine.CommandResult;
import dev.dunlin.clusterbus.engine.Effect;
import dev.dunlin.clusterbus.engine.EngineConfig;
import dev.dunlin.clusterbus.engine.Event;
import dev.dunlin.clusterbus.engine.HostStatus;
import dev.dunlin.clusterbus.engine.LinkId;
import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.PersistedState;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One process of a simulated cluster: an engine, a disk, a place in the network, and a data node that does no more than
/// count a replication offset.
public final class SimNode {
    private static final long FSYNC_MICROS_MAX = 3_000;
    private static final long FULL_SYNC_MICROS = 200_000;

    public final int index;
    public final String ip;
    final Map<LinkId, SimNetwork.Connection> connections = new LinkedHashMap<>();

    private final SimCluster cluster;
    private final SplittableRandom random;
    private final SimDisk disk;
    EngineConfig config;
    private ClusterEngine engine;
    private ClusterView view;

    boolean running = true;
    boolean frozen;
    boolean powerless;

    /// Gone for good: nobody restarts it, and the others are told to forget it.
    boolean retired;

    int incarnation;

    /// What reached a frozen process, or a busy one, and waits.
    private final ArrayDeque<Event> pending = new ArrayDeque<>();

    /// Whether the bus loop waits for an fsync.
    private boolean busy;

    private boolean drainScheduled;

    /// If not negative: the process dies after so many further effects.
    int effectsUntilCrash = -1;

    private long offset;
    private long writesPausedUntilMs;
    private @Nullable NodeId replicatingFrom;
    private long syncedAtMicros;
    private boolean replicationUp;
    private long replicationSinceMs;
    private boolean everSynced;
    private long nextToken = 1;
    private @Nullable CommandResult lastResult;

    SimNode(
            SimCluster cluster,
            int index,
            String ip,
            EngineConfig config,
            PersistedState state,
            SplittableRandom random) {
        this.cluster = cluster;
        this.index = index;
        this.ip = ip;
        this.config = config;
        this.random = random;
        this.disk = new SimDisk(state);
        this.engine = new ClusterEngine(config, state, random.split(), cluster.clock.nowMs());
        this.view = engine.view();
    }

    public NodeId id() {
        return engine.id();
    }

    /// {@return what the node published last}
    public ClusterView view() {
        return view;
    }

    public boolean running() {
        return running;
    }

    public boolean frozen() {
        return frozen;
    }

    long offset() {
        return offset;
    }

    void setOffset(long newOffset) {
        offset = newOffset;
        everSynced = true;
    }

    /// {@return whether it would answer reads and writes of its slots at this instant}
    public boolean serves() {
        return running
                && view.isPrimary()
                && view.health().ok()
                && view.lease().validAt(cluster.clock.nowMs())
                && cluster.clock.nowMs() >= view.writesPausedUntilMs();
    }

    /// {@return slots it would serve if it serves, without those it is handing over}
    public SlotSet slots() {
        return view.me().slots();
    }

    void start() {
        long phaseMicros = random.nextLong(config.tickIntervalMs() * 1000);
        int life = incarnation;
        cluster.clock.after(phaseMicros, () -> tick(life));
    }

    private void tick(int life) {
        if (!running || life != incarnation) {
            return;
        }
        if (!frozen) {
            replicate();
            deliver(new Event.HostReported(status(), cluster.clock.nowMs()));
            deliver(new Event.Tick(cluster.clock.nowMs()));
        }
        long jitterMicros = random.nextLong(2_000);
        cluster.clock.after(config.tickIntervalMs() * 1000 + jitterMicros, () -> tick(life));
    }

    /// Moves the offset: a primary that serves writes, a replica follows.
    private void replicate() {
        long nowMicros = cluster.clock.nowMicros();
        if (replicatingFrom == null) {
            if (serves() && !view.me().slots().isEmpty()) {
                offset += random.nextLong(200);
            }
            return;
        }
        SimNode primary = cluster.byId(replicatingFrom);
        boolean up =
                primary != null
                        && primary.running
                        && !primary.frozen
                        && !primary.powerless
                        && primary.replicatingFrom == null
                        && !cluster.network.isCut(primary.index, index)
                        && !cluster.network.isCut(index, primary.index);
        if (up != replicationUp) {
            replicationUp = up;
            replicationSinceMs = cluster.clock.nowMs();
        }
        if (up && primary != null && nowMicros >= syncedAtMicros) {
            everSynced = true;
            replicationSinceMs = cluster.clock.nowMs();
            long lag = random.nextInt(4) == 0 ? random.nextLong(100) : 0;
            boolean still = primary.view.writesPausedUntilMs() > cluster.clock.nowMs();
            if (offset > primary.offset || still) {
                offset = primary.offset;
            } else {
                offset = Math.max(offset, primary.offset - lag);
            }
        }
    }

    private HostStatus status() {
        if (replicatingFrom == null) {
            return HostStatus.primary(offset);
        }
        HostStatus.Link link =
                !everSynced
                        ? HostStatus.Link.NEVER_SYNCED
                        : replicationUp ? HostStatus.Link.UP : HostStatus.Link.DOWN;
        return new HostStatus(everSynced ? offset : 0, replicatingFrom, link, replicationSinceMs);
    }

    /// Hands the engine an event now, or when the process can take it.
    void deliver(Event event) {
        if (!running) {
            return;
        }
        if (frozen || busy || !pending.isEmpty()) {
            if (event instanceof Event.Tick && frozen) {
                return;
            }
            pending.add(event);
            scheduleDrain();
        } else {
            step(event);
        }
    }

    private void scheduleDrain() {
        if (drainScheduled || frozen || busy || pending.isEmpty()) {
            return;
        }
        drainScheduled = true;
        int life = incarnation;
        cluster.clock.after(
                0,
                () -> {
                    if (life == incarnation) {
                        drainScheduled = false;
                        drain();
                    }
                });
    }

    private void drain() {
        while (running && !frozen && !busy && !pending.isEmpty()) {
            step(pending.removeFirst());
        }
    }

    private void step(Event event) {
        Event stamped = at(event, cluster.clock.nowMs());
        List<Effect> effects = engine.step(stamped);
        cluster.trace.add(
                cluster.clock.nowMicros(),
                index,
                event.getClass().getSimpleName().hashCode(),
                effects.size());
        perform(effects, 0);
    }

    /// The time an event is about is the time the process gets to see it.
    private static Event at(Event event, long nowMs) {
        return switch (event) {
            case Event.Tick _ -> new Event.Tick(nowMs);
            case Event.Received received ->
                    new Event.Received(received.link(), received.message(), nowMs);
            case Event.Accepted accepted ->
                    new Event.Accepted(
                            accepted.link(), accepted.peerIp(), accepted.localIp(), nowMs);
            case Event.Connected connected -> new Event.Connected(connected.link(), nowMs);
            case Event.ConnectFailed failed ->
                    new Event.ConnectFailed(failed.link(), failed.refused(), nowMs);
            case Event.LinkClosed closed ->
                    new Event.LinkClosed(closed.link(), closed.byPeer(), nowMs);
            case Event.HostReported report -> new Event.HostReported(report.status(), nowMs);
            case Event.CommandIssued issued ->
                    new Event.CommandIssued(issued.token(), issued.command(), nowMs);
            case Event.WritesPaused paused -> new Event.WritesPaused(paused.offset(), nowMs);
            case Event.PublishRequested _,
                    Event.KeysFound _,
                    Event.ConfigChanged _,
                    Event.HostStalled _,
                    Event.HostResumed _ ->
                    event;
        };
    }

    private void perform(List<Effect> effects, int from) {
        for (int i = from; i < effects.size(); i++) {
            if (effectsUntilCrash == 0) {
                effectsUntilCrash = -1;
                cluster.kill(this);
                return;
            }
            if (effectsUntilCrash > 0) {
                effectsUntilCrash--;
            }
            Effect effect = effects.get(i);
            perform(effect);
            if (effect instanceof Effect.Persist(PersistedState _, boolean fsync) && fsync) {
                // The rest has to wait for the disk, and so has everything that comes after.
                int next = i + 1;
                int life = incarnation;
                busy = true;
                cluster.clock.after(
                        1 + random.nextLong(FSYNC_MICROS_MAX),
                        () -> {
                            if (running && life == incarnation) {
                                busy = false;
                                perform(effects, next);
                                scheduleDrain();
                            }
                        });
                return;
            }
        }
        cluster.checkAfterStep(this);
    }

    private void perform(Effect effect) {
        switch (effect) {
            case Effect.Persist(PersistedState state, boolean fsync) -> disk.write(state, fsync);
            case Effect.Connect(LinkId link, NodeId _, String targetIp, int _) ->
                    cluster.connect(this, link, targetIp);
            case Effect.Disconnect(LinkId link) -> cluster.network.disconnect(this, link);
            case Effect.Send send -> {
                cluster.checkBeforeSend(this, send, disk.synced());
                cluster.network.send(this, send.link(), send.message());
            }
            case Effect.PublishView(ClusterView published) -> view = published;
            case Effect.ReplicateFrom(NodeId primary, String _, int _, boolean fullSync) ->
                    replicateFrom(primary, fullSync);
            case Effect.PromoteSelf _ -> replicatingFrom = null;
            case Effect.EmptyDatabase() -> offset = 0;
            case Effect.PauseWrites(long untilMs) -> {
                writesPausedUntilMs = untilMs;
                int life = incarnation;
                cluster.clock.after(
                        200,
                        () -> {
                            if (life == incarnation && writesPausedUntilMs != 0) {
                                deliver(new Event.WritesPaused(offset, cluster.clock.nowMs()));
                            }
                        });
            }
            case Effect.ResumeWrites() -> writesPausedUntilMs = 0;
            case Effect.DropSlotKeys _, Effect.Deliver _ -> {}
            case Effect.Answer(long _, CommandResult result) -> lastResult = result;
            case Effect.Note note -> {
                if (note.severity() != Effect.Severity.DEBUG || cluster.verbose()) {
                    cluster.trace.say(cluster.clock, "n" + index, note.text());
                }
            }
        }
    }

    private void replicateFrom(NodeId primary, boolean fullSync) {
        if (!primary.equals(replicatingFrom)) {
            replicationUp = false;
            replicationSinceMs = cluster.clock.nowMs();
        }
        replicatingFrom = primary;
        syncedAtMicros = cluster.clock.nowMicros() + (fullSync ? FULL_SYNC_MICROS : 5_000);
        if (fullSync) {
            everSynced = false;
            offset = 0;
        }
    }

    /// Issues a command as a client would, and waits for the answer; a process that cannot answer gives none.
    public @Nullable CommandResult command(ClusterCommand command) {
        if (!running || frozen) {
            return null;
        }
        lastResult = null;
        deliver(new Event.CommandIssued(nextToken++, command, cluster.clock.nowMs()));
        long untilMicros = cluster.clock.nowMicros() + 1_000_000;
        while (lastResult == null
                && cluster.clock.nowMicros() < untilMicros
                && cluster.clock.runNext(untilMicros)) {
            // Whatever is due in the meantime happens as well.
        }
        return lastResult;
    }

    void freeze() {
        frozen = true;
    }

    void thaw() {
        frozen = false;
        scheduleDrain();
    }

    void die(boolean withPower) {
        running = false;
        powerless = !withPower;
        frozen = false;
        pending.clear();
        drainScheduled = false;
        busy = false;
        effectsUntilCrash = -1;
        incarnation++;
        cluster.network.processDied(this);
        connections.clear();
    }

    void restart(boolean lucky) {
        PersistedState state = disk.crash(lucky);
        powerless = false;
        running = true;
        writesPausedUntilMs = 0;
        replicationUp = false;
        replicationSinceMs = cluster.clock.nowMs();
        NodeId primary = state.myself().primary();
        replicatingFrom = primary;
        // Without persistence of data a process comes back with what a full synchronisation gives
        // it.
        everSynced = primary == null;
        engine = new ClusterEngine(config, state, random.split(), cluster.clock.nowMs());
        view = engine.view();
        start();
    }

    /// {@return the engine, for tests that look deeper}
    ClusterEngine engine() {
        return Objects.requireNonNull(engine);
    }
}
