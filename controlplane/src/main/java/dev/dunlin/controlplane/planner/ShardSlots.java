// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.planner;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;

/// A shard as the planner sees it.
///
/// @param primary its name
/// @param slots what it owns
/// @param weight its share relative to the others; 0 for a shard that shall be empty
public record ShardSlots(NodeId primary, SlotSet slots, double weight) {
    /// Throws `IllegalArgumentException` for a weight that is negative, infinite or not a number.
    public ShardSlots {
        if (!(weight >= 0) || Double.isInfinite(weight)) {
            throw new IllegalArgumentException("weight of " + primary + " must be 0 or more");
        }
    }
}
