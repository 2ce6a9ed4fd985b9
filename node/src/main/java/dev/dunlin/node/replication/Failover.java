// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// FAILOVER of one primary: how it hands its role to a replica that has all of its data. Rules only, no I/O.
///
/// ```
/// NONE -> WAITING_FOR_SYNC -> IN_PROGRESS -> NONE      the target has accepted our PSYNC FAILOVER, and we follow it
///                |                 |
///                +-----------------+-------> NONE      aborted: by an operator, by the time limit, or by the target
/// ```
///
/// Writes are paused from the first step to the last, so that there is an offset that the target can reach.
///
/// Thread: the node's loop.
public final class Failover {
    /// Where a failover stands.
    public enum State {
        NONE("no-failover"),
        WAITING_FOR_SYNC("waiting-for-sync"),
        IN_PROGRESS("failover-in-progress");

        private final String infoName;

        State(String infoName) {
            this.infoName = infoName;
        }

        /// {@return as INFO's `master_failover_state` prints it}
        public String infoName() {
            return infoName;
        }
    }

    /// What an operator asks for.
    ///
    /// @param target the replica to hand over to, or nothing for the first that is in sync
    /// @param force hand over when the time is up even if the target is not in sync
    /// @param timeoutMs how long to wait for it, 0 for ever
    public record Request(Optional<Replication.Primary> target, boolean force, long timeoutMs) {}

    /// What [#next] wants done.
    public sealed interface Step {
        record Wait() implements Step {}

        /// Hand over.
        record Follow(Replication.Primary target, boolean synced) implements Step {}

        record GiveUp(String reason) implements Step {}
    }

    private static final Step WAIT = new Step.Wait();

    private State state = State.NONE;
    private Optional<Replication.Primary> target = Optional.empty();
    private boolean force;
    private long deadlineMs;

    public State state() {
        return state;
    }

    /// {@return whether one was begun and is not over}
    public boolean isUnderWay() {
        return state != State.NONE;
    }

    /// {@return whom it hands over to, if that is decided}
    public Optional<Replication.Primary> target() {
        return target;
    }

    /// Begins, if that is possible.
    ///
    /// @param replica whether the node is one
    /// @return why not, or nothing
    Optional<String> begin(Request request, boolean replica, ReplicaAcks acks, long nowMs) {
        String refusal = refusal(request, replica, acks);
        if (refusal != null) {
            return Optional.of(refusal);
        }
        state = State.WAITING_FOR_SYNC;
        target = request.target();
        force = request.force();
        deadlineMs =
                request.timeoutMs() == 0 ? Long.MAX_VALUE : saturated(nowMs, request.timeoutMs());
        return Optional.empty();
    }

    private static long saturated(long nowMs, long timeoutMs) {
        return timeoutMs > Long.MAX_VALUE - nowMs ? Long.MAX_VALUE : nowMs + timeoutMs;
    }

    private @Nullable String refusal(Request request, boolean replica, ReplicaAcks acks) {
        if (isUnderWay()) {
            return "FAILOVER already in progress.";
        }
        if (replica) {
            return "FAILOVER is not valid when server is a replica.";
        }
        if (acks.replicas().isEmpty()) {
            return "FAILOVER requires connected replicas.";
        }
        if (request.force() && (request.timeoutMs() == 0 || request.target().isEmpty())) {
            return "FAILOVER with force option requires both a timeout and target HOST and IP.";
        }
        if (request.target().isPresent()) {
            ReplicaProgress wanted = find(request.target().get(), acks);
            if (wanted == null) {
                return "FAILOVER target HOST and PORT is not a replica.";
            }
            if (wanted.state() != ReplicaState.ONLINE) {
                return "FAILOVER target replica is not online.";
            }
        }
        return null;
    }

    private static @Nullable ReplicaProgress find(Replication.Primary address, ReplicaAcks acks) {
        for (ReplicaProgress replica : acks.replicas()) {
            if (replica.port() == address.port() && replica.ip().equals(address.host())) {
                return replica;
            }
        }
        return null;
    }

    /// Looks whether the hand-over is due; after acknowledgements came, and at each tick.
    Step next(ReplicaAcks acks, long offset, long nowMs) {
        if (state != State.WAITING_FOR_SYNC) {
            return WAIT;
        }
        if (nowMs >= deadlineMs) {
            if (!force || target.isEmpty()) {
                return new Step.GiveUp("Replica never caught up before timeout");
            }
            state = State.IN_PROGRESS;
            return new Step.Follow(target.get(), false);
        }
        ReplicaProgress synced = null;
        if (target.isPresent()) {
            ReplicaProgress wanted = find(target.get(), acks);
            synced = wanted != null && isSynced(wanted, offset) ? wanted : null;
        } else {
            for (ReplicaProgress replica : acks.replicas()) {
                synced = synced == null && isSynced(replica, offset) ? replica : synced;
            }
        }
        if (synced == null) {
            return WAIT;
        }
        state = State.IN_PROGRESS;
        var address = new Replication.Primary(synced.ip(), synced.port());
        target = Optional.of(address);
        return new Step.Follow(address, true);
    }

    private static boolean isSynced(ReplicaProgress replica, long offset) {
        return replica.state() == ReplicaState.ONLINE && replica.ackOffset() == offset;
    }

    /// It is over, one way or the other.
    void end() {
        state = State.NONE;
        target = Optional.empty();
        force = false;
        deadlineMs = 0;
    }
}
