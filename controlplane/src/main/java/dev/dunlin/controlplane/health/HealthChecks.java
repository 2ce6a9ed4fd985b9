// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.health;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.health.Finding.Check;
import dev.dunlin.controlplane.health.Finding.Severity;
import dev.dunlin.controlplane.nodeclient.ClusterSnapshot;
import dev.dunlin.controlplane.nodeclient.ClusterSnapshot.Report;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.Topology;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/// Runs every check over one snapshot.
public final class HealthChecks {
    /// A shard this far above or below its share is worth a remark.
    private static final double IMBALANCE = 0.05;

    private final ClusterSnapshot snapshot;
    private final Topology topology;
    private final boolean moving;
    private final List<Finding> findings = new ArrayList<>();

    private HealthChecks(ClusterSnapshot snapshot, boolean moving) {
        this.snapshot = snapshot;
        this.topology = snapshot.topology();
        this.moving = moving;
    }

    /// {@return what is wrong, the worst first}
    ///
    /// While a workflow is `moving` slots it is normal that some are open.
    public static List<Finding> run(ClusterSnapshot snapshot, boolean moving) {
        var checks = new HealthChecks(snapshot, moving);
        checks.slots();
        checks.ownerConflicts();
        checks.openSlots();
        checks.views();
        checks.nodes();
        checks.replicas();
        checks.balance();
        checks.versions();
        checks.findings.sort(Comparator.comparing(Finding::severity).reversed());
        return List.copyOf(checks.findings);
    }

    private void add(
            Check check, Severity severity, String object, String evidence, String remedy) {
        findings.add(new Finding(check, severity, object, evidence, remedy));
    }

    private void slots() {
        var missing = topology.assigned().complement();
        if (!missing.isEmpty()) {
            add(
                    Check.SLOTS_UNCOVERED,
                    Severity.ERROR,
                    "slots " + missing,
                    missing.count() + " of " + Slot.COUNT + " slots have no owner",
                    "redis-cli --cluster fix " + someAddress());
        }
        for (var report : snapshot.reports().entrySet()) {
            if (report.getValue() instanceof Report.Answered answered
                    && !"ok".equals(answered.clusterInfo().get("cluster_state"))) {
                add(
                        Check.CLUSTER_DOWN,
                        Severity.ERROR,
                        "node " + report.getKey(),
                        "it says cluster_state:fail and serves nobody",
                        missing.isEmpty()
                                ? "clusterctl status --watch"
                                : "redis-cli --cluster fix " + someAddress());
            }
        }
    }

    /// Two nodes that each call a slot their own. Gossip settles it by epoch; if it lasts, it cannot.
    private void ownerConflicts() {
        var claimed = SlotSet.EMPTY;
        for (Report report : snapshot.reports().values()) {
            if (report instanceof Report.Answered answered && answered.self().isPresent()) {
                var own = answered.self().get().slots();
                if (own.intersects(claimed)) {
                    add(
                            Check.OWNER_CONFLICT,
                            Severity.ERROR,
                            "slots " + own.intersect(claimed),
                            "more than one node says it owns them",
                            "clusterctl check (if it lasts longer than a minute: redis-cli"
                                    + " --cluster fix "
                                    + someAddress()
                                    + ")");
                }
                claimed = claimed.union(own);
            }
        }
    }

    private void openSlots() {
        for (var entry : snapshot.openSlots().entrySet()) {
            for (OpenSlot open : entry.getValue()) {
                add(
                        Check.OPEN_SLOT,
                        moving ? Severity.INFO : Severity.WARN,
                        "slot " + open.slot(),
                        name(entry.getKey()) + " has it open: " + open,
                        moving ? "" : settleCommand(open, entry.getKey()));
            }
        }
    }

    /// Where the move can still be finished, that; else whoever owns the slot keeps it.
    private String settleCommand(OpenSlot open, NodeId holder) {
        var owner = topology.ownerOf(open.slot()).map(ClusterNode::id);
        if (owner.isEmpty()) {
            return "";
        }
        return switch (open) {
            case OpenSlot.Migrating(int slot, var peer) when owner.get().equals(holder) ->
                    finishCommand(slot, holder, peer);
            case OpenSlot.Importing(int slot, var peer) when owner.get().equals(peer) ->
                    finishCommand(slot, peer, holder);
            case OpenSlot other ->
                    "clusterctl reshard --to " + name(owner.get()) + " --slots " + other.slot();
        };
    }

    private String finishCommand(int slot, NodeId source, NodeId target) {
        return "clusterctl reshard --from "
                + name(source)
                + " --to "
                + name(target)
                + " --slots "
                + slot;
    }

    private String name(NodeId id) {
        return topology.node(id).map(ClusterNode::name).orElse(id.value());
    }

    private void views() {
        for (var address : snapshot.disagreeing()) {
            add(
                    Check.VIEWS_DIFFER,
                    Severity.WARN,
                    "node " + address,
                    "it sees other members, roles or owners than the rest",
                    "clusterctl check (it passes within seconds unless the node is cut off)");
        }
    }

    private void nodes() {
        for (ClusterNode node : topology.nodes()) {
            var silence = snapshot.silence(node.address());
            if (silence.isPresent()) {
                add(
                        Check.NODE_UNREACHABLE,
                        node.isPrimary() && !node.slots().isEmpty()
                                ? Severity.ERROR
                                : Severity.WARN,
                        "node " + node.name(),
                        silence.get().text(),
                        "clusterctl up (starts local nodes that are down)");
            } else if (node.flags().isFailed() || node.flags().isSuspected()) {
                add(
                        Check.NODE_FAILED,
                        node.flags().isFailed() ? Severity.ERROR : Severity.WARN,
                        "node " + node.name(),
                        node.flags().isFailed()
                                ? "the other nodes agreed that it is down, though it answers us"
                                : "another node suspects it",
                        "clusterctl status --watch");
            }
        }
    }

    private void replicas() {
        for (ClusterNode primary : topology.primaries()) {
            var replicas = topology.replicasOf(primary.id());
            if (primary.slots().isEmpty()) {
                if (primary.isUsable()) {
                    add(
                            Check.PRIMARY_WITHOUT_SLOTS,
                            Severity.INFO,
                            "node " + primary.name(),
                            "it is a primary and owns no slots",
                            "clusterctl rebalance");
                }
                continue;
            }
            if (replicas.stream().noneMatch(ClusterNode::isUsable)) {
                add(
                        Check.SHARD_WITHOUT_REPLICA,
                        Severity.WARN,
                        "shard of " + primary.name(),
                        "nobody can take over when its primary fails",
                        "clusterctl add-node --replica --primary " + primary.name());
            }
            sharedHost(primary, replicas);
            for (ClusterNode replica : replicas) {
                replicaLink(replica);
            }
        }
    }

    private void sharedHost(ClusterNode primary, List<ClusterNode> replicas) {
        var hosts = new HashSet<String>();
        topology.nodes().stream()
                .filter(node -> node.address() != null)
                .forEach(node -> hosts.add(Objects.requireNonNull(node.address()).host()));
        boolean shared =
                primary.address() != null
                        && !replicas.isEmpty()
                        && replicas.stream()
                                .allMatch(node ->
                                        node.address() != null
                                                && node.address()
                                                        .host()
                                                        .equals(primary.address().host()));
        if (shared && hosts.size() > 1) {
            add(
                    Check.SHARED_HOST,
                    Severity.WARN,
                    "shard of " + primary.name(),
                    "all its copies are on one host",
                    "clusterctl add-node --replica --primary "
                            + primary.name()
                            + " HOST:PORT (on another host)");
        }
    }

    private void replicaLink(ClusterNode replica) {
        if (replica.address() == null) {
            return;
        }
        var report = snapshot.answered(replica.address());
        if (report.isPresent()
                && "slave".equals(report.get().info().get("role"))
                && !"up".equals(report.get().info().get("master_link_status"))) {
            add(
                    Check.REPLICA_LINK_DOWN,
                    Severity.WARN,
                    "node " + replica.name(),
                    "it is not connected to its primary",
                    "clusterctl status --watch");
        }
    }

    private void balance() {
        var owners = topology.primaries().stream().filter(node -> !node.slots().isEmpty()).toList();
        if (moving || owners.size() < 2) {
            return;
        }
        double share = (double) topology.assigned().count() / owners.size();
        double worst = 0;
        for (ClusterNode node : owners) {
            worst = Math.max(worst, Math.abs(node.slots().count() - share) / share);
        }
        if (worst > IMBALANCE) {
            add(
                    Check.SLOT_IMBALANCE,
                    Severity.INFO,
                    "cluster",
                    String.format(
                            Locale.ROOT,
                            "a primary is %.0f%% away from an even share of the slots",
                            worst * 100),
                    "clusterctl rebalance --dry-run");
        }
    }

    private void versions() {
        var versions = new TreeMap<String, TreeSet<String>>();
        for (var report : snapshot.reports().entrySet()) {
            if (report.getValue() instanceof Report.Answered answered) {
                String version = answered.info().getOrDefault("redis_version", "unknown");
                versions.computeIfAbsent(version, _ -> new TreeSet<>())
                        .add(report.getKey().toString());
            }
        }
        if (versions.size() > 1) {
            add(
                    Check.MIXED_VERSIONS,
                    Severity.INFO,
                    "cluster",
                    "nodes run different versions: " + String.join(", ", versions.keySet()),
                    "");
        }
    }

    private String someAddress() {
        return snapshot.reports().entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Report.Answered)
                .map(entry -> entry.getKey().toString())
                .findFirst()
                .orElse("HOST:PORT");
    }
}
