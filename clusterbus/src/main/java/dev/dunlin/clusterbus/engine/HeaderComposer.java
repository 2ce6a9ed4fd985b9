// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeAddress;
import dev.dunlin.clusterbus.model.NodeFlags;
import dev.dunlin.clusterbus.wire.BusHeader;
import dev.dunlin.clusterbus.wire.MessageFlags;

/// What every message says about this node.
///
/// A replica speaks for its primary: its slots, its configEpoch (cluster spec, "Cluster nodes header"). Its own would make
/// voters refuse it and others correct it. A replica without a known primary has nothing to speak for.
final class HeaderComposer {
    private final Core core;
    private final ClusterState state;

    /// Set while this node is a primary that has paused writes for a manual failover.
    private boolean paused;

    HeaderComposer(Core core, ClusterState state) {
        this.core = core;
        this.state = state;
    }

    void paused(boolean nowPaused) {
        paused = nowPaused;
    }

    BusHeader header() {
        Node myself = core.myself();
        Node head = myself.head();
        NodeAddress address = myself.address;
        int messageFlags = MessageFlags.EXT_DATA | (paused ? MessageFlags.PAUSED : 0);
        return new BusHeader(
                myself.id(),
                core.table.currentEpoch(),
                myself.claimEpoch(),
                core.status.offset(),
                head.slots(),
                myself.isReplica() && myself.primary != null ? myself.primary.id() : null,
                core.config.announced().ip(),
                address.port(),
                address.secondaryPort(),
                address.busPort(),
                NodeFlags.of(myself.flags()),
                state.ok(),
                new MessageFlags(messageFlags));
    }
}
