// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.nodeclient;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.controlplane.topology.ClusterNode;
import dev.dunlin.controlplane.topology.HostPort;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/// What the control plane asks of a node. Each method is one command of the Redis protocol, or one pipeline of them.
///
/// Thread: any; calls block, so callers are virtual threads. Every call has a time limit and throws [NodeException].
public interface NodeClient extends AutoCloseable {
    /// Which agreement a failover needs.
    enum FailoverMode {
        /// The primary waits until the replica has everything: nothing is lost.
        COORDINATED,
        /// The other primaries vote, the primary is not asked: what the replica lacks is lost.
        FORCE
    }

    /// What becomes of a slot at one node.
    sealed interface SlotState {
        record Importing(NodeId source) implements SlotState {}

        record Migrating(NodeId target) implements SlotState {}

        record Owned(NodeId owner) implements SlotState {}

        record Stable() implements SlotState {}
    }

    /// {@return the node's view of the cluster, itself among it with the flag `myself`}
    List<ClusterNode> clusterNodes(HostPort node) throws NodeException;

    /// {@return the lines of `CLUSTER INFO`}
    Map<String, String> clusterInfo(HostPort node) throws NodeException;

    /// {@return the lines of `INFO`, all default sections}
    Map<String, String> info(HostPort node) throws NodeException;

    void addSlots(HostPort node, SlotSet slots) throws NodeException;

    void setConfigEpoch(HostPort node, long epoch) throws NodeException;

    /// Introduces `node` to `peer`. `busPort` is the peer's.
    void meet(HostPort node, HostPort peer, int busPort) throws NodeException;

    void forget(HostPort node, NodeId forgotten) throws NodeException;

    void replicate(HostPort node, NodeId primary) throws NodeException;

    /// Makes the node leave: it forgets everybody, and a replica drops its data. It keeps its id.
    void resetSoft(HostPort node) throws NodeException;

    void failover(HostPort replica, FailoverMode mode) throws NodeException;

    void setSlot(HostPort node, int slot, SlotState state) throws NodeException;

    /// Does the same at many nodes at once. {@return what went wrong where}
    List<NodeException> setSlotEverywhere(Collection<HostPort> nodes, int slot, SlotState state);

    /// {@return at most `count` keys of the slot that the node holds}
    List<byte[]> keysInSlot(HostPort node, int slot, int count) throws NodeException;

    /// {@return how many keys of these slots the node holds}
    long countKeys(HostPort node, SlotSet slots) throws NodeException;

    /// Moves keys from `node` to `target`; keys that are gone by now are passed over.
    void migrate(
            HostPort node, HostPort target, List<byte[]> keys, boolean replace, Duration timeout)
            throws NodeException;

    /// {@return the serialised values at the node, an empty array for a missing key}
    ///
    /// Asked with ASKING, so that a node answers for a slot that it imports.
    List<byte[]> dump(HostPort node, List<byte[]> keys) throws NodeException;

    /// Closes every connection.
    @Override
    void close();
}
