// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.nodeclient;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.nodeclient.ClusterSnapshot.Report;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import dev.dunlin.controlplane.topology.Topology;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Supplier;

/// Asks every node and joins what they say.
///
/// Ownership is settled as the nodes settle it: a claim with the greater config epoch wins. A node's own word counts for
/// its role and its open slots.
public final class ClusterReader {
    private final NodeClient client;
    private final Supplier<ExecutorService> threads;

    /// Asks the nodes on threads that `threads` provides for one round of questions.
    public ClusterReader(NodeClient client, Supplier<ExecutorService> threads) {
        this.client = client;
        this.threads = threads;
    }

    /// {@return the cluster that the first of `seeds` to answer belongs to; its members are all asked}
    ///
    /// A seed that stands alone counts only when no other seed knows more: it may have been removed from the cluster.
    /// Throws [NodeException] when no seed answers.
    public ClusterSnapshot read(Collection<HostPort> seeds) throws NodeException {
        NodeException last = null;
        ClusterSnapshot alone = null;
        for (HostPort seed : seeds) {
            try {
                var view = client.clusterNodes(seed);
                if (view.size() > 1) {
                    return readFrom(view, seed);
                }
                if (alone == null) {
                    alone = readFrom(view, seed);
                }
            } catch (NodeException e) {
                last = e;
            }
        }
        if (alone != null) {
            return alone;
        }
        if (last == null) {
            throw new IllegalArgumentException("no node to ask");
        }
        throw last;
    }

    private ClusterSnapshot readFrom(List<ClusterNode> first, HostPort seed) {
        var addresses = new TreeSet<HostPort>();
        for (ClusterNode node : first) {
            if (node.flags().isMyself()) {
                addresses.add(node.address() == null ? seed : node.address());
            } else if (node.address() != null && !node.flags().isHandshake()) {
                addresses.add(node.address());
            }
        }
        var reports = ask(addresses);
        return new ClusterSnapshot(join(first, reports), reports);
    }

    private Map<HostPort, Report> ask(Collection<HostPort> addresses) {
        var reports = new TreeMap<HostPort, Report>();
        try (ExecutorService asking = threads.get()) {
            var answers = new HashMap<HostPort, Future<Report>>();
            for (HostPort address : addresses) {
                answers.put(address, asking.submit(() -> report(address)));
            }
            for (var answer : answers.entrySet()) {
                reports.put(answer.getKey(), answer.getValue().get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking the nodes", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        }
        return reports;
    }

    private Report report(HostPort address) {
        try {
            var view = new ArrayList<ClusterNode>();
            for (ClusterNode node : client.clusterNodes(address)) {
                // Before it met anybody a node does not know its own address.
                view.add(
                        node.flags().isMyself() && node.address() == null
                                ? at(node, address)
                                : node);
            }
            return new Report.Answered(view, client.info(address), client.clusterInfo(address));
        } catch (NodeException e) {
            return new Report.Silent(e);
        }
    }

    private static ClusterNode at(ClusterNode node, HostPort address) {
        return new ClusterNode(
                node.id(),
                address,
                node.busPort(),
                node.flags(),
                node.primary(),
                node.configEpoch(),
                node.connected(),
                node.slots(),
                node.openSlots());
    }

    private static Topology join(List<ClusterNode> first, Map<HostPort, Report> reports) {
        var views = new ArrayList<List<ClusterNode>>();
        views.add(first);
        var known = new HashMap<NodeId, ClusterNode>();
        first.forEach(node -> known.putIfAbsent(node.id(), node));
        for (Report report : reports.values()) {
            if (report instanceof Report.Answered answered) {
                views.add(answered.view());
                answered.view().forEach(node -> known.putIfAbsent(node.id(), node));
                answered.self().ifPresent(self -> known.put(self.id(), self));
            }
        }
        var owners = owners(views);
        var nodes = new ArrayList<ClusterNode>();
        for (ClusterNode node : known.values()) {
            if (node.flags().isHandshake()) {
                continue;
            }
            nodes.add(joined(node, owners.getOrDefault(node.id(), SlotSet.EMPTY), views));
        }
        return new Topology(nodes);
    }

    /// Who owns each slot by the greatest epoch; of equal ones the first id, so that the answer does not depend on order.
    private static Map<NodeId, SlotSet> owners(List<List<ClusterNode>> views) {
        var claims = new TreeMap<Long, Map<NodeId, SlotSet>>();
        for (var view : views) {
            for (ClusterNode node : view) {
                if (!node.slots().isEmpty()) {
                    claims.computeIfAbsent(node.configEpoch(), _ -> new TreeMap<>())
                            .merge(node.id(), node.slots(), SlotSet::union);
                }
            }
        }
        var taken = SlotSet.EMPTY;
        var owners = new HashMap<NodeId, SlotSet>();
        for (var byNode : claims.descendingMap().values()) {
            for (var claim : byNode.entrySet()) {
                var free = claim.getValue().minus(taken);
                owners.merge(claim.getKey(), free, SlotSet::union);
                taken = taken.union(free);
            }
        }
        return owners;
    }

    private static ClusterNode joined(
            ClusterNode node, SlotSet slots, List<List<ClusterNode>> views) {
        var flags = new LinkedHashSet<Integer>();
        for (var view : views) {
            for (ClusterNode seen : view) {
                if (seen.id().equals(node.id()) && !seen.flags().isMyself()) {
                    if (seen.flags().isFailed()) {
                        flags.add(NodeFlags.FAIL);
                    } else if (seen.flags().isSuspected()) {
                        flags.add(NodeFlags.PFAIL);
                    }
                }
            }
        }
        var joinedFlags = node.flags().without(NodeFlags.MYSELF);
        for (int flag : flags) {
            joinedFlags = joinedFlags.with(flag);
        }
        return new ClusterNode(
                node.id(),
                node.address(),
                node.busPort(),
                joinedFlags,
                node.primary(),
                node.configEpoch(),
                node.connected(),
                slots,
                node.openSlots());
    }
}
