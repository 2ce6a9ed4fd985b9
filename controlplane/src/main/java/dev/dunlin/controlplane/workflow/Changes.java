// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.nodeclient.ClusterSnapshot;
import dev.dunlin.controlplane.nodeclient.NodeClient;
import dev.dunlin.controlplane.nodeclient.NodeException;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import dev.dunlin.controlplane.topology.Topology;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Every change that can be made to a cluster: looks at the cluster, plans, and starts plans that are still true.
///
/// Thread: any; calls ask the nodes and block.
public final class Changes {
    /// Do nothing while every shard is this close to its share.
    public static final double THRESHOLD_DEFAULT = 0.02;

    private final NodeClient client;
    private final KnownNodes known;
    private final PlanBook plans;
    private final WorkflowRunner runner;

    public Changes(NodeClient client, KnownNodes known, PlanBook plans, WorkflowRunner runner) {
        this.client = client;
        this.known = known;
        this.plans = plans;
        this.runner = runner;
    }

    /// {@return the cluster as it is now}
    public ClusterSnapshot snapshot() throws Refused {
        if (known.addresses().isEmpty()) {
            throw new Refused(
                    Refused.Code.PRECONDITION,
                    "this control plane knows no cluster yet",
                    "clusterctl up");
        }
        try {
            return known.snapshot();
        } catch (NodeException e) {
            throw new Refused(
                    Refused.Code.UNREACHABLE,
                    "no node answers; last: " + e.text(),
                    "clusterctl up");
        }
    }

    /// {@return the cluster, when nothing is changing it}
    private ClusterSnapshot settled() throws Refused {
        runner.requireIdle();
        return snapshot();
    }

    public Plan createCluster(List<HostPort> addresses, int replicas) throws Refused {
        if (new LinkedHashSet<>(addresses).size() < addresses.size()) {
            throw new Refused(
                    Refused.Code.INVALID, "a node is named twice", "clusterctl up --help");
        }
        var probes = new ArrayList<NodeProbe>();
        for (HostPort address : addresses) {
            probes.add(NodeProbe.of(client, address));
        }
        return plans.keep(CreateCluster.plan(probes, replicas));
    }

    /// Plans to let the empty node at `address` join.
    ///
    /// @param primary the primary to follow, empty to let it be chosen; only for a replica
    public Plan addNode(HostPort address, boolean replica, String primary, boolean rebalance)
            throws Refused {
        if (replica && rebalance) {
            throw new Refused(
                    Refused.Code.INVALID,
                    "a replica owns no slots, so there is nothing to rebalance",
                    "clusterctl add-node --help");
        }
        Topology topology = settled().topology();
        NodeProbe probe = NodeProbe.of(client, address);
        AddNode.Role role;
        if (replica) {
            role =
                    new AddNode.Role.Replica(
                            primary.isEmpty()
                                    ? Optional.empty()
                                    : Optional.of(require(topology, primary)));
        } else {
            role = new AddNode.Role.Primary(rebalance, THRESHOLD_DEFAULT);
        }
        return counted(AddNode.plan(topology, probe, role), topology);
    }

    public Plan removeNode(String name) throws Refused {
        var snapshot = settled();
        ClusterNode node = require(snapshot.topology(), name);
        boolean answers = node.address() != null && snapshot.answered(node.address()).isPresent();
        return counted(RemoveNode.plan(snapshot.topology(), node, answers), snapshot.topology());
    }

    public Plan rebalance(Map<String, Double> weights, double threshold, boolean skipEmpty)
            throws Refused {
        if (!(threshold >= 0 && threshold < 1)) {
            throw new Refused(
                    Refused.Code.INVALID,
                    "the threshold must be at least 0 and below 1 (0.02 is two percent)",
                    "clusterctl rebalance --help");
        }
        Topology topology = settled().topology();
        var byId = new HashMap<NodeId, Double>();
        for (var weight : weights.entrySet()) {
            ClusterNode node = SlotChanges.requirePrimary(require(topology, weight.getKey()));
            byId.put(node.id(), weight.getValue());
        }
        return counted(RebalanceSlots.plan(topology, byId, threshold, skipEmpty), topology);
    }

    /// Plans to move `count` slots, or exactly `slots` when that is not empty.
    public Plan reshard(List<String> sources, String target, int count, SlotSet slots)
            throws Refused {
        Topology topology = settled().topology();
        var from = new ArrayList<ClusterNode>();
        for (String source : sources) {
            from.add(require(topology, source));
        }
        var amount =
                slots.isEmpty()
                        ? new MigrateSlots.Amount.Count(count)
                        : new MigrateSlots.Amount.Exactly(slots);
        return counted(
                MigrateSlots.plan(topology, from, require(topology, target), amount), topology);
    }

    public Plan failover(String name, boolean force) throws Refused {
        var snapshot = settled();
        return plans.keep(Failover.plan(snapshot, require(snapshot.topology(), name), force));
    }

    /// {@return the plan with this id}
    public Plan plan(String id) throws Refused {
        return plans.find(id)
                .orElseThrow(() ->
                        new Refused(
                                Refused.Code.NOT_FOUND,
                                "there is no plan " + id + " (any more)",
                                "run the command again with --dry-run"));
    }

    /// Starts a plan, unless the cluster is no longer the one it was made for.
    ///
    /// A `requestId` that started a workflow before names that one, whatever the cluster looks like by now.
    ///
    /// @param slotsPerSecondMax slots move no faster than this; 0 is no limit
    public Workflow start(Plan plan, String requestId, String reason, int slotsPerSecondMax)
            throws Refused {
        if (plan.steps().isEmpty()) {
            throw new Refused(
                    Refused.Code.PRECONDITION, "the plan changes nothing", "clusterctl status");
        }
        try {
            if (!requestId.isEmpty()) {
                for (var status : runner.list(Integer.MAX_VALUE)) {
                    if (status.requestId().equals(requestId)) {
                        return runner.start(plan, requestId, reason, slotsPerSecondMax);
                    }
                }
            }
            runner.requireIdle();
            if (plan.kind() != Plan.Kind.CREATE_CLUSTER) {
                requireFingerprint(plan.fingerprint());
            }
            return runner.start(plan, requestId, reason, slotsPerSecondMax);
        } catch (IOException e) {
            throw new Refused(
                    Refused.Code.PRECONDITION,
                    "the journal cannot be written: " + e.getMessage(),
                    "df -h (is the disk full?)");
        }
    }

    /// Throws [Refused] unless the cluster has this fingerprint now.
    public void requireFingerprint(String wanted) throws Refused {
        String have = snapshot().topology().fingerprint();
        if (!have.equals(wanted)) {
            throw new Refused(
                    Refused.Code.STALE_PLAN,
                    "the cluster has changed since the plan was made (it was "
                            + wanted
                            + ", it is "
                            + have
                            + ")",
                    "run the command again to plan for the cluster as it is now");
        }
    }

    private static ClusterNode require(Topology topology, String name) throws Refused {
        return topology.find(name)
                .orElseThrow(() ->
                        new Refused(
                                Refused.Code.NOT_FOUND,
                                "no node (or more than one) is called "
                                        + name
                                        + "; say HOST:PORT, an id, or the first"
                                        + " characters of one",
                                "clusterctl status"));
    }

    /// {@return the plan, kept, with the number of keys it moves}
    private Plan counted(Plan plan, Topology topology) throws Refused {
        long keys = 0;
        for (Step.MoveSlots move : plan.moves()) {
            var source = topology.node(move.source().primary());
            if (source.isPresent() && source.get().address() != null) {
                try {
                    keys += client.countKeys(source.get().address(), move.slots());
                } catch (NodeException e) {
                    throw new Refused(
                            Refused.Code.UNREACHABLE,
                            "keys cannot be counted: " + e.text(),
                            "clusterctl check");
                }
            }
        }
        return plans.keep(
                new Plan(
                        plan.kind(),
                        plan.fingerprint(),
                        plan.steps(),
                        plan.shards(),
                        plan.warnings(),
                        keys,
                        plan.hash()));
    }
}
