// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import org.jspecify.annotations.Nullable;

/// One node as this node sees it: a line of `CLUSTER NODES` and more.
///
/// @param shardId null when a node of Redis 7.0 has not told any
/// @param primary null for a primary, or when a replica's primary is not known
/// @param pingSentMs Unix time of our unanswered ping, 0 when there is none
/// @param pongReceivedMs Unix time of the last PONG, 0 when there was none
/// @param configEpoch for a replica that of its primary
/// @param slots owned by this node itself; empty for a replica
/// @param offset last announced replication offset; of this node itself the last the host reported
/// @param failureReports primaries that suspect it at present, this node not counted
/// @param outboundSinceMs when our link to it was made, 0 when it is not open
/// @param inboundSinceMs when its link to us was made, 0 when there is none
public record NodeView(
        NodeId id,
        NodeAddress address,
        @Nullable String humanNodename,
        @Nullable ShardId shardId,
        NodeFlags flags,
        @Nullable NodeId primary,
        long pingSentMs,
        long pongReceivedMs,
        long configEpoch,
        SlotSet slots,
        long offset,
        int failureReports,
        long outboundSinceMs,
        long inboundSinceMs) {
    /// {@return whether `CLUSTER NODES` calls the node connected}
    public boolean connected() {
        return flags.isMyself() || outboundSinceMs != 0;
    }

    public boolean isPrimary() {
        return flags.isPrimary();
    }
}
