// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.cluster;

import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The slots that this node serves without any further question.
///
/// That is the case for nearly every command of a healthy cluster, so it is one load; everything else ([SlotRouter]) may take its time. Made
/// anew only when the parts of the view that it depends on have changed.
///
/// Immutable.
final class RoutingTable {
    private final SlotSet plain;
    private final SlotSet mine;
    private final Map<Integer, NodeId> migrating;
    private final boolean ok;

    private RoutingTable(ClusterView view) {
        this.mine = view.me().slots();
        this.migrating = view.migrating();
        this.ok = view.health().ok();
        this.plain = ok ? kept(mine, migrating) : SlotSet.EMPTY;
    }

    private static SlotSet kept(SlotSet mine, Map<Integer, NodeId> migrating) {
        if (migrating.isEmpty()) {
            return mine;
        }
        var kept = mine.toBuilder();
        migrating.keySet().forEach(kept::remove);
        return kept.build();
    }

    /// {@return the table for `view`, `before` itself when nothing that matters has changed}
    static RoutingTable of(ClusterView view, @Nullable RoutingTable before) {
        return before != null && before.fits(view) ? before : new RoutingTable(view);
    }

    /// {@return whether this node owns the slot, keeps it, and the cluster is up}
    boolean isPlain(int slot) {
        return plain.contains(slot);
    }

    @SuppressWarnings("ReferenceEquality") // Consecutive views share what did not change.
    private boolean fits(ClusterView view) {
        return mine == view.me().slots()
                && migrating.equals(view.migrating())
                && ok == view.health().ok();
    }
}
