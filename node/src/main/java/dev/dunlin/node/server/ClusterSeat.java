// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.clusterbus.BusConfig;
import dev.dunlin.clusterbus.engine.EngineConfig;
import dev.dunlin.clusterbus.store.NodesConfException;
import dev.dunlin.clusterbus.transport.BusTransport;
import dev.dunlin.node.cluster.ClusterMember;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// The node's seat in its cluster: takes it, and has it follow the directives that concern it.
///
/// Thread: owned by the node's loop, but for `take` and `close`, which the node's owner calls.
final class ClusterSeat implements AutoCloseable {
    private final NodeLoop loop;
    private final Settings settings;
    private final NodeGuards guards;
    private final ClusterDuties duties;
    private volatile @Nullable ClusterMember member;

    ClusterSeat(NodeLoop loop, Settings settings, NodeGuards guards, ClusterDuties duties) {
        this.loop = loop;
        this.settings = settings;
        this.guards = guards;
        this.duties = duties;
    }

    /// {@return the member, or null as long as the seat is not taken; any thread}
    @Nullable ClusterMember member() {
        return member;
    }

    /// Starts the bus.
    ///
    /// @param port that clients connect to
    void take(int port) throws IOException, NodesConfException {
        BusConfig config = BusSettings.read(settings, port);
        ClusterMember joined = ClusterMember.join(config, BusTransport.nio(), duties, loop::idleMs);
        loop.submit(() -> {
            member = joined;
            configureRouting(joined);
            guards.join(joined);
            duties.join(joined);
            loop.watchPauses(config.engine().leaseMs(), joined::wasFrozen);
            duties.report();
            settings.onChange(() -> configure(joined, port, config.busPort()), BusSettings.ALL);
        });
    }

    /// CONFIG SET has changed something that the cluster's rules depend on.
    private void configure(ClusterMember joined, int port, int busPort) {
        EngineConfig changed = BusSettings.engine(settings, port, busPort);
        configureRouting(joined);
        loop.watchPauses(changed.leaseMs(), joined::wasFrozen);
        joined.bus().configure(changed);
    }

    private void configureRouting(ClusterMember joined) {
        joined.configure(
                settings.get(Directives.CLUSTER_PREFERRED_ENDPOINT_TYPE),
                settings.get(Directives.CLUSTER_ALLOW_READS_WHEN_DOWN));
    }

    @Override
    public void close() {
        ClusterMember joined = member;
        if (joined != null) {
            joined.close();
        }
    }
}
