// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.NodeView;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Makes views, sharing with the one before whatever did not change.
final class ViewBuilder {
    /// Times and offsets in a view may be this old; what matters for routing never is.
    private static final long TIMES_MS = 100;

    private final Core core;
    private final ClusterState state;
    private final WriteLease lease;
    private final ManualFailover manualFailover;
    private SortedMap<NodeId, NodeView> nodes = Collections.emptySortedMap();
    private long timesAtMs;

    ViewBuilder(Core core, ClusterState state, WriteLease lease, ManualFailover manualFailover) {
        this.core = core;
        this.state = state;
        this.lease = lease;
        this.manualFailover = manualFailover;
    }

    /// {@return whether times and offsets are due for a refresh}
    boolean isDue() {
        return core.nowMs - timesAtMs >= TIMES_MS;
    }

    ClusterView build() {
        if (isDue()) {
            timesAtMs = core.nowMs;
            core.myself().offset = core.status.offset();
            for (Node node : core.table.nodes()) {
                node.touch();
            }
        }
        if (nodesStale()) {
            var fresh = new TreeMap<NodeId, NodeView>();
            for (Node node : core.table.nodes()) {
                fresh.put(node.id(), node.view());
            }
            nodes = Collections.unmodifiableSortedMap(fresh);
        }
        return new ClusterView(
                core.nowMs,
                core.myself().id(),
                nodes,
                core.table.ownersView(),
                marks(core.table.migrating),
                marks(core.table.importing),
                state.health(),
                core.table.currentEpoch(),
                lease.view(),
                manualFailover.writesPausedUntilMs(),
                core.outbox.counts());
    }

    private boolean nodesStale() {
        if (nodes.size() != core.table.size()) {
            return true;
        }
        for (Node node : core.table.nodes()) {
            if (node.viewStale()) {
                return true;
            }
        }
        return false;
    }

    private static Map<Integer, NodeId> marks(SortedMap<Integer, Node> open) {
        if (open.isEmpty()) {
            return Collections.emptyMap();
        }
        var ids = new TreeMap<Integer, NodeId>();
        open.forEach((slot, node) -> ids.put(slot, node.id()));
        return Collections.unmodifiableMap(ids);
    }
}
