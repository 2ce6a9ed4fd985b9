// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.nodeclient;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import dev.dunlin.controlplane.topology.Topology;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What all nodes said of the cluster within one round of questions.
///
/// @param topology the views joined: each node's own word on itself, the others' word on nodes that did not answer
/// @param reports the answers by node, of the nodes that were asked
public record ClusterSnapshot(Topology topology, Map<HostPort, Report> reports) {
    /// Copies the map and keeps it in order.
    public ClusterSnapshot {
        reports = new TreeMap<>(reports);
    }

    /// One node's answer.
    public sealed interface Report {
        /// It answered.
        ///
        /// @param view its `CLUSTER NODES`
        /// @param info its `INFO`
        /// @param clusterInfo its `CLUSTER INFO`
        record Answered(
                List<ClusterNode> view, Map<String, String> info, Map<String, String> clusterInfo)
                implements Report {
            /// {@return its line about itself}
            public Optional<ClusterNode> self() {
                return view.stream().filter(node -> node.flags().isMyself()).findFirst();
            }

            /// {@return the number in a field of `INFO` or `CLUSTER INFO`, or `otherwise`}
            public long number(String field, long otherwise) {
                String text = info.getOrDefault(field, clusterInfo.get(field));
                try {
                    return text == null ? otherwise : Long.parseLong(text.strip());
                } catch (NumberFormatException _) {
                    return otherwise;
                }
            }
        }

        /// It did not answer.
        ///
        /// @param failure why
        record Silent(NodeException failure) implements Report {}
    }

    /// {@return what the node with this address answered, if it did}
    public Optional<Report.Answered> answered(HostPort address) {
        return reports.get(address) instanceof Report.Answered answered
                ? Optional.of(answered)
                : Optional.empty();
    }

    /// {@return why the node with this address did not answer, if it was asked and did not}
    public Optional<NodeException> silence(@Nullable HostPort address) {
        return address != null
                        && reports.get(address) instanceof Report.Silent(NodeException failure)
                ? Optional.of(failure)
                : Optional.empty();
    }

    /// {@return the open slots by the node that reports them}
    public Map<NodeId, List<OpenSlot>> openSlots() {
        var open = new TreeMap<NodeId, List<OpenSlot>>();
        for (ClusterNode node : topology.nodes()) {
            if (!node.openSlots().isEmpty()) {
                open.put(node.id(), node.openSlots());
            }
        }
        return open;
    }

    /// {@return whether every node that answered sees the same owners, all slots are owned, and all say that the state is ok}
    public boolean agreed() {
        return disagreeing().isEmpty()
                && topology.assigned().equals(SlotSet.ALL)
                && reports.values().stream()
                        .filter(Report.Answered.class::isInstance)
                        .map(Report.Answered.class::cast)
                        .allMatch(report -> "ok".equals(report.clusterInfo().get("cluster_state")));
    }

    /// {@return the nodes whose view of owners, roles or members differs from the joined one}
    public List<HostPort> disagreeing() {
        String joined = topology.fingerprint();
        return reports.entrySet().stream()
                .filter(entry ->
                        entry.getValue() instanceof Report.Answered answered
                                && !new Topology(answered.view()).fingerprint().equals(joined))
                .map(Map.Entry::getKey)
                .toList();
    }
}
