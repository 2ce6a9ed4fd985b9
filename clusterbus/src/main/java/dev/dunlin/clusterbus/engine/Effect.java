// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.PersistedState;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.BusMessage;
import dev.dunlin.clusterbus.wire.PublishBody;

/// What the engine asks of the outside world, to be carried out in the order of the list.
///
/// Within one step that order is: the one [Persist] if there is any, [PromoteSelf], the view, what else concerns the data set, links
/// and messages, deliveries and answers.
public sealed interface Effect {
    /// Write nodes.conf before any later effect is carried out.
    ///
    /// @param fsync also force it to the disk: a vote or a promotion that is not on disk never happened
    record Persist(PersistedState state, boolean fsync) implements Effect {}

    /// Open a connection. Exactly one [Event.Connected] or [Event.ConnectFailed] follows unless it is disconnected before.
    record Connect(LinkId link, NodeId node, String ip, int busPort) implements Effect {}

    /// Close a connection, open or still connecting. No event about it follows.
    record Disconnect(LinkId link) implements Effect {}

    /// Send on this very link. `link.inbound()` tells an answer from a message on our own connection. A link that is gone, or
    /// whose buffer is full, loses the message: nothing is queued across connections.
    record Send(LinkId link, BusMessage message) implements Effect {}

    /// Replace the view that the data loop reads.
    record PublishView(ClusterView view) implements Effect {}

    /// Be a replica of `primary`, whatever the node was before.
    ///
    /// @param fullSync whether a partial synchronisation must not be tried, because the data is that of another shard
    record ReplicateFrom(NodeId primary, String ip, int port, boolean fullSync) implements Effect {}

    /// Be a primary: stop replicating, keep the data, start a new replication id with the old one as secondary.
    record PromoteSelf(long configEpoch) implements Effect {}

    /// Remove every key (CLUSTER RESET of a replica).
    record EmptyDatabase() implements Effect {}

    /// Hold writes, and everything that may move the replication offset (expiry, eviction, keep-alive), until this time or
    /// [ResumeWrites]; then report [Event.WritesPaused].
    record PauseWrites(long untilMs) implements Effect {}

    /// End the pause.
    record ResumeWrites() implements Effect {}

    /// Delete all keys in slots that belong to another node now, and tell replicas and AOF.
    record DropSlotKeys(SlotSet slots) implements Effect {}

    /// Hand a message that another node published to local subscribers.
    record Deliver(boolean sharded, PublishBody body) implements Effect {}

    /// The result of the command with this token.
    record Answer(long token, CommandResult result) implements Effect {}

    /// Something for the log: a fixed phrase, then logfmt.
    record Note(Severity severity, String text) implements Effect {}

    /// How loud a [Note] is.
    enum Severity {
        DEBUG,
        INFO,
        WARN
    }
}
