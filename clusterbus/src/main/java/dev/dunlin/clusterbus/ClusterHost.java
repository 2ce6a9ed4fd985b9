// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import dev.dunlin.clusterbus.engine.HostStatus;
import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.PublishBody;

/// The data node, as its cluster bus sees it.
///
/// Thread: every method is called on the bus loop and must return at once: questions are answered from volatile fields,
/// orders are handed to the data loop as messages, in the order they come. An exception out of any of them stops the bus.
public interface ClusterHost {
    /// {@return where replication stands; asked with every tick}
    HostStatus status();

    /// {@return how long ago the data loop last finished a turn}
    ///
    /// An idle loop has to turn by itself now and then (ten times per node timeout is plenty). When this exceeds the node
    /// timeout, the node falls silent on the bus, so that others take over.
    long millisSinceLastTurn();

    /// [ClusterBus#view] has changed.
    void viewChanged(ClusterView view);

    /// Be a replica of `primary`, whatever the node was before.
    ///
    /// @param fullSync whether a partial synchronisation must not be tried, because the data is that of another shard
    void replicateFrom(NodeId primary, String ip, int port, boolean fullSync);

    /// Be a primary: stop replicating, keep the data, start a new replication id with the old one as secondary.
    void becomePrimary(long configEpoch);

    /// Remove every key.
    void emptyDatabase();

    /// Hold writes and everything else that may move the replication offset, then call [ClusterBus#writesPaused]. The pause
    /// ends with [#resumeWrites], or by itself at `untilMs` of [ClusterBus#clock].
    void pauseWrites(long untilMs);

    /// End the pause, if there is one.
    void resumeWrites();

    /// Delete all keys in slots that belong to another node now, and tell replicas and AOF.
    void dropSlotKeys(SlotSet slots);

    /// Hand a message that another node published to local subscribers.
    void deliver(boolean sharded, PublishBody body);

    /// The bus has stopped for good: nodes.conf cannot be written, or a bug was found. The node must stop serving.
    void busFailed(Throwable cause);
}
