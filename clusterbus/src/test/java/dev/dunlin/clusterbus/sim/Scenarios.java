// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.sim;

import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.ClusterCommand.FailoverMode;
import dev.dunlin.clusterbus.engine.EngineConfig;
import dev.dunlin.clusterbus.model.Slot;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

/// Runs that a seed decides: a cluster, a series of faults and commands, then peace, in which all must come to agree.
final class Scenarios {
    private static final int FAULTS_MAX = 12;

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
        var random = new SplittableRandom(seed * 31 + 7);
        int shards = 3 + random.nextInt(3);
        int replicas = 1 + random.nextInt(2);
        EngineConfig config =
                SimCluster.config().withNodeTimeoutMs(random.nextBoolean() ? 1000 : 500 + random.nextInt(3000));
        var cluster = SimCluster.start(seed, shards, replicas, config);
        if (random.nextInt(3) == 0) {
            cluster.breakConnections(random.nextInt(2_000));
        }
        if (random.nextInt(4) == 0) {
            cluster.delayMessages(1_000, 1_000 + random.nextInt(30_000));
        }
        var scenario = new Scenarios(cluster, random, shards);
        int faults = 2 + random.nextInt(FAULTS_MAX);
        for (int i = 0; i < faults; i++) {
            scenario.fault();
            cluster.runFor(random.nextInt(4_000));
        }
        scenario.peace();
        return cluster.traceHash();
    }

    private SimNode any() {
        return cluster.node(random.nextInt(cluster.nodes().size()));
    }

    private void fault() {
        SimNode node = any();
        switch (random.nextInt(12)) {
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
                    if (!dead.running()) {
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
            default -> cluster.runFor(random.nextInt(3_000));
        }
    }

    private long dead() {
        return cluster.nodes().stream().filter(node -> !node.running()).count();
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
            if (!node.running()) {
                cluster.restart(node);
            } else if (node.frozen()) {
                cluster.thaw(node);
            }
        }
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
