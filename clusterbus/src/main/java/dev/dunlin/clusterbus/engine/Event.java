// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.SlotSet;
import dev.dunlin.clusterbus.wire.BusMessage;
import dev.dunlin.clusterbus.wire.PublishBody;

/// What the outside world tells the engine.
///
/// `nowMs` is Unix time in milliseconds by a clock that never goes back and does not jump: the wall clock at start plus
/// what the monotonic clock (one that keeps running while the machine is suspended) has counted since.
public sealed interface Event {
    long nowMs();

    /// Time has passed. To come every [EngineConfig#tickIntervalMs]; later is safe, only slower.
    record Tick(long nowMs) implements Event {}

    /// A peer opened a connection to our bus port.
    ///
    /// @param peerIp numeric address of the other end
    /// @param localIp numeric address of our end, which is how we learn under which address others reach us
    record Accepted(LinkId link, String peerIp, String localIp, long nowMs) implements Event {}

    /// A connection asked for with [Effect.Connect] is open.
    record Connected(LinkId link, long nowMs) implements Event {}

    /// A connection asked for with [Effect.Connect] did not open.
    ///
    /// @param refused whether the other machine answered that nobody listens, as opposed to silence
    record ConnectFailed(LinkId link, boolean refused, long nowMs) implements Event {}

    /// An open connection ended without our asking for it.
    ///
    /// @param byPeer whether the other end closed or reset it, as opposed to a timeout or a limit of ours
    record LinkClosed(LinkId link, boolean byPeer, long nowMs) implements Event {}

    /// A whole, well-formed message arrived. Messages of one link arrive in the order they were sent.
    record Received(LinkId link, BusMessage message, long nowMs) implements Event {}

    /// A client issued a CLUSTER command; exactly one [Effect.Answer] with this `token` follows in the same step.
    record CommandIssued(long token, ClusterCommand command, long nowMs) implements Event {}

    /// A client published a message; local subscribers are the host's business.
    record PublishRequested(boolean sharded, PublishBody body, long nowMs) implements Event {}

    /// How replication stands. To be sent with every tick, and at once when a replica's offset moves during a manual failover.
    record HostReported(HostStatus status, long nowMs) implements Event {}

    /// Writes are paused, as asked for with [Effect.PauseWrites], and the replication offset stands still at `offset`.
    record WritesPaused(long offset, long nowMs) implements Event {}

    /// The data set was loaded and has keys in these slots.
    record KeysFound(SlotSet slots, long nowMs) implements Event {}

    /// Settings were changed at run time.
    record ConfigChanged(EngineConfig config, long nowMs) implements Event {}

    /// The data loop has not turned for longer than the node timeout: the node falls silent so that others take over.
    record HostStalled(long nowMs) implements Event {}

    /// The data loop turns again, or the host found out that it was frozen: the lease must be confirmed anew.
    record HostResumed(long nowMs) implements Event {}
}
