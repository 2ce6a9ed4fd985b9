// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.planner;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import dev.dunlin.controlplane.topology.Topology;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;

/// Decides which node plays which role, so that a lost host costs no shard all its copies, if the hosts allow.
public final class PlacementPlanner {
    /// Redis needs three primaries for a majority that survives one failure.
    public static final int PRIMARIES_MIN = 3;

    private PlacementPlanner() {}

    /// One shard of a cluster to be.
    ///
    /// @param slots its part of all slots
    public record Shard(HostPort primary, List<HostPort> replicas, SlotRange slots) {
        /// Copies the list.
        public Shard {
            replicas = List.copyOf(replicas);
        }
    }

    /// The roles of all nodes.
    ///
    /// @param warnings what could not be had, in words
    public record Placement(List<Shard> shards, List<String> warnings) {
        /// Copies the lists.
        public Placement {
            shards = List.copyOf(shards);
            warnings = List.copyOf(warnings);
        }
    }

    /// {@return the roles of these nodes, `replicas` of them per primary}
    ///
    /// Nodes are taken in the order given, one host after the other. What is left over after whole shards becomes further
    /// replicas. Throws `IllegalArgumentException` when fewer than three primaries come out, or a node is named twice.
    public static Placement place(List<HostPort> nodes, int replicas) {
        if (new HashSet<>(nodes).size() < nodes.size()) {
            throw new IllegalArgumentException("a node is named twice");
        }
        if (replicas < 0) {
            throw new IllegalArgumentException("replicas must be 0 or more");
        }
        int count = nodes.size() / (replicas + 1);
        if (count < PRIMARIES_MIN) {
            throw new IllegalArgumentException(
                    nodes.size()
                            + " nodes with "
                            + replicas
                            + " replicas each make "
                            + count
                            + " primaries; a cluster needs at least "
                            + PRIMARIES_MIN);
        }
        var ordered = alternatingHosts(nodes);
        var primaries = ordered.subList(0, count);
        var free = new ArrayList<>(ordered.subList(count, ordered.size()));
        var assigned = new ArrayList<List<HostPort>>();
        primaries.forEach(_ -> assigned.add(new ArrayList<>()));
        for (int i = 0; !free.isEmpty(); i = (i + 1) % count) {
            assigned.get(i).add(takeBest(free, primaries.get(i), assigned.get(i)));
        }
        partHosts(primaries, assigned);
        var shards = new ArrayList<Shard>();
        for (int i = 0; i < count; i++) {
            shards.add(new Shard(primaries.get(i), assigned.get(i), share(i, count)));
        }
        return new Placement(shards, warnings(shards, nodes));
    }

    /// {@return the primary that a new or orphaned replica on `host` should follow}
    ///
    /// The one with the fewest replicas; among equals one that has no copy on this host, then the one with the smallest
    /// first slot. Empty when there is no usable primary with slots. `excluded` is never chosen.
    public static Optional<ClusterNode> primaryForReplica(
            Topology topology, String host, Optional<NodeId> excluded) {
        return topology.primaries().stream()
                .filter(ClusterNode::isUsablePrimary)
                .filter(node -> !node.slots().isEmpty())
                .filter(node -> excluded.isEmpty() || !node.id().equals(excluded.get()))
                .min(
                        Comparator.comparingInt(
                                        (ClusterNode node) -> topology.replicasOf(node.id()).size())
                                .thenComparing(node -> hasCopyOn(topology, node, host)));
    }

    private static boolean hasCopyOn(Topology topology, ClusterNode primary, String host) {
        return onHost(primary, host)
                || topology.replicasOf(primary.id()).stream().anyMatch(node -> onHost(node, host));
    }

    private static boolean onHost(ClusterNode node, String host) {
        return node.address() != null && node.address().host().equals(host);
    }

    private static List<HostPort> alternatingHosts(List<HostPort> nodes) {
        var byHost = new LinkedHashMap<String, ArrayDeque<HostPort>>();
        for (HostPort node : nodes) {
            byHost.computeIfAbsent(node.host(), _ -> new ArrayDeque<>()).add(node);
        }
        var ordered = new ArrayList<HostPort>();
        while (ordered.size() < nodes.size()) {
            for (var queue : byHost.values()) {
                if (!queue.isEmpty()) {
                    ordered.add(queue.remove());
                }
            }
        }
        return ordered;
    }

    private static HostPort takeBest(
            List<HostPort> free, HostPort primary, List<HostPort> siblings) {
        for (HostPort node : free) {
            boolean apart =
                    !node.host().equals(primary.host())
                            && siblings.stream().noneMatch(s -> s.host().equals(node.host()));
            if (apart) {
                free.remove(node);
                return node;
            }
        }
        for (HostPort node : free) {
            if (!node.host().equals(primary.host())) {
                free.remove(node);
                return node;
            }
        }
        return free.removeFirst();
    }

    /// Taking the best one after the other can leave the last primary with a replica on its own host. Swaps two replicas
    /// wherever that parts more copies than it joins; every swap makes it better, so this ends.
    private static void partHosts(List<HostPort> primaries, List<List<HostPort>> assigned) {
        for (int i = 0; i < primaries.size(); i++) {
            for (int a = 0; a < assigned.get(i).size(); a++) {
                if (shared(primaries.get(i), assigned.get(i)) > 0) {
                    swapWithAny(primaries, assigned, i, a);
                }
            }
        }
    }

    private static void swapWithAny(
            List<HostPort> primaries, List<List<HostPort>> assigned, int i, int a) {
        for (int j = 0; j < primaries.size(); j++) {
            for (int b = 0; b < assigned.get(j).size() && j != i; b++) {
                int before =
                        shared(primaries.get(i), assigned.get(i))
                                + shared(primaries.get(j), assigned.get(j));
                swap(assigned.get(i), a, assigned.get(j), b);
                int after =
                        shared(primaries.get(i), assigned.get(i))
                                + shared(primaries.get(j), assigned.get(j));
                if (after < before) {
                    return;
                }
                swap(assigned.get(i), a, assigned.get(j), b);
            }
        }
    }

    private static void swap(List<HostPort> first, int a, List<HostPort> second, int b) {
        HostPort held = first.get(a);
        first.set(a, second.get(b));
        second.set(b, held);
    }

    /// {@return how many copies of a shard are on a host that has another one}
    private static int shared(HostPort primary, List<HostPort> replicas) {
        var hosts = new HashSet<String>();
        hosts.add(primary.host());
        replicas.forEach(replica -> hosts.add(replica.host()));
        return replicas.size() + 1 - hosts.size();
    }

    /// The i-th of `count` parts of all slots; they differ by one slot at most.
    private static SlotRange share(int index, int count) {
        int first = (int) ((long) Slot.COUNT * index / count);
        int end = (int) ((long) Slot.COUNT * (index + 1) / count);
        return new SlotRange(first, end - 1);
    }

    private static List<String> warnings(List<Shard> shards, List<HostPort> nodes) {
        long hosts = nodes.stream().map(HostPort::host).distinct().count();
        var warnings = new ArrayList<String>();
        for (Shard shard : shards) {
            boolean together =
                    shard.replicas().stream()
                            .anyMatch(node -> node.host().equals(shard.primary().host()));
            if (together && hosts > 1) {
                warnings.add(
                        "primary " + shard.primary() + " and one of its replicas share a host");
            }
        }
        return warnings;
    }
}
