// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import dev.dunlin.clusterbus.model.NodeId;
import org.jspecify.annotations.Nullable;

/// One connection of the bus at one instant: an element of `CLUSTER LINKS`.
///
/// @param inbound whether the other node opened it
/// @param node who speaks on it, null when nobody has yet
/// @param createdMs when it was opened, or when we began to open it
/// @param sendBufferBytes bytes that wait for the other end to read
public record LinkView(
        boolean inbound, @Nullable NodeId node, long createdMs, long sendBufferBytes) {}
