// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.model;

import org.jspecify.annotations.Nullable;

/// One line of nodes.conf.
///
/// @param humanNodename announced name for people, null when there is none
/// @param shardId null when the file is of Redis 7.0 and has none
/// @param flags contains [NodeFlags#MYSELF] in exactly one line of a file
/// @param primary of a replica; null for a primary, or when it is not known
/// @param pingSentMs Unix time of the ping that has no answer yet, 0 when there is none
/// @param pongReceivedMs Unix time of the last PONG, 0 when there was none
/// @param configEpoch for a replica that of its primary; readers take it for primaries only
/// @param connected whether our outbound link to it was up
public record PersistedNode(
        NodeId id,
        NodeAddress address,
        @Nullable String humanNodename,
        @Nullable ShardId shardId,
        NodeFlags flags,
        @Nullable NodeId primary,
        long pingSentMs,
        long pongReceivedMs,
        long configEpoch,
        boolean connected,
        SlotSet slots) {}
