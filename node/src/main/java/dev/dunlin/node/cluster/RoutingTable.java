// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.cluster;

import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotOwners;
import java.util.Map;

/// For each slot, whether this node serves it without any further question.
///
/// That is the case for nearly every command of a healthy cluster, so it is one array access; everything else ([SlotRouter]) may take its
/// time. Rebuilt only when the parts of the view that it depends on have changed.
///
/// Immutable.
final class RoutingTable {
    private final boolean[] plain;
    private final SlotOwners owners;
    private final Map<Integer, NodeId> migrating;
    private final NodeId myself;
    private final boolean ok;

    private RoutingTable(boolean[] plain, ClusterView view) {
        this.plain = plain;
        this.owners = view.owners();
        this.migrating = view.migrating();
        this.myself = view.myself();
        this.ok = view.health().ok();
    }

    /// {@return the table for `view`, `before` itself when nothing that matters has changed}
    static RoutingTable of(
            ClusterView view, @org.jspecify.annotations.Nullable RoutingTable before) {
        if (before != null && before.fits(view)) {
            return before;
        }
        boolean[] plain = new boolean[dev.dunlin.clusterbus.model.Slot.COUNT];
        if (view.health().ok()) {
            for (int slot = 0; slot < plain.length; slot++) {
                plain[slot] = view.isMine(slot) && !view.migrating().containsKey(slot);
            }
        }
        return new RoutingTable(plain, view);
    }

    /// {@return whether this node owns the slot, keeps it, and the cluster is up}
    boolean isPlain(int slot) {
        return plain[slot];
    }

    @SuppressWarnings("ReferenceEquality") // Consecutive views share what did not change.
    private boolean fits(ClusterView view) {
        return owners == view.owners()
                && migrating.equals(view.migrating())
                && myself.equals(view.myself())
                && ok == view.health().ok();
    }
}
