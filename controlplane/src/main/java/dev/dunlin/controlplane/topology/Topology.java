// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.topology;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotSet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// The nodes of a cluster, their roles and their slots, as one node or all of them together report it.
///
/// @param nodes in order of their ids
public record Topology(List<ClusterNode> nodes) {
    /// Nothing known yet.
    public static final Topology EMPTY = new Topology(List.of());

    private static final int PREFIX_LENGTH_MIN = 4;

    /// Copies and sorts the list.
    public Topology {
        var sorted = new ArrayList<>(nodes);
        sorted.sort(Comparator.comparing(ClusterNode::id));
        nodes = List.copyOf(sorted);
    }

    /// {@return the node with this id}
    public Optional<ClusterNode> node(NodeId id) {
        return nodes.stream().filter(node -> node.id().equals(id)).findFirst();
    }

    /// {@return the node with this address}
    public Optional<ClusterNode> nodeAt(HostPort address) {
        return nodes.stream().filter(node -> address.equals(node.address())).findFirst();
    }

    /// {@return the node that `name` means: its id, at least four first characters of it, or its address}
    ///
    /// Empty when there is none, or more than one.
    public Optional<ClusterNode> find(String name) {
        HostPort address = HostPort.parse(name);
        if (address != null) {
            return nodeAt(address);
        }
        if (name.length() < PREFIX_LENGTH_MIN) {
            return Optional.empty();
        }
        var found = nodes.stream().filter(node -> node.id().value().startsWith(name)).toList();
        return found.size() == 1 ? Optional.of(found.getFirst()) : Optional.empty();
    }

    /// {@return the primaries in order of their first slot, those without slots last, by id}
    public List<ClusterNode> primaries() {
        return nodes.stream()
                .filter(ClusterNode::isPrimary)
                .sorted(
                        Comparator.comparingInt((ClusterNode node) ->
                                        node.slots().isEmpty() ? Slot.COUNT : node.slots().next(0))
                                .thenComparing(ClusterNode::id))
                .toList();
    }

    /// {@return the replicas of this primary, by id}
    public List<ClusterNode> replicasOf(NodeId primary) {
        return nodes.stream().filter(node -> primary.equals(node.primary())).toList();
    }

    /// {@return who owns the slot}
    public Optional<ClusterNode> ownerOf(int slot) {
        return nodes.stream().filter(node -> node.slots().contains(slot)).findFirst();
    }

    /// {@return the slots that have an owner}
    public SlotSet assigned() {
        var assigned = SlotSet.builder();
        nodes.forEach(node -> assigned.addAll(node.slots()));
        return assigned.build();
    }

    /// {@return a short name of this arrangement: ids, addresses, roles and slots, but not health or epochs}
    public String fingerprint() {
        var text = new StringBuilder();
        for (ClusterNode node : nodes) {
            if (node.flags().isHandshake()) {
                continue;
            }
            text.append(node.id())
                    .append(' ')
                    .append(node.name())
                    .append(' ')
                    .append(node.primary() == null ? "primary" : node.primary())
                    .append(' ')
                    .append(node.slots())
                    .append('\n');
        }
        return Sha256.shortHex(text.toString().getBytes(StandardCharsets.UTF_8));
    }
}
