// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeFlags;
import org.jspecify.annotations.Nullable;

/// A spare replica moves to a primary that has lost all of its own (cluster spec, "Replica migration").
///
/// One replica moves at a time: the one with the smallest id among all replicas of the primaries that have the most.
final class ReplicaMigration {
    private static final long ORPHANED_MS_MIN = 5000;

    private final Core core;
    private final ClusterState state;
    private final Roles roles;

    ReplicaMigration(Core core, ClusterState state, Roles roles) {
        this.core = core;
        this.state = state;
        this.roles = roles;
    }

    void tick() {
        for (Node node : core.table.nodes()) {
            if (!isOrphan(node)) {
                node.orphanedSinceMs = 0;
            } else if (node.orphanedSinceMs == 0) {
                node.orphanedSinceMs = core.nowMs;
            }
        }
        Node target = decide();
        if (target != null) {
            core.info("replica migrates target=" + target.id());
            roles.replicate(target);
        }
    }

    private static boolean isOrphan(Node node) {
        if (!node.isVoter() || node.isFailed() || !node.has(NodeFlags.MIGRATE_TO)) {
            return false;
        }
        for (Node replica : node.replicas) {
            if (!replica.isFailed()) {
                return false;
            }
        }
        return true;
    }

    private @Nullable Node decide() {
        Node myself = core.myself();
        Node primary = myself.primary;
        if (primary == null || !core.config.allowReplicaMigration() || !state.ok()) {
            return null;
        }
        int most = 0;
        Node orphan = null;
        for (Node node : core.table.nodes()) {
            if (!node.isPrimary() || node.isFailed()) {
                continue;
            }
            most = Math.max(most, node.workingReplicas());
            if (orphan == null
                    && node.orphanedSinceMs != 0
                    && core.nowMs - node.orphanedSinceMs > ORPHANED_MS_MIN) {
                orphan = node;
            }
        }
        if (orphan == null
                || most < 2
                || primary.workingReplicas() != most
                || primary.workingReplicas() <= core.config.migrationBarrier()) {
            return null;
        }
        for (Node node : core.table.nodes()) {
            if (node.isPrimary()
                    && node.workingReplicas() == most
                    && !node.replicas.isEmpty()
                    && node.replicas.getFirst().compareTo(myself) < 0) {
                return null;
            }
        }
        return orphan;
    }
}
