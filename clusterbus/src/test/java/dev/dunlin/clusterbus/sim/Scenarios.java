// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.sim;

import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.ClusterCommand.FailoverMode;
import dev.dunlin.clusterbus.engine.CommandResult;
import dev.dunlin.clusterbus.engine.EngineConfig;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Runs that a seed decides: a cluster, a series of faults and commands, then peace, in which all must come to agree.
final class Scenarios {
    private static final int FAULTS_MAX = 12;
    private static final int NODES_MAX = 18;

    private final SimCluster cluster;
    private final SplittableRandom random;
    private final int shards;

    private Scenarios(SimCluster cluster, SplittableRandom random, int shards) {
        this.cluster = cluster;
        this.random = random;
        this.shards = shards;
    }

    /// Everything mixed, for 20 to 60 seconds of virtual time, then the liveness phase.
    ///
    /// {@return the trace hash}
    static long mixed(long seed) {
        return run(seed, false);
    }

    /// The same with operators who decide against the rules (FORCE, TAKEOVER): two nodes may serve one slot for a while then,
    /// but all else holds, and the cluster comes to agree.
    ///
    /// {@return the trace hash}
    static long withOperators(long seed) {
        return run(seed, true);
    }

    private static long run(long seed, boolean operators) {
        var random = new SplittableRandom(seed * 31 + 7);
        int shards = 3 + random.nextInt(3);
        int replicas = 1 + random.nextInt(2);
        EngineConfig config =
                SimCluster.config()
                        .withNodeTimeoutMs(
                                random.nextBoolean() ? 1000 : 500 + random.nextInt(3000));
        var cluster = SimCluster.start(seed, shards, replicas, config);
        if (random.nextInt(3) == 0) {
            cluster.breakConnections(random.nextInt(2_000));
        }
        if (random.nextInt(4) == 0) {
            cluster.delayMessages(1_000, 1_000 + random.nextInt(30_000));
        }
        var scenario = new Scenarios(cluster, random, shards);
        cluster.invariants.ownershipExempt = operators;
        int faults = 2 + random.nextInt(FAULTS_MAX);
        for (int i = 0; i < faults; i++) {
            scenario.fault(operators);
            cluster.runFor(random.nextInt(4_000));
        }
        scenario.peace();
        return cluster.traceHash();
    }

    private SimNode any() {
        return cluster.node(random.nextInt(cluster.nodes().size()));
    }

    private void fault(boolean operators) {
        SimNode node = any();
        switch (random.nextInt(operators ? 17 : 15)) {
            case 0, 1 -> {
                if (node.running() && dead() < shards / 2) {
                    cluster.kill(node);
                }
            }
            case 2 -> {
                if (node.running() && dead() < shards / 2) {
                    cluster.powerOff(node);
                }
            }
            case 3 -> {
                if (node.running() && dead() < shards / 2) {
                    cluster.killMidStep(node, random.nextInt(6));
                }
            }
            case 4 -> {
                for (SimNode dead : cluster.nodes()) {
                    if (!dead.running() && !dead.retired) {
                        cluster.restart(dead);
                    }
                }
            }
            case 5 -> {
                if (node.running() && !node.frozen()) {
                    cluster.freeze(node);
                    cluster.runFor(random.nextInt(6_000));
                    if (node.running()) {
                        cluster.thaw(node);
                    }
                }
            }
            case 6 -> cluster.isolate(node);
            case 7 -> {
                for (int i = 0; i < 4; i++) {
                    SimNode from = any();
                    SimNode to = any();
                    if (from.index != to.index) {
                        cluster.cutOneWay(from, to);
                    }
                }
            }
            case 8 -> partition();
            case 9 -> cluster.healAll();
            case 10 -> node.command(new ClusterCommand.Failover(FailoverMode.COORDINATED));
            case 11 -> moveSlots();
            case 12 -> addReplica();
            case 13 -> forgetDeadReplica();
            case 14 -> cluster.runFor(random.nextInt(3_000));
            case 15 -> node.command(new ClusterCommand.Failover(FailoverMode.FORCE));
            default -> node.command(new ClusterCommand.Failover(FailoverMode.TAKEOVER));
        }
    }

    private long dead() {
        return cluster.nodes().stream().filter(node -> !node.running() && !node.retired).count();
    }

    /// A few slots change owner key by key, as `redis-cli --cluster reshard` does it. Any step may fail, and then it stops.
    private void moveSlots() {
        int slot = random.nextInt(Slot.COUNT);
        SimNode source = cluster.serving(slot);
        SimNode target = any();
        if (source == null
                || target.index == source.index
                || !target.running()
                || !target.view().isPrimary()) {
            return;
        }
        String sourceId = source.id().value();
        String targetId = target.id().value();
        for (int moved = 0; moved < 3 && source.slots().contains(slot); moved++, slot++) {
            cluster.invariants.moving = cluster.invariants.moving.with(slot);
            boolean done =
                    ok(target.command(new ClusterCommand.SetSlotImporting(slot, sourceId)))
                            && ok(
                                    source.command(
                                            new ClusterCommand.SetSlotMigrating(slot, targetId)))
                            && pauseBriefly()
                            && ok(target.command(new ClusterCommand.SetSlotNode(slot, targetId, 0)))
                            && pauseBriefly()
                            && ok(
                                    source.command(
                                            new ClusterCommand.SetSlotNode(slot, targetId, 0)));
            if (!done) {
                return;
            }
        }
    }

    private boolean pauseBriefly() {
        cluster.runFor(random.nextInt(50));
        return true;
    }

    private static boolean ok(@Nullable CommandResult result) {
        return result instanceof CommandResult.Ok;
    }

    private void addReplica() {
        if (cluster.nodes().size() > NODES_MAX) {
            return;
        }
        SimNode contact = any();
        SimNode primary = cluster.serving(random.nextInt(Slot.COUNT));
        SimNode added = cluster.addStranger();
        meet(added, contact);
        cluster.runFor(1_500);
        if (primary != null) {
            added.command(new ClusterCommand.Replicate(primary.id().value(), true));
        }
    }

    private static void meet(SimNode one, SimNode other) {
        one.command(new ClusterCommand.Meet(other.ip, SimCluster.PORT, SimCluster.BUS_PORT));
    }

    private void forgetDeadReplica() {
        for (SimNode dead : cluster.nodes()) {
            if (!dead.running() && !dead.retired && !dead.view().isPrimary()) {
                dead.retired = true;
                forgetRetired();
                return;
            }
        }
    }

    private void forgetRetired() {
        for (SimNode retired : cluster.nodes()) {
            for (SimNode node : cluster.nodes()) {
                if (retired.retired && node.running() && node.view().node(retired.id()) != null) {
                    node.command(new ClusterCommand.Forget(retired.id().value()));
                }
            }
        }
    }

    /// What an operator does after the storm: introduces nodes that were not heard of, forgets the retired, ends half moves.
    private void tidyUp() {
        SimNode first = null;
        for (SimNode node : cluster.nodes()) {
            if (node.running()) {
                first = first == null ? node : first;
                if (first.view().node(node.id()) == null || node.view().node(first.id()) == null) {
                    meet(node, first);
                }
            }
        }
        cluster.runFor(3_000);
        forgetRetired();
        SlotSet moving = cluster.invariants.moving;
        for (SimNode node : cluster.nodes()) {
            if (node.running() && node.view().isPrimary()) {
                moving.forEach(slot -> node.command(new ClusterCommand.SetSlotStable(slot)));
            }
        }
        cluster.runFor(3_000);
        moving.forEach(this::adopt);
    }

    /// `redis-cli --cluster fix` for a slot nobody claims: one node takes it.
    private void adopt(int slot) {
        SimNode candidate = null;
        for (SimNode node : cluster.nodes()) {
            if (node.running() && node.view().isPrimary()) {
                if (node.view().isMine(slot)) {
                    return;
                }
                candidate = candidate == null && !node.slots().isEmpty() ? node : candidate;
            }
        }
        if (candidate != null) {
            var range = List.of(new SlotRange(slot, slot));
            candidate.command(new ClusterCommand.DelSlots(range));
            candidate.command(new ClusterCommand.AddSlots(range));
            candidate.command(new ClusterCommand.BumpEpoch());
        }
    }

    private void partition() {
        List<SimNode> left = new ArrayList<>();
        List<SimNode> right = new ArrayList<>();
        for (SimNode node : cluster.nodes()) {
            (random.nextInt(3) == 0 ? left : right).add(node);
        }
        boolean oneWay = random.nextInt(3) == 0;
        for (SimNode one : left) {
            for (SimNode other : right) {
                cluster.cutOneWay(one, other);
                if (!oneWay) {
                    cluster.cutOneWay(other, one);
                }
            }
        }
    }

    private void peace() {
        cluster.healAll();
        cluster.breakConnections(0);
        for (SimNode node : cluster.nodes()) {
            if (!node.running() && !node.retired) {
                cluster.restart(node);
            } else if (node.frozen()) {
                cluster.thaw(node);
            }
        }
        tidyUp();
        cluster.runUntilAllAgree(60, TimeUnit.SECONDS);
        cluster.runFor(2_000);
        cluster.runUntilAllAgree(1, TimeUnit.SECONDS);
        for (int slot = 0; slot < Slot.COUNT; slot += 1000) {
            if (cluster.serving(slot) == null) {
                throw cluster.failure("slot " + slot + " is not served");
            }
        }
    }
}
