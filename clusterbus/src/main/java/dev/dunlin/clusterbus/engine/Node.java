// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.NodeView;
import dev.dunlin.clusterbus.model.ShardId;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What the engine knows of one node, itself included.
///
/// Nodes are compared by identity, and ordered by id. Roles, slots and membership are changed through [ClusterTable] and [Roles] only, which keep both ends of each relation
/// in step. Invariant: exactly one of PRIMARY and REPLICA is set; `primary` is null for a primary.
final class Node implements Comparable<Node> {
    private NodeId id;
    private int flags;
    NodeAddress address;
    @Nullable String humanNodename;

    /// Announced by the node, or else that of its primary, or else made up.
    ShardId shardId;

    final long createdMs;

    /// Of this node's own claims; for a replica the last it had as a primary, which nobody looks at.
    long configEpoch;

    @Nullable Node primary;
    final TreeSet<Node> replicas = new TreeSet<>();

    private final SlotSet.Builder slotBits = SlotSet.builder();
    private int slotCount;
    private @Nullable SlotSet slotSet = SlotSet.EMPTY;

    /// Our ping without an answer; survives reconnects. 0 when there is none.
    long pingSentMs;

    long pongReceivedMs;

    /// Last message of any kind.
    long dataReceivedMs;

    long failedAtMs;

    /// Since when we hold it PFAIL or FAIL without a break, 0 if we do not.
    long downSinceMs;

    /// When we last cleared our suspicion.
    long recoveredAtMs;

    /// Opinions of other primaries, by reporter, with the time of the last report.
    final TreeMap<NodeId, Long> failureReports = new TreeMap<>();

    long offset;
    long offsetReceivedMs;

    /// Since when this primary has slots and no working replica, 0 if it has one.
    long orphanedSinceMs;

    /// When we last voted for a replica of this primary, a repeated vote left out, and for which.
    long votedAtMs;

    @Nullable NodeId votedFor;

    /// Until when that vote may still win an election.
    long voteMayWinUntilMs;

    @Nullable Link outbound;
    @Nullable Link inbound;

    /// Send time of the newest ping whose answer confirmed our lease.
    long confirmedSentMs;

    /// Send time of the newest ping it answered without holding us failed.
    long answeredSentMs;

    /// When we last answered its ping with an answer that confirms its lease.
    long lastConfirmedMs;

    /// When we last sent it a PING.
    long lastPingMs;

    /// When we last sent it a complete gossip section.
    long fullGossipSentMs;

    /// Refused connects since the last sign of life.
    int refusedConnects;

    long lastRefusedMs;
    long lastConnectMs;

    /// Whether the last links to it were ended by its side.
    boolean linksEndedByPeer;

    /// Whether its headers say that it has paused writes for a manual failover.
    boolean paused;

    private @Nullable NodeView view;

    Node(NodeId id, ShardId shardId, int flags, NodeAddress address, long nowMs) {
        this.id = id;
        this.shardId = shardId;
        this.flags = flags;
        this.address = address;
        this.createdMs = nowMs;
    }

    NodeId id() {
        return id;
    }

    /// Only for [ClusterTable], which is ordered by id.
    void rename(NodeId newId) {
        id = newId;
        view = null;
    }

    int flags() {
        return flags;
    }

    boolean has(int mask) {
        return (flags & mask) != 0;
    }

    /// {@return whether that changed anything}
    boolean set(int mask) {
        if ((flags & mask) == mask) {
            return false;
        }
        flags |= mask;
        view = null;
        return true;
    }

    /// {@return whether that changed anything}
    boolean clear(int mask) {
        if ((flags & mask) == 0) {
            return false;
        }
        flags &= ~mask;
        view = null;
        return true;
    }

    boolean isMyself() {
        return has(NodeFlags.MYSELF);
    }

    boolean isPrimary() {
        return has(NodeFlags.PRIMARY);
    }

    boolean isReplica() {
        return has(NodeFlags.REPLICA);
    }

    boolean inHandshake() {
        return has(NodeFlags.HANDSHAKE);
    }

    boolean isFailed() {
        return has(NodeFlags.FAIL);
    }

    boolean isSuspected() {
        return has(NodeFlags.PFAIL);
    }

    /// {@return whether it is a primary with slots: one of those that vote}
    boolean isVoter() {
        return isPrimary() && slotCount > 0;
    }

    /// {@return itself for a primary, its primary for a replica, itself again for a replica without one}
    Node head() {
        return primary == null ? this : primary;
    }

    /// {@return the epoch its slots are claimed under: its own, or its primary's}
    long claimEpoch() {
        return isReplica() ? (primary == null ? 0 : primary.configEpoch) : configEpoch;
    }

    int slotCount() {
        return slotCount;
    }

    SlotSet slots() {
        if (slotSet == null) {
            slotSet = slotBits.build();
        }
        return slotSet;
    }

    /// Only for [ClusterTable#bind] and [ClusterTable#unbind].
    void addSlot(int slot) {
        slotBits.add(slot);
        slotCount++;
        slotSet = null;
        view = null;
    }

    /// Only for [ClusterTable#bind] and [ClusterTable#unbind].
    void removeSlot(int slot) {
        slotBits.remove(slot);
        slotCount--;
        slotSet = null;
        view = null;
    }

    boolean linked() {
        return outbound != null && outbound.open;
    }

    /// {@return replicas that are neither suspected nor failed}
    int workingReplicas() {
        int count = 0;
        for (Node replica : replicas) {
            if (!replica.has(NodeFlags.PFAIL | NodeFlags.FAIL)) {
                count++;
            }
        }
        return count;
    }

    void touch() {
        view = null;
    }

    boolean viewStale() {
        return view == null;
    }

    NodeView view() {
        if (view == null) {
            view =
                    new NodeView(
                            id,
                            address,
                            humanNodename,
                            shardId,
                            NodeFlags.of(flags),
                            primary == null ? null : primary.id,
                            pingSentMs,
                            pongReceivedMs,
                            claimEpoch(),
                            slots(),
                            offset,
                            failureReports.size(),
                            outbound != null && outbound.open ? outbound.createdMs : 0,
                            inbound != null ? inbound.createdMs : 0);
        }
        return view;
    }

    @Override
    public int compareTo(Node other) {
        return id.compareTo(other.id);
    }

    @Override
    public String toString() {
        return id.value();
    }
}
