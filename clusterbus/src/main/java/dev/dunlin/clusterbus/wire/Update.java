// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.wire;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;

/// Tells a node that claims slots under a stale epoch who owns them.
public record Update(BusHeader header, NodeId node, long configEpoch, SlotSet slots)
        implements BusMessage.Headed {}
