// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.planner;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;

/// Slots that go from one shard to another.
public record SlotMove(NodeId source, NodeId target, SlotSet slots) {}
