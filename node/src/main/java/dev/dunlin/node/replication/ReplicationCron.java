// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.ArrayList;
import java.util.List;

/// Which of replication's regular duties are due now. Ticked about ten times a second; most ticks have no duty.
///
/// Both sides have a heartbeat of one second. A primary sends line ends to replicas that wait for a snapshot, a PING through
/// the stream every `repl-ping-replica-period`, and drops replicas that are silent for `repl-timeout`. A replica sends its
/// offset, or line ends while it loads, and drops a silent link.
///
/// Thread: none of its own.
public final class ReplicationCron {
    private static final long BEAT_MS = 1000;

    /// Something to do.
    public sealed interface Duty {
        /// Append a PING to the stream.
        record Ping() implements Duty {}

        /// Send a bare line end to a replica that waits; it is outside the offset.
        record KeepAlive(ReplicaProgress replica) implements Duty {}

        /// Close the connection of a silent replica.
        record DropReplica(ReplicaProgress replica) implements Duty {}

        /// Stop keeping a backlog, under a new identity: nobody has wanted it for long.
        record DropBacklog() implements Duty {}

        /// Open the link.
        record Connect() implements Duty {}

        /// Tell the primary our offset.
        record SendAck() implements Duty {}

        /// Tell the primary that we are alive, while loading.
        record SendKeepAlive() implements Duty {}

        /// Close the link and connect again: the primary is silent.
        record DropLink() implements Duty {}
    }

    /// What the rules look at.
    ///
    /// @param primary whether this node is a primary, not a replica with sub-replicas
    /// @param writesPaused whether a failover holds back writes: then the stream must stand still
    /// @param backlogActive whether a backlog exists
    /// @param replicas attached replicas
    /// @param link state of our own link
    /// @param linkHeardMs when anything last came over it
    public record View(
            boolean primary,
            boolean writesPaused,
            boolean backlogActive,
            List<ReplicaProgress> replicas,
            LinkState link,
            long linkHeardMs) {}

    private long nextBeatMs = Long.MIN_VALUE;
    private long lastPingMs;
    private long lastReplicaMs;
    private boolean started;

    /// {@return what is due at `nowMs`, to be done in this order}
    public List<Duty> tick(long nowMs, ReplicationConfig config, View view) {
        if (!started) {
            started = true;
            lastPingMs = nowMs;
            lastReplicaMs = nowMs;
        }
        if (!view.replicas().isEmpty()) {
            lastReplicaMs = nowMs;
        }
        List<Duty> duties = new ArrayList<>();
        linkTimeout(nowMs, config, view, duties);
        if (nowMs < nextBeatMs) {
            return duties;
        }
        nextBeatMs = nowMs + BEAT_MS;
        linkBeat(view, duties);
        ping(nowMs, config, view, duties);
        replicaBeat(nowMs, config, view, duties);
        backlog(nowMs, config, view, duties);
        return duties;
    }

    private static void linkTimeout(
            long nowMs, ReplicationConfig config, View view, List<Duty> duties) {
        boolean silent = nowMs - view.linkHeardMs() > config.timeoutMs();
        switch (view.link()) {
            // The handshake watches its own time; loading takes as long as it takes.
            case NONE, CONNECT, CONNECTING, HANDSHAKE, LOADING -> {}
            case TRANSFER, CONNECTED -> {
                if (silent) {
                    duties.add(new Duty.DropLink());
                }
            }
        }
    }

    private static void linkBeat(View view, List<Duty> duties) {
        switch (view.link()) {
            case CONNECT -> duties.add(new Duty.Connect());
            case LOADING -> duties.add(new Duty.SendKeepAlive());
            case CONNECTED -> duties.add(new Duty.SendAck());
            case NONE, CONNECTING, HANDSHAKE, TRANSFER -> {}
        }
    }

    private void ping(long nowMs, ReplicationConfig config, View view, List<Duty> duties) {
        // A replica forwards its primary's PINGs and never adds one.
        if (nowMs - lastPingMs < config.pingPeriodMs()) {
            return;
        }
        lastPingMs = nowMs;
        if (view.primary() && !view.writesPaused() && !view.replicas().isEmpty()) {
            duties.add(new Duty.Ping());
        }
    }

    private static void replicaBeat(
            long nowMs, ReplicationConfig config, View view, List<Duty> duties) {
        for (ReplicaProgress replica : view.replicas()) {
            boolean silent = replica.lagMs(nowMs) > config.timeoutMs();
            switch (replica.state()) {
                case WAIT_SNAPSHOT -> duties.add(new Duty.KeepAlive(replica));
                case SEND_SNAPSHOT, AWAIT_ACK -> {
                    if (silent) {
                        duties.add(new Duty.DropReplica(replica));
                    }
                }
                case ONLINE -> {
                    if (silent && replica.sendsAcks()) {
                        duties.add(new Duty.DropReplica(replica));
                    }
                }
            }
        }
    }

    private void backlog(long nowMs, ReplicationConfig config, View view, List<Duty> duties) {
        boolean forgotten =
                config.backlogTtlMs() > 0
                        && view.replicas().isEmpty()
                        && nowMs - lastReplicaMs > config.backlogTtlMs();
        // A replica keeps its backlog, so that it can serve its siblings when it is promoted.
        if (view.primary() && view.backlogActive() && forgotten) {
            duties.add(new Duty.DropBacklog());
        }
    }
}
