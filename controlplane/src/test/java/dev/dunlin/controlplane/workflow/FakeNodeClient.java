// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.nodeclient.NodeClient;
import dev.dunlin.controlplane.nodeclient.NodeException;
import dev.dunlin.controlplane.nodeclient.NodeException.Reason;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/// Talks to a [FakeCluster], with Redis's own error texts, and lets something happen at the n-th call.
final class FakeNodeClient implements NodeClient {
    /// What happens at the chosen call.
    enum Fault {
        NONE,
        /// The control plane dies before the command left.
        CRASH_BEFORE,
        /// The control plane dies before it saw the answer.
        CRASH_AFTER,
        /// The connection is refused.
        FAIL_BEFORE,
        /// The answer gets lost.
        FAIL_AFTER,
        /// The node that is asked dies, and its replica takes over.
        FAIL_OVER
    }

    /// The control plane's death: nothing after it is carried out.
    static final class Crash extends Error {
        Crash() {
            super("crash", null, false, false);
        }
    }

    private final FakeCluster cluster;
    private final Random random;
    private final Fault fault;
    private final int faultAtCall;
    private int calls;
    private int firstSetSlot;
    private int lastSetSlot;
    private boolean dead;

    /// Set: the next MIGRATE copies the keys to the target, but the source does not hear of it and keeps its own.
    boolean loseNextMigrateAck;

    FakeNodeClient(FakeCluster cluster, long seed, Fault fault, int faultAtCall) {
        this.cluster = cluster;
        this.random = new Random(seed);
        this.fault = fault;
        this.faultAtCall = faultAtCall;
    }

    int calls() {
        return calls;
    }

    /// {@return which call was the first SETSLOT, 0 for none}
    int firstSetSlot() {
        return firstSetSlot;
    }

    /// {@return which call was the last SETSLOT, 0 for none}
    int lastSetSlot() {
        return lastSetSlot;
    }

    @FunctionalInterface
    private interface Command<T> {
        T run(FakeCluster.Node node) throws NodeException;
    }

    private synchronized <T> T call(HostPort address, Command<T> command) throws NodeException {
        if (dead) {
            throw new Crash();
        }
        calls++;
        cluster.clientWrites(random);
        boolean now = calls == faultAtCall;
        FakeCluster.Node node = cluster.nodes.get(address);
        if (now && fault == Fault.CRASH_BEFORE) {
            dead = true;
            throw new Crash();
        }
        if (now && fault == Fault.FAIL_OVER && node != null && node.isPrimary()) {
            cluster.failOver(node);
        }
        if (node == null || !node.up || (now && fault == Fault.FAIL_BEFORE)) {
            throw new NodeException(address, Reason.UNREACHABLE, "Connection refused");
        }
        T result = command.run(node);
        if (now && fault == Fault.CRASH_AFTER) {
            dead = true;
            throw new Crash();
        }
        if (now && fault == Fault.FAIL_AFTER) {
            throw new NodeException(address, Reason.TIMEOUT, "no answer in 5000 ms");
        }
        return result;
    }

    private static NodeException error(FakeCluster.Node node, String text) {
        return NodeException.replied(node.address, text);
    }

    @Override
    public List<ClusterNode> clusterNodes(HostPort address) throws NodeException {
        return call(address, cluster::view);
    }

    @Override
    public Map<String, String> clusterInfo(HostPort address) throws NodeException {
        return call(
                address,
                node -> {
                    var seen = SlotSet.EMPTY;
                    for (ClusterNode other : cluster.view(node)) {
                        seen = seen.union(other.slots());
                    }
                    return Map.of("cluster_state", seen.equals(SlotSet.ALL) ? "ok" : "fail");
                });
    }

    @Override
    public Map<String, String> info(HostPort address) throws NodeException {
        return call(
                address,
                node -> {
                    var info = new TreeMap<String, String>();
                    info.put("role", node.isPrimary() ? "master" : "slave");
                    info.put("master_link_status", "up");
                    info.put("slave_repl_offset", "1");
                    if (node.staleClientWrites > 0) {
                        node.staleClientWrites--;
                        node.redirects++;
                    }
                    info.put("errorstat_MOVED", "count=" + node.redirects);
                    return info;
                });
    }

    @Override
    public void addSlots(HostPort address, SlotSet slots) throws NodeException {
        call(
                address,
                node -> {
                    if (node.slots.intersects(slots)) {
                        throw error(node, "ERR Slot is already busy");
                    }
                    node.slots = node.slots.union(slots);
                    return true;
                });
    }

    @Override
    public void setConfigEpoch(HostPort address, long epoch) throws NodeException {
        call(
                address,
                node -> {
                    if (!node.known.isEmpty() || node.epoch != 0) {
                        throw error(
                                node,
                                "ERR The user can assign a config epoch only when the node does not"
                                        + " know any other node.");
                    }
                    node.epoch = epoch;
                    return true;
                });
    }

    @Override
    public void meet(HostPort address, HostPort peer, int busPort) throws NodeException {
        call(
                address,
                node -> {
                    node.handshakes.add(cluster.at(peer).id);
                    return true;
                });
    }

    @Override
    public void forget(HostPort address, NodeId forgotten) throws NodeException {
        call(
                address,
                node -> {
                    if (!node.known.contains(forgotten)) {
                        throw error(node, "ERR Unknown node " + forgotten);
                    }
                    if (forgotten.equals(node.primary)) {
                        throw error(node, "ERR Can't forget my master!");
                    }
                    node.known.remove(forgotten);
                    node.forgotten.add(forgotten);
                    return true;
                });
    }

    @Override
    public void replicate(HostPort address, NodeId primary) throws NodeException {
        call(
                address,
                node -> {
                    if (!node.known.contains(primary)) {
                        throw error(node, "ERR Unknown node " + primary);
                    }
                    if (!cluster.byId(primary).isPrimary()) {
                        throw error(node, "ERR I can only replicate a master, not a replica.");
                    }
                    if (node.isPrimary() && !node.slots.isEmpty()) {
                        throw error(
                                node,
                                "ERR To set a master the node must be empty and without assigned"
                                        + " slots.");
                    }
                    node.primary = primary;
                    node.data = cluster.byId(primary).data;
                    return true;
                });
    }

    @Override
    public void resetSoft(HostPort address) throws NodeException {
        call(
                address,
                node -> {
                    boolean hasKeys =
                            node.isPrimary()
                                    && node.data.bySlot.values().stream()
                                            .anyMatch(keys -> !keys.isEmpty());
                    if (hasKeys) {
                        throw error(
                                node,
                                "ERR CLUSTER RESET can't be called with master nodes containing"
                                        + " keys");
                    }
                    node.known.clear();
                    node.resetUnderClients |= node.staleClientWrites > 0;
                    node.primary = null;
                    node.data = new FakeCluster.Data();
                    node.slots = SlotSet.EMPTY;
                    return true;
                });
    }

    @Override
    public void failover(HostPort address, FailoverMode mode) throws NodeException {
        call(
                address,
                node -> {
                    if (node.isPrimary() || node.primary == null) {
                        throw error(node, "ERR You should send CLUSTER FAILOVER to a replica");
                    }
                    FakeCluster.Node old = cluster.byId(node.primary);
                    node.primary = null;
                    node.slots = old.slots;
                    node.epoch = cluster.greatestEpoch() + 1;
                    old.slots = SlotSet.EMPTY;
                    old.primary = node.id;
                    return true;
                });
    }

    @Override
    public void setSlot(HostPort address, int slot, SlotState state) throws NodeException {
        call(
                address,
                node -> {
                    if (!node.isPrimary()) {
                        throw error(node, "ERR Please use SETSLOT only with masters.");
                    }
                    firstSetSlot = firstSetSlot == 0 ? calls : firstSetSlot;
                    lastSetSlot = calls;
                    switch (state) {
                        case SlotState.Importing(NodeId source) -> {
                            if (node.slots.contains(slot)) {
                                throw error(node, "ERR I'm already the owner of hash slot " + slot);
                            }
                            requireKnown(node, source);
                            node.importing.put(slot, source);
                        }
                        case SlotState.Migrating(NodeId target) -> {
                            if (!node.slots.contains(slot)) {
                                throw error(node, "ERR I'm not the owner of hash slot " + slot);
                            }
                            requireKnown(node, target);
                            node.migrating.put(slot, target);
                        }
                        case SlotState.Owned(NodeId owner) -> own(node, slot, owner);
                        case SlotState.Stable() -> {
                            node.importing.remove(slot);
                            node.migrating.remove(slot);
                        }
                    }
                    return true;
                });
    }

    private static void requireKnown(FakeCluster.Node node, NodeId other) throws NodeException {
        if (!node.known.contains(other)) {
            throw error(node, "ERR I don't know about node " + other);
        }
    }

    private void own(FakeCluster.Node node, int slot, NodeId owner) throws NodeException {
        if (owner.equals(node.id)) {
            if (node.importing.remove(slot) != null && node.epoch < cluster.greatestEpoch()) {
                node.epoch = cluster.greatestEpoch() + 1;
            }
            node.slots = node.slots.with(slot);
            return;
        }
        requireKnown(node, owner);
        if (node.slots.contains(slot) && !node.data.slot(slot).isEmpty()) {
            throw error(
                    node,
                    "ERR Can't assign hashslot "
                            + slot
                            + " to a different node while I still hold keys for this hash slot.");
        }
        node.slots = node.slots.without(slot);
        if (node.data.slot(slot).isEmpty()) {
            node.migrating.remove(slot);
        }
    }

    @Override
    public List<NodeException> setSlotEverywhere(
            Collection<HostPort> addresses, int slot, SlotState state) {
        var failures = new ArrayList<NodeException>();
        for (HostPort address : addresses) {
            try {
                setSlot(address, slot, state);
            } catch (NodeException e) {
                failures.add(e);
            }
        }
        return failures;
    }

    @Override
    public List<byte[]> keysInSlot(HostPort address, int slot, int count) throws NodeException {
        return call(
                address,
                node ->
                        node.data.slot(slot).keySet().stream()
                                .limit(count)
                                .map(key -> key.getBytes(StandardCharsets.UTF_8))
                                .toList());
    }

    @Override
    public long countKeys(HostPort address, SlotSet slots) throws NodeException {
        return call(
                address,
                node -> {
                    long[] count = {0};
                    slots.forEach(slot -> count[0] += node.data.slot(slot).size());
                    return count[0];
                });
    }

    @Override
    public void migrate(
            HostPort address, HostPort target, List<byte[]> keys, boolean replace, Duration timeout)
            throws NodeException {
        call(
                address,
                node -> {
                    FakeCluster.Node to = cluster.nodes.get(target);
                    if (to == null || !to.up) {
                        throw error(node, "IOERR error or timeout connecting to the client");
                    }
                    for (byte[] bytes : keys) {
                        moveKey(node, to, new String(bytes, StandardCharsets.UTF_8), replace);
                    }
                    if (loseNextMigrateAck) {
                        loseNextMigrateAck = false;
                        throw error(node, "IOERR error or timeout reading to target instance");
                    }
                    return true;
                });
    }

    private void moveKey(FakeCluster.Node from, FakeCluster.Node to, String key, boolean replace)
            throws NodeException {
        int slot = Slot.ofKey(key.getBytes(StandardCharsets.UTF_8));
        String value = from.data.slot(slot).get(key);
        if (value == null) {
            return;
        }
        String failure = "ERR Target instance replied with error: ";
        if (!to.isPrimary()) {
            throw error(from, failure + "MOVED " + slot + " elsewhere");
        }
        if (!to.importing.containsKey(slot) && !to.slots.contains(slot)) {
            throw error(from, failure + "MOVED " + slot + " elsewhere");
        }
        if (to.data.slot(slot).containsKey(key) && !replace) {
            throw error(from, failure + "BUSYKEY Target key name already exists.");
        }
        to.data.slot(slot).put(key, value);
        if (!loseNextMigrateAck) {
            from.data.slot(slot).remove(key);
        }
    }

    @Override
    public List<byte[]> dump(HostPort address, List<byte[]> keys) throws NodeException {
        return call(
                address,
                node -> {
                    var values = new ArrayList<byte[]>();
                    for (byte[] key : keys) {
                        int slot = Slot.ofKey(key);
                        String value =
                                node.data.slot(slot).get(new String(key, StandardCharsets.UTF_8));
                        values.add(
                                value == null
                                        ? new byte[0]
                                        : value.getBytes(StandardCharsets.UTF_8));
                    }
                    return values;
                });
    }

    @Override
    public void close() {}
}
