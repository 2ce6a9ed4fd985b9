// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.testkit;

import dev.dunlin.clusterbus.ClusterHost;
import dev.dunlin.clusterbus.engine.HostStatus;
import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.PublishBody;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/// A data node without data: remembers its orders, and says about itself what the test wants.
public final class FakeHost implements ClusterHost {
    /// Orders in the form `replicateFrom <id>`, in the order they came.
    public final List<String> orders = new CopyOnWriteArrayList<>();

    public final List<PublishBody> delivered = new CopyOnWriteArrayList<>();

    public volatile HostStatus status = HostStatus.primary(0);
    public volatile long millisSinceLastTurn;
    public volatile @Nullable Throwable failure;

    @Override
    public HostStatus status() {
        return status;
    }

    @Override
    public long millisSinceLastTurn() {
        return millisSinceLastTurn;
    }

    @Override
    public void viewChanged(ClusterView view) {}

    @Override
    public void replicateFrom(NodeId primary, String ip, int port, boolean fullSync) {
        orders.add("replicateFrom " + primary);
    }

    @Override
    public void becomePrimary(long configEpoch) {
        orders.add("becomePrimary");
    }

    @Override
    public void emptyDatabase() {
        orders.add("emptyDatabase");
    }

    @Override
    public void pauseWrites(long untilMs) {
        orders.add("pauseWrites");
    }

    @Override
    public void resumeWrites() {
        orders.add("resumeWrites");
    }

    @Override
    public void dropSlotKeys(SlotSet slots) {
        orders.add("dropSlotKeys " + slots);
    }

    @Override
    public void deliver(boolean sharded, PublishBody body) {
        delivered.add(body);
    }

    @Override
    public void busFailed(Throwable cause) {
        failure = cause;
    }
}
