// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import dev.dunlin.chaos.HarnessException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/// A formed cluster: `n1`..`nP` start as primaries of shards 0..P-1, the replicas follow round-robin. A shard keeps its members
/// for good, and who leads it stays the same for the harness until [#renew].
///
/// The harness forms it over plain commands (CLUSTER MEET, ADDSLOTSRANGE, REPLICATE), so that it depends on no other
/// tool. Thread: any, except [#probe] objects.
public final class Cluster implements AutoCloseable {
    /// What forming may take; starting six JVMs on two cores is slow.
    private static final Duration FORMING = Duration.ofMinutes(2);

    private final Environment environment;
    private final ClusterSettings settings;
    private final List<ChaosNode> nodes;

    /// Who led each shard when the present run began.
    private volatile List<ChaosNode> leaders;

    private Cluster(Environment environment, ClusterSettings settings, List<ChaosNode> nodes) {
        this.environment = environment;
        this.settings = settings;
        this.nodes = List.copyOf(nodes);
        this.leaders = this.nodes.subList(0, settings.primaries());
    }

    /// Starts and forms a cluster in `environment`, which the caller keeps owning.
    public static Cluster form(
            Environment environment, ServerUnderTest server, ClusterSettings settings) {
        List<ChaosNode> nodes = new ArrayList<>();
        for (int index = 0; index < settings.nodes(); index++) {
            nodes.add(environment.createNode("n" + (index + 1), server, settings));
        }
        var cluster = new Cluster(environment, settings, nodes);
        nodes.forEach(ChaosNode::start);
        ClusterFormation.run(cluster, FORMING);
        return cluster;
    }

    /// {@return the environment it runs in}
    public Environment environment() {
        return environment;
    }

    /// {@return what it was started with}
    public ClusterSettings settings() {
        return settings;
    }

    /// {@return all nodes, `n1` first}
    public List<ChaosNode> nodes() {
        return nodes;
    }

    /// {@return the node with this name}
    public ChaosNode node(String name) {
        return nodes.stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new HarnessException("no node " + name));
    }

    /// {@return the shard's members: first who led it when the run began, then its replicas}
    public List<ChaosNode> shard(int shard) {
        ChaosNode leader = leaders.get(shard);
        List<ChaosNode> members = new ArrayList<>(List.of(leader));
        for (int index = shard; index < nodes.size(); index += settings.primaries()) {
            if (nodes.get(index) != leader) {
                members.add(nodes.get(index));
            }
        }
        return members;
    }

    /// {@return the shard a node belongs to}
    public int shardOf(ChaosNode node) {
        return nodes.indexOf(node) % settings.primaries();
    }

    /// {@return first slot of a shard}
    public int firstSlot(int shard) {
        return (int) ((long) HashSlot.COUNT * shard / settings.primaries());
    }

    /// {@return last slot of a shard}
    public int lastSlot(int shard) {
        return firstSlot(shard + 1) - 1;
    }

    /// {@return a hash tag of the shard, with braces, to start keys with}
    public String tag(int shard) {
        return "{" + HashSlot.tagWithin(firstSlot(shard), lastSlot(shard)) + "}";
    }

    /// {@return the name of the node at an announced `host:port`}
    public Optional<String> nameAt(String hostAndPort) {
        Map<String, String> names =
                nodes.stream()
                        .collect(
                                Collectors.toMap(
                                        node ->
                                                node.address().getHostString()
                                                        + ":"
                                                        + node.address().getPort(),
                                        ChaosNode::name));
        return Optional.ofNullable(names.get(hostAndPort));
    }

    /// {@return a probe of a node, owned by the caller}
    public NodeProbe probe(ChaosNode node) {
        return probe(node, NodeProbe.TIMEOUT);
    }

    NodeProbe probe(ChaosNode node, Duration timeout) {
        return new NodeProbe(node, environment.clientAddress(NodeProbe.GROUP), timeout);
    }

    /// Waits until a node that was started again answers.
    public void awaitServing(ChaosNode node) {
        try (NodeProbe probe = probe(node)) {
            ClusterFormation.awaitServing(probe, FORMING);
        }
    }

    /// Waits until every running node agrees that all slots are served, each by one reachable primary, and every running
    /// replica is in sync.
    ///
    /// @return what is still wrong when time is up; empty when all is well
    public Optional<String> awaitConverged(Duration limit) {
        return ClusterFormation.awaitConverged(this, limit);
    }

    /// Waits for a condition, looking every 10 ms.
    ///
    /// @return whether it came true in time
    public static boolean await(Duration limit, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                return false;
            }
            try {
                Thread.sleep(10);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HarnessException("interrupted while waiting", e);
            }
        }
        return true;
    }

    /// Makes it fit for another run: every wire whole, every node up and in sync, no key left, leaders as they are now.
    ///
    /// Throws `HarnessException` when that cannot be had within `limit`.
    public void renew(Duration limit) {
        environment.cut(Set.of());
        for (ChaosNode node : nodes) {
            if (node.isRunning()) {
                node.resume();
            } else {
                node.start();
                awaitServing(node);
            }
        }
        requireConverged(limit);
        List<ChaosNode> found = new ArrayList<>();
        for (int shard = 0; shard < settings.primaries(); shard++) {
            found.add(flushedLeader(shard));
        }
        leaders = List.copyOf(found);
        requireConverged(limit);
    }

    private void requireConverged(Duration limit) {
        awaitConverged(limit)
                .ifPresent(problem -> {
                    throw new HarnessException("the cluster cannot be used again: " + problem);
                });
    }

    private ChaosNode flushedLeader(int shard) {
        for (ChaosNode node : shard(shard)) {
            try (NodeProbe probe = probe(node)) {
                if (probe.myself().map(NodeLine::leads).orElse(false)) {
                    if (!probe.invoke("FLUSHALL").isOk()) {
                        throw new HarnessException(node.name() + " does not flush its keys");
                    }
                    return node;
                }
            }
        }
        throw new HarnessException("nobody leads shard " + shard);
    }

    /// Stops all nodes.
    @Override
    public void close() {
        nodes.forEach(ChaosNode::kill);
    }
}
