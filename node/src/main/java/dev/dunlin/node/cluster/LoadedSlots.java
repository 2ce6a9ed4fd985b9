// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.cluster;

import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeView;
import dev.dunlin.clusterbus.model.Slot;
import dev.dunlin.clusterbus.model.SlotRange;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/// What becomes of slots whose keys a primary has loaded from its files, but that are not its own in the cluster; as in Redis.
///
/// One that nobody owns it takes, which is how a data set comes into a new cluster. One that somebody else owns it opens as importing: the
/// keys are neither served nor lost, and `redis-cli --cluster fix` sees them.
public final class LoadedSlots {
    private LoadedSlots() {}

    /// {@return what is to be told to the bus, once the node has taken its seat; nothing for a replica, whose primary knows}
    ///
    /// @param keysInSlot how many keys were loaded of a slot
    public static List<ClusterCommand> claims(ClusterView view, IntUnaryOperator keysInSlot) {
        List<ClusterCommand> claims = new ArrayList<>();
        if (!view.isPrimary()) {
            return claims;
        }
        var unowned = SlotSet.builder();
        for (int slot = 0; slot < Slot.COUNT; slot++) {
            if (keysInSlot.applyAsInt(slot) == 0
                    || view.isMine(slot)
                    || view.importing().containsKey(slot)) {
                continue;
            }
            NodeView owner = view.ownerOf(slot);
            if (owner == null) {
                unowned.add(slot);
            } else {
                claims.add(new ClusterCommand.SetSlotImporting(slot, owner.id().toString()));
            }
        }
        List<SlotRange> taken = unowned.build().ranges();
        if (!taken.isEmpty()) {
            claims.add(new ClusterCommand.AddSlots(taken));
        }
        return claims;
    }
}
