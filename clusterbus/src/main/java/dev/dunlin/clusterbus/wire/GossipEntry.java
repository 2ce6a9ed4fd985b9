// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.model.NodeId;

/// What the sender of a PING, PONG or MEET thinks of a third node.
///
/// @param pingSentSeconds Unix time of the sender's unanswered ping, 0 when there is none
/// @param pongReceivedSeconds Unix time of the last PONG it got
/// @param ip numeric address, may be empty
public record GossipEntry(
        NodeId node,
        long pingSentSeconds,
        long pongReceivedSeconds,
        String ip,
        int port,
        int secondaryPort,
        int busPort,
        NodeFlags flags) {}
