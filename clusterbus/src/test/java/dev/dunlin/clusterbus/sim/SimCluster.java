// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.sim;

import dev.dunlin.clusterbus.engine.Effect;
import dev.dunlin.clusterbus.engine.EngineConfig;
import dev.dunlin.clusterbus.engine.LinkId;
import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.NodeView;
import dev.dunlin.clusterbus.model.PersistedNode;
import dev.dunlin.clusterbus.model.PersistedState;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// A whole cluster in one thread and in virtual time: real engines, a simulated network, simulated disks, and faults.
///
/// Everything is decided by the seed, so a failure is repeated by naming it. Invariants are checked after every step of every
/// node; see [ClusterInvariants].
public final class SimCluster {
    static final int PORT = 7000;
    static final int BUS_PORT = 17_000;

    final SimClock clock = new SimClock();
    final Trace trace;
    final SimNetwork network;
    final ClusterInvariants invariants;
    private final long seed;
    private final SplittableRandom random;
    private final EngineConfig template;
    private final List<SimNode> nodes = new ArrayList<>();
    private final Map<String, SimNode> byIp = new HashMap<>();

    private SimCluster(long seed, EngineConfig template) {
        this.seed = seed;
        this.template = template;
        this.trace = new Trace(Boolean.getBoolean("sim.verbose"));
        var root = new SplittableRandom(seed);
        this.network = new SimNetwork(clock, root.split());
        this.random = root.split();
        this.invariants = new ClusterInvariants(this);
    }

    /// {@return settings for simulations: a node timeout of one second, slots may be uncovered}
    public static EngineConfig config() {
        var base = EngineConfig.defaults(NodeAddress.of("", PORT, BUS_PORT));
        return new EngineConfig(
                base.announced(), null, 1000, 0, 10, 10, 1, true, false, false, 0, 60, 5000, 2000);
    }

    /// {@return a formed cluster of `primaries` shards with `replicas` replicas each, all running and in state ok}
    public static SimCluster start(long seed, int primaries, int replicas) {
        return start(seed, primaries, replicas, config());
    }

    /// {@return the same with other settings}
    public static SimCluster start(long seed, int primaries, int replicas, EngineConfig config) {
        var cluster = new SimCluster(seed, config);
        cluster.form(primaries, replicas);
        cluster.runUntil(
                () -> cluster.nodes.stream().allMatch(node -> node.view().health().ok()),
                30,
                TimeUnit.SECONDS);
        return cluster;
    }

    /// {@return nodes that were never introduced to each other}
    public static SimCluster strangers(long seed, int count, EngineConfig config) {
        var cluster = new SimCluster(seed, config);
        for (int i = 0; i < count; i++) {
            cluster.addStranger();
        }
        return cluster;
    }

    /// {@return a further node that knows nobody}
    public SimNode addStranger() {
        SplittableRandom nodeRandom = random.split();
        EngineConfig config = configOf(nodes.size());
        PersistedState state =
                dev.dunlin.clusterbus.engine.ClusterEngine.freshState(config, nodeRandom);
        SimNode node = add(config, state, nodeRandom);
        node.start();
        return node;
    }

    private void form(int primaries, int replicas) {
        int count = primaries * (replicas + 1);
        var ids = new ArrayList<NodeId>();
        for (int i = 0; i < count; i++) {
            ids.add(NodeId.random(random));
        }
        var lines = new ArrayList<PersistedNode>();
        for (int i = 0; i < count; i++) {
            int shard = i % primaries;
            boolean primary = i < primaries;
            SlotSet slots =
                    primary
                            ? SlotSet.of(
                                    new SlotRange(
                                            Slot.COUNT * shard / primaries,
                                            Slot.COUNT * (shard + 1) / primaries - 1))
                            : SlotSet.EMPTY;
            lines.add(
                    new PersistedNode(
                            ids.get(i),
                            NodeAddress.of(ip(i), PORT, BUS_PORT),
                            null,
                            new ShardId(ids.get(shard).value()),
                            NodeFlags.of(
                                    (primary ? NodeFlags.PRIMARY : NodeFlags.REPLICA)
                                            | (primary && replicas > 0 ? NodeFlags.MIGRATE_TO : 0)),
                            primary ? null : ids.get(shard),
                            0,
                            0,
                            shard + 1,
                            false,
                            slots));
        }
        for (int i = 0; i < count; i++) {
            var mine = new ArrayList<PersistedNode>();
            for (int j = 0; j < count; j++) {
                PersistedNode line = lines.get(j);
                mine.add(i == j ? asMyself(line) : line);
            }
            SimNode node =
                    add(
                            configOf(i),
                            new PersistedState(primaries, 0, mine, List.of()),
                            random.split());
            node.setOffset(1000);
        }
        nodes.forEach(SimNode::start);
    }

    private static PersistedNode asMyself(PersistedNode line) {
        return new PersistedNode(
                line.id(),
                line.address(),
                null,
                line.shardId(),
                line.flags().with(NodeFlags.MYSELF),
                line.primary(),
                0,
                0,
                line.configEpoch(),
                true,
                line.slots());
    }

    private SimNode add(EngineConfig config, PersistedState state, SplittableRandom nodeRandom) {
        network.addNode();
        var node = new SimNode(this, nodes.size(), ip(nodes.size()), config, state, nodeRandom);
        nodes.add(node);
        byIp.put(node.ip, node);
        return node;
    }

    private EngineConfig configOf(int index) {
        return new EngineConfig(
                template.announced().withIp(ip(index)),
                template.humanNodename(),
                template.nodeTimeoutMs(),
                template.leaseMs(),
                template.replicaValidityFactor(),
                template.replicaPingPeriodSeconds(),
                template.migrationBarrier(),
                template.allowReplicaMigration(),
                template.requireFullCoverage(),
                template.replicaNoFailover(),
                template.pingIntervalMs(),
                template.blacklistTtlSeconds(),
                template.manualFailoverTimeoutMs(),
                template.writableDelayMs());
    }

    private static String ip(int index) {
        return "10.0." + index / 250 + "." + (index % 250 + 1);
    }

    public List<SimNode> nodes() {
        return Collections.unmodifiableList(nodes);
    }

    public SimNode node(int index) {
        return nodes.get(index);
    }

    @Nullable SimNode byId(NodeId id) {
        for (SimNode node : nodes) {
            if (node.id().equals(id)) {
                return node;
            }
        }
        return null;
    }

    public long nowMs() {
        return clock.nowMs();
    }

    public long traceHash() {
        return trace.hash();
    }

    public long steps() {
        return trace.steps();
    }

    boolean verbose() {
        return Boolean.getBoolean("sim.verbose");
    }

    /// From now on connections break at random, with this chance per million messages.
    public void breakConnections(int perMillionMessages) {
        network.breaksPerMillion = perMillionMessages;
    }

    /// From now on a message takes between these times.
    public void delayMessages(long minMicros, long maxMicros) {
        network.delayMicrosMin = minMicros;
        network.delayMicrosMax = maxMicros;
    }

    /// {@return the node that serves `slot` at this instant, or null}
    public @Nullable SimNode serving(int slot) {
        for (SimNode node : nodes) {
            if (node.serves() && node.slots().contains(slot)) {
                return node;
            }
        }
        return null;
    }

    /// {@return running replicas of `primary`, as they see it themselves}
    public List<SimNode> replicasOf(SimNode primary) {
        var replicas = new ArrayList<SimNode>();
        for (SimNode node : nodes) {
            if (node.running() && primary.id().equals(node.view().me().primary())) {
                replicas.add(node);
            }
        }
        return replicas;
    }

    // ---- Faults
    // -----------------------------------------------------------------------------------------------------

    /// The process ends at once; its machine refuses and resets.
    public void kill(SimNode node) {
        trace.say(clock, "n" + node.index, "--- killed");
        node.die(true);
        invariants.forgetRun(node);
    }

    /// The machine is gone, without a word.
    public void powerOff(SimNode node) {
        trace.say(clock, "n" + node.index, "--- powered off");
        node.die(false);
        invariants.forgetRun(node);
    }

    /// The process dies after `effects` further effects: in the middle of what it was about to do.
    public void killMidStep(SimNode node, int effects) {
        node.effectsUntilCrash = effects;
    }

    /// Starts a dead process from its disk. Writes that were not forced to the disk may be lost.
    public void restart(SimNode node) {
        trace.say(clock, "n" + node.index, "--- restarted");
        node.restart(random.nextBoolean());
        network.flush();
        invariants.restarted(node);
    }

    /// SIGSTOP.
    public void freeze(SimNode node) {
        trace.say(clock, "n" + node.index, "--- frozen");
        node.freeze();
    }

    /// SIGCONT.
    public void thaw(SimNode node) {
        trace.say(clock, "n" + node.index, "--- thawed");
        node.thaw();
    }

    /// Cuts `node` off from everyone, both ways.
    public void isolate(SimNode node) {
        trace.say(clock, "n" + node.index, "--- isolated");
        for (SimNode other : nodes) {
            if (other.index != node.index) {
                network.cut(node.index, other.index);
                network.cut(other.index, node.index);
            }
        }
    }

    /// Nothing from `from` reaches `to`.
    public void cutOneWay(SimNode from, SimNode to) {
        network.cut(from.index, to.index);
    }

    public void healAll() {
        trace.say(clock, "--", "--- healed");
        network.healAll();
    }

    // ---- Running
    // ----------------------------------------------------------------------------------------------------

    public void runFor(long ms) {
        long untilMicros = clock.nowMicros() + ms * 1000;
        while (clock.runNext(untilMicros)) {
            // Each thing that is due happens in order.
        }
    }

    /// Runs until `condition` holds, and fails if it does not within that much virtual time.
    public void runUntil(BooleanSupplier condition, long timeout, TimeUnit unit) {
        long untilMicros = clock.nowMicros() + unit.toMicros(timeout);
        while (!condition.getAsBoolean()) {
            if (!clock.runNext(untilMicros)) {
                throw failure("not within " + timeout + " " + unit + " of virtual time");
            }
        }
    }

    /// {@return whether every running node sees the same owners, roles and state, and each slot is served}
    public boolean allAgree() {
        return invariants.disagreement() == null;
    }

    /// Runs until all agree, and checks that nothing ambiguous is left.
    public void runUntilAllAgree(long timeout, TimeUnit unit) {
        long untilMicros = clock.nowMicros() + unit.toMicros(timeout);
        while (true) {
            long sliceMicros = Math.min(untilMicros, clock.nowMicros() + 50_000);
            while (clock.runNext(sliceMicros)) {
                // Each thing that is due happens in order.
            }
            String disagreement = invariants.disagreement();
            if (disagreement == null) {
                return;
            }
            if (clock.nowMicros() >= untilMicros) {
                throw failure("no agreement within " + timeout + " " + unit + ": " + disagreement);
            }
        }
    }

    /// {@return an error that says how to repeat this run}
    AssertionError failure(String what) {
        return new AssertionError(
                what
                        + "\nrepeat with -Dseed="
                        + seed
                        + " (and -Dsim.verbose=true)\n"
                        + describe()
                        + "\n"
                        + trace.tail());
    }

    private String describe() {
        var text = new StringBuilder();
        for (SimNode node : nodes) {
            NodeView me = node.view().me();
            text.append(
                    String.format(
                            "n%d %s %s%s%s primary=%s epoch=%d current=%d slots=%s health=%s lease=%d serves=%s offset=%d%n",
                            node.index,
                            node.id().value().substring(0, 8),
                            me.flags(),
                            node.running() ? "" : " DEAD",
                            node.frozen() ? " FROZEN" : "",
                            me.primary() == null ? "-" : me.primary().value().substring(0, 8),
                            me.configEpoch(),
                            node.view().currentEpoch(),
                            me.slots().ranges().size() > 4
                                    ? me.slots().count() + " slots"
                                    : me.slots(),
                            node.view().health().reason(),
                            node.view().lease().validUntilMs() - clock.nowMs(),
                            node.serves(),
                            node.offset()));
        }
        return text.toString();
    }

    // ---- For the nodes
    // ----------------------------------------------------------------------------------------------

    void connect(SimNode client, LinkId link, String ip) {
        SimNode server = byIp.get(ip);
        if (server != null) {
            network.connect(client, link, server);
        }
    }

    void checkAfterStep(SimNode node) {
        invariants.afterStep(node);
    }

    void checkBeforeSend(SimNode node, Effect.Send send, PersistedState synced) {
        invariants.beforeSend(node, send, synced);
    }
}
