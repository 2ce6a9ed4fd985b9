// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.CommandResult;
import dev.dunlin.clusterbus.engine.HostStatus;
import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.PublishBody;
import dev.dunlin.node.cluster.ClusterMember;
import dev.dunlin.node.cluster.LoadedSlots;
import dev.dunlin.node.keyspace.Keyspace;
import dev.dunlin.node.replication.LinkState;
import dev.dunlin.node.replication.Replication;
import dev.dunlin.node.replication.SnapshotCut;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Does on the node's loop what the cluster bus orders, and reports back how replication stands.
///
/// Thread: owned by the node's loop, but for `submit`.
final class ClusterDuties implements ClusterMember.Duties {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterDuties.class);

    private final NodeLoop loop;
    private final Keyspace keyspace;
    private final Replication replication;
    private final NodeGuards guards;
    private final Runnable retryHeld;
    private final Runnable stop;
    private @Nullable ClusterMember member;

    /// The primary that the bus has named last; null while this node is a primary.
    private @Nullable NodeId primary;

    private long linkDownSinceMs;
    private boolean everConnected;

    /// The history of the data set that was loaded, until the node's role is known.
    private Optional<SnapshotCut> saved = Optional.empty();

    ClusterDuties(
            NodeLoop loop,
            Keyspace keyspace,
            Replication replication,
            NodeGuards guards,
            Runnable retryHeld,
            Runnable stop) {
        this.loop = loop;
        this.keyspace = keyspace;
        this.replication = replication;
        this.guards = guards;
        this.retryHeld = retryHeld;
        this.stop = stop;
    }

    /// Before [#join]: the data set came from a file that says this of its history. Any thread but the loop.
    void restoring(Optional<SnapshotCut> cut) {
        loop.submit(() -> saved = cut);
    }

    void join(ClusterMember seat) {
        member = seat;
        if (seat.view().isPrimary()) {
            restore(true);
        }
        claimLoadedSlots(seat);
    }

    private void claimLoadedSlots(ClusterMember seat) {
        for (ClusterCommand claim :
                LoadedSlots.claims(seat.view(), keyspace.database(0)::slotSize)) {
            LOG.warn("keys were loaded of slots that are not mine claim={}", claim);
            if (seat.execute(claim) instanceof CommandResult.Refused(String text)) {
                LOG.error("claim of slots refused reason=\"{}\" claim={}", text, claim);
            }
        }
    }

    /// Takes over the data's history, now that the role is known.
    private void restore(boolean asPrimary) {
        saved.ifPresent(cut -> replication.restore(cut, asPrimary));
        saved = Optional.empty();
    }

    /// Tells the bus where replication stands; once per tick, and when something of it has changed.
    void report() {
        ClusterMember seat = member;
        if (seat == null) {
            return;
        }
        long offset = replication.log().offset();
        NodeId following = primary;
        if (following == null) {
            seat.report(HostStatus.primary(offset));
            return;
        }
        boolean up = replication.linkState() == LinkState.CONNECTED;
        if (up) {
            everConnected = true;
            seat.report(
                    new HostStatus(
                            offset, following, HostStatus.Link.UP, replication.linkHeardMs()));
        } else {
            seat.report(
                    new HostStatus(
                            everConnected ? offset : 0,
                            following,
                            everConnected ? HostStatus.Link.DOWN : HostStatus.Link.NEVER_SYNCED,
                            linkDownSinceMs));
        }
    }

    /// The link to the primary has entered another state.
    void linkChanged(LinkState state) {
        if (state == LinkState.CONNECT) {
            linkDownSinceMs = loop.nowMs();
        }
        report();
    }

    @Override
    public void submit(Runnable task) {
        loop.submit(() -> {
            loop.turn();
            task.run();
        });
    }

    @Override
    public void viewChanged(ClusterView view) {
        retryHeld.run();
    }

    @Override
    public void replicateFrom(NodeId newPrimary, String ip, int port, boolean fullSync) {
        LOG.info(
                "replicating from node={} addr={}:{} full_sync={}", newPrimary, ip, port, fullSync);
        if (!newPrimary.equals(primary)) {
            primary = newPrimary;
            linkDownSinceMs = loop.nowMs();
            everConnected = everConnected && !fullSync;
        }
        restore(false);
        replication.follow(ip, port);
        report();
        retryHeld.run();
    }

    @Override
    public void becomePrimary() {
        LOG.info("promoted by the cluster offset={}", replication.log().offset());
        primary = null;
        everConnected = false;
        restore(true);
        replication.promote();
        report();
        retryHeld.run();
    }

    @Override
    public void emptyDatabase() {
        keyspace.clear();
    }

    @Override
    public void pauseWrites(long untilMs) {
        ClusterMember seat = member;
        if (seat == null) {
            return;
        }
        long leftMs = untilMs - seat.bus().clock().nowMs();
        guards.pauseWrites(loop.nowMs() + Math.max(0, leftMs));
        replication.pauseWrites(true);
        seat.bus().writesPaused(replication.log().offset());
        report();
    }

    @Override
    public void resumeWrites() {
        guards.pauseWrites(0);
        replication.pauseWrites(false);
        retryHeld.run();
    }

    @Override
    public void dropSlotKeys(SlotSet slots) {
        slots.forEach(slot -> keyspace.database(0).dropSlot(slot));
    }

    @Override
    public void deliver(boolean sharded, PublishBody body) {
        // No client can subscribe yet: messages of other nodes find no one.
    }

    @Override
    public void busFailed(Throwable cause) {
        LOG.error("cluster bus has stopped, so the node stops", cause);
        stop.run();
    }
}
