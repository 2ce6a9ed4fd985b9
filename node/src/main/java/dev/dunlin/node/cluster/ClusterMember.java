// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.cluster;

import dev.dunlin.clusterbus.BusConfig;
import dev.dunlin.clusterbus.ClusterBus;
import dev.dunlin.clusterbus.ClusterHost;
import dev.dunlin.clusterbus.engine.ClusterCommand;
import dev.dunlin.clusterbus.engine.CommandResult;
import dev.dunlin.clusterbus.engine.HostStatus;
import dev.dunlin.clusterbus.model.ClusterView;
import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.model.WriteLeaseView;
import dev.dunlin.clusterbus.store.NodesConfException;
import dev.dunlin.clusterbus.transport.BusTransport;
import dev.dunlin.clusterbus.wire.PublishBody;
import dev.dunlin.node.resp.RespError;
import java.io.IOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The data node's side of the cluster bus: carries the bus's orders to the node's loop, and the node's facts to the bus.
///
/// ```
///   node loop                                      bus loop
///   route(), view(), execute() ---- asks ----->    ClusterBus
///   Duties (on the loop)       <--- orders ----    ClusterHost (this class)
/// ```
///
/// Thread: methods of [ClusterHost] are called on the bus loop; all others on the node's loop.
public final class ClusterMember implements ClusterHost, AutoCloseable {
    /// What the bus asks of the node. Every method is called on the node's loop, in the order of the orders.
    public interface Duties {
        /// Runs `task` on the node's loop.
        void submit(Runnable task);

        /// The cluster looks different now; held clients may be served or redirected.
        void viewChanged(ClusterView view);

        void replicateFrom(NodeId primary, String ip, int port, boolean fullSync);

        void becomePrimary();

        void emptyDatabase();

        void pauseWrites(long untilMs);

        void resumeWrites();

        void dropSlotKeys(SlotSet slots);

        void deliver(boolean sharded, PublishBody body);

        /// The bus is gone for good: stop the node.
        void busFailed(Throwable cause);
    }

    private final Duties duties;
    private final LongSupplier millisSinceLastTurn;
    private final ClusterBus bus;
    private volatile HostStatus status = HostStatus.primary(0);

    // Owned by the node's loop.
    private RoutingTable routing;
    private ClusterView view;
    private SlotRouter.Options options = new SlotRouter.Options(EndpointType.IP, false);

    /// Until when (engine time) the node was frozen; it serves only under a lease that was confirmed later.
    private long frozenUntilMs;

    private ClusterMember(
            BusConfig config,
            BusTransport transport,
            Duties duties,
            LongSupplier millisSinceLastTurn)
            throws IOException, NodesConfException {
        this.duties = duties;
        this.millisSinceLastTurn = millisSinceLastTurn;
        this.bus = ClusterBus.start(config, this, transport);
        this.view = bus.view();
        this.routing = RoutingTable.of(view, null);
    }

    /// Joins the bus; to be called when the data set is loaded.
    ///
    /// @param millisSinceLastTurn how long the node's loop has not turned; called on the bus loop
    /// @throws NodesConfException when nodes.conf is broken or in use
    /// @throws IOException when it cannot be read or written, or the bus port is taken
    public static ClusterMember join(
            BusConfig config,
            BusTransport transport,
            Duties duties,
            LongSupplier millisSinceLastTurn)
            throws IOException, NodesConfException {
        return new ClusterMember(config, transport, duties, millisSinceLastTurn);
    }

    /// {@return the cluster as this node sees it now}
    @SuppressWarnings("ReferenceEquality") // A view is immutable, and each change is a new one.
    public ClusterView view() {
        ClusterView latest = bus.view();
        if (latest != view) {
            view = latest;
            routing = RoutingTable.of(latest, routing);
        }
        return view;
    }

    public ClusterBus bus() {
        return bus;
    }

    /// Carries out a CLUSTER command; its result is visible in [#view] at once.
    public CommandResult execute(ClusterCommand command) {
        return bus.execute(command);
    }

    /// {@return how redirects name nodes}
    public EndpointType endpointType() {
        return options.endpointType();
    }

    /// Sets `cluster-preferred-endpoint-type` and `cluster-allow-reads-when-down`.
    public void configure(String preferredEndpointType, boolean readsWhenDown) {
        options = new SlotRouter.Options(EndpointType.parse(preferredEndpointType), readsWhenDown);
    }

    /// {@return whether a command with one key in `slot` is served here without a further question}
    public boolean servesPlainly(int slot) {
        view();
        return routing.isPlain(slot);
    }

    /// {@return the error for a client whose command this node does not serve, or null}
    ///
    /// @param missing how many of the keys this node does not have; asked only when it matters
    public @Nullable RespError refusal(
            int slot,
            boolean sameSlot,
            int keys,
            java.util.function.IntSupplier missing,
            boolean write,
            boolean migrate,
            boolean asking,
            boolean readOnly) {
        ClusterView now = view();
        boolean open = now.migrating().containsKey(slot) || now.importing().containsKey(slot);
        return SlotRouter.refusal(
                now,
                new SlotRouter.Question(
                        slot,
                        sameSlot,
                        keys,
                        open && sameSlot ? missing.getAsInt() : 0,
                        write,
                        migrate,
                        asking,
                        readOnly),
                options);
    }

    /// {@return whether this node, being a primary, may serve at this instant; see [WriteLeaseView]}
    public boolean mayServe() {
        ClusterView now = view();
        if (!now.isPrimary()) {
            return true;
        }
        WriteLeaseView lease = now.lease();
        return lease.validAt(bus.clock().nowMs())
                && (frozenUntilMs == 0 || lease.confirmedSinceMs() > frozenUntilMs);
    }

    /// The node's loop did not run for a while: what it believes of its role may be out of date.
    public void wasFrozen() {
        frozenUntilMs = bus.clock().nowMs();
        bus.hostWasFrozen();
    }

    /// Publishes the facts that the bus asks for with its next tick.
    public void report(HostStatus now) {
        status = now;
    }

    @Override
    public HostStatus status() {
        return status;
    }

    @Override
    public long millisSinceLastTurn() {
        return millisSinceLastTurn.getAsLong();
    }

    @Override
    public void viewChanged(ClusterView changed) {
        duties.submit(() -> duties.viewChanged(changed));
    }

    @Override
    public void replicateFrom(NodeId primary, String ip, int port, boolean fullSync) {
        duties.submit(() -> duties.replicateFrom(primary, ip, port, fullSync));
    }

    @Override
    public void becomePrimary(long configEpoch) {
        duties.submit(duties::becomePrimary);
    }

    @Override
    public void emptyDatabase() {
        duties.submit(duties::emptyDatabase);
    }

    @Override
    public void pauseWrites(long untilMs) {
        duties.submit(() -> duties.pauseWrites(untilMs));
    }

    @Override
    public void resumeWrites() {
        duties.submit(duties::resumeWrites);
    }

    @Override
    public void dropSlotKeys(SlotSet slots) {
        duties.submit(() -> duties.dropSlotKeys(slots));
    }

    @Override
    public void deliver(boolean sharded, PublishBody body) {
        duties.submit(() -> duties.deliver(sharded, body));
    }

    @Override
    public void busFailed(Throwable cause) {
        duties.submit(() -> duties.busFailed(cause));
    }

    @Override
    public void close() {
        bus.close();
    }
}
