// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.Optional;

/// What a replica asks for: `PSYNC <id> <offset> [FAILOVER]`.
///
/// @param id the history it knows, or nothing (`?`, or an id no node can have)
/// @param nextByte the first byte of the stream it wants, counted from 1; -1 with `?`
/// @param failover whether the peer hands over its role with this request (FAILOVER)
public record PsyncRequest(Optional<ReplicationId> id, long nextByte, boolean failover) {
    /// A replica that has nothing.
    public static final PsyncRequest NOTHING = new PsyncRequest(Optional.empty(), -1, false);

    /// {@return a request to go on after `offset` bytes of `id`}
    public static PsyncRequest after(ReplicationId id, long offset) {
        return new PsyncRequest(Optional.of(id), offset + 1, false);
    }

    /// {@return the same request, by which the node hands its role to the peer}
    public PsyncRequest handingOver() {
        return new PsyncRequest(id, nextByte, true);
    }

    /// {@return the id as it is sent}
    public String idText() {
        return id.map(ReplicationId::hex).orElse("?");
    }
}
