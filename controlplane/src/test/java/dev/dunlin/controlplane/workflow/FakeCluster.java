// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.OpenSlot;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A Redis Cluster in memory, with the parts that matter for workflows: own claims, epochs, open slots, keys, replicas.
///
/// Nodes learn of each other only when [#gossip] is called, so that a workflow meets views that lag behind. A client writes
/// all the time (see [#clientWrites]) the way a cluster client does, ASK included; [#verify] finds lost or doubled writes.
final class FakeCluster {
    final Map<HostPort, Node> nodes = new TreeMap<>();
    final Map<String, String> acknowledged = new TreeMap<>();
    private int writes;

    /// Data of a shard; replicas share it with their primary, as if replication took no time.
    static final class Data {
        final Map<Integer, Map<String, String>> bySlot = new TreeMap<>();

        Map<String, String> slot(int slot) {
            return bySlot.computeIfAbsent(slot, _ -> new TreeMap<>());
        }
    }

    static final class Node {
        final NodeId id;
        final HostPort address;
        @Nullable NodeId primary;
        long epoch;
        boolean up = true;
        boolean failed;
        SlotSet slots = SlotSet.EMPTY;
        Data data = new Data();

        /// Writes that clients with an old map will still send here, one each time the node is looked at.
        int staleClientWrites;

        long redirects;

        /// Whether it forgot the cluster while clients still asked it: they were told CLUSTERDOWN.
        boolean resetUnderClients;

        final TreeSet<NodeId> known = new TreeSet<>();
        final TreeSet<NodeId> forgotten = new TreeSet<>();
        final TreeSet<NodeId> handshakes = new TreeSet<>();
        final TreeMap<Integer, NodeId> migrating = new TreeMap<>();
        final TreeMap<Integer, NodeId> importing = new TreeMap<>();

        Node(NodeId id, HostPort address) {
            this.id = id;
            this.address = address;
        }

        boolean isPrimary() {
            return primary == null;
        }
    }

    Node addNode(int port) {
        var node =
                new Node(new NodeId(String.format("%040x", port)), new HostPort("127.0.0.1", port));
        nodes.put(node.address, node);
        return node;
    }

    Node at(HostPort address) {
        return Objects.requireNonNull(nodes.get(address));
    }

    Node byId(NodeId id) {
        return find(id).orElseThrow();
    }

    Optional<Node> find(NodeId id) {
        return nodes.values().stream().filter(node -> node.id.equals(id)).findFirst();
    }

    long greatestEpoch() {
        return nodes.values().stream().mapToLong(node -> node.epoch).max().orElse(0);
    }

    /// Everybody hears from everybody: introductions end, and of two claims to a slot the greater epoch stays.
    void gossip() {
        for (Node node : nodes.values()) {
            for (NodeId other : List.copyOf(node.handshakes)) {
                if (node.up && byId(other).up) {
                    node.handshakes.remove(other);
                    node.known.add(other);
                    byId(other).known.add(node.id);
                }
            }
        }
        for (Node node : nodes.values()) {
            for (NodeId other : List.copyOf(node.known)) {
                if (node.up && byId(other).up && byId(other).known.contains(node.id)) {
                    for (NodeId friend : List.copyOf(byId(other).known)) {
                        if (!friend.equals(node.id) && !node.forgotten.contains(friend)) {
                            node.known.add(friend);
                        }
                    }
                }
            }
        }
        for (Node loser : nodes.values()) {
            for (Node winner : nodes.values()) {
                boolean heard = loser.known.contains(winner.id) && winner.up && loser.up;
                if (heard && winner.epoch > loser.epoch && winner.slots.intersects(loser.slots)) {
                    loser.slots = loser.slots.minus(winner.slots);
                }
            }
        }
    }

    List<ClusterNode> view(Node node) {
        var view = new ArrayList<ClusterNode>();
        view.add(line(node, node, true));
        for (NodeId other : node.known) {
            view.add(line(node, byId(other), false));
        }
        return view;
    }

    private ClusterNode line(Node viewer, Node node, boolean self) {
        int flags = node.isPrimary() ? NodeFlags.PRIMARY : NodeFlags.REPLICA;
        if (self) {
            flags |= NodeFlags.MYSELF;
        } else if (node.failed) {
            flags |= NodeFlags.FAIL;
        }
        var open = new ArrayList<OpenSlot>();
        if (self) {
            node.migrating.forEach((slot, peer) -> open.add(new OpenSlot.Migrating(slot, peer)));
            node.importing.forEach((slot, peer) -> open.add(new OpenSlot.Importing(slot, peer)));
        }
        var slots = self ? node.slots : node.slots.minus(claimedByGreater(viewer, node));
        return new ClusterNode(
                node.id,
                node.address,
                node.address.port() + 10_000,
                NodeFlags.of(flags),
                node.primary,
                node.epoch,
                node.up,
                slots,
                open);
    }

    /// Slots that the viewer believes to belong to somebody else, because the claim has a greater epoch.
    private SlotSet claimedByGreater(Node viewer, Node node) {
        var taken = SlotSet.EMPTY;
        for (Node other : nodes.values()) {
            boolean seen = other == viewer || viewer.known.contains(other.id);
            boolean greater = other != node && other.epoch > node.epoch;
            if (seen && greater && other.slots.intersects(node.slots)) {
                taken = taken.union(other.slots);
            }
        }
        return taken;
    }

    /// The node dies; one of its replicas, if any, takes over its slots with a new epoch and without its open slots.
    void failOver(Node dead) {
        dead.up = false;
        dead.failed = true;
        nodes.values().stream()
                .filter(node -> dead.id.equals(node.primary) && node.up)
                .min(Comparator.comparing(node -> node.id))
                .ifPresent(heir -> {
                    heir.primary = null;
                    heir.epoch = greatestEpoch() + 1;
                    heir.slots = dead.slots;
                    for (Node node : nodes.values()) {
                        if (dead.id.equals(node.primary)) {
                            node.primary = heir.id;
                        }
                    }
                    dead.slots = SlotSet.EMPTY;
                    dead.primary = heir.id;
                });
    }

    /// One write of a cluster client to a random key. It counts as acknowledged only when a node took it.
    void clientWrites(Random random) {
        String key = "key" + random.nextInt(200);
        int slot = Slot.ofKey(key.getBytes(StandardCharsets.UTF_8));
        var owner =
                nodes.values().stream()
                        .filter(node -> node.up && node.isPrimary() && node.slots.contains(slot))
                        .max(Comparator.comparingLong(node -> node.epoch));
        if (owner.isEmpty()) {
            return;
        }
        Node at = owner.get();
        NodeId target = at.migrating.get(slot);
        if (target != null && !at.data.slot(slot).containsKey(key)) {
            Node asked = byId(target);
            if (!asked.up || !(asked.importing.containsKey(slot) || asked.slots.contains(slot))) {
                return;
            }
            at = asked;
        }
        String value = "v" + ++writes;
        at.data.slot(slot).put(key, value);
        acknowledged.put(key, value);
    }

    /// {@return what is wrong: lost, doubled or stale keys, slots without or with two owners, open slots}
    List<String> verify() {
        var wrong = new ArrayList<String>();
        var owned = SlotSet.EMPTY;
        for (Node node : nodes.values()) {
            if (!node.up || !node.isPrimary()) {
                continue;
            }
            if (owned.intersects(node.slots)) {
                wrong.add("two owners: " + owned.intersect(node.slots));
            }
            owned = owned.union(node.slots);
            if (!node.migrating.isEmpty() || !node.importing.isEmpty()) {
                wrong.add("open at " + node.address + ": " + node.migrating + node.importing);
            }
            node.data.bySlot.forEach((slot, keys) -> {
                if (!keys.isEmpty() && !node.slots.contains(slot)) {
                    wrong.add("stray keys at " + node.address + ": " + keys);
                }
            });
        }
        if (!owned.equals(SlotSet.ALL)) {
            wrong.add("not owned: " + owned.complement());
        }
        acknowledged.forEach((key, value) -> {
            int slot = Slot.ofKey(key.getBytes(StandardCharsets.UTF_8));
            var found =
                    nodes.values().stream()
                            .filter(node -> node.up && node.isPrimary())
                            .filter(node -> node.slots.contains(slot))
                            .map(node -> node.data.slot(slot).get(key))
                            .toList();
            if (!found.equals(List.of(value))) {
                wrong.add(key + " is " + found + ", acknowledged " + value);
            }
        });
        return wrong;
    }
}
