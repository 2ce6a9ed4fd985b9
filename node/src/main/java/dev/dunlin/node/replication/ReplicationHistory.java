// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

/// Which histories a node can vouch for. The offset that goes with it is [ReplicationLog#offset()].
///
/// Transitions, each a method that returns the next history:
///
/// | Event | id | previous | forkOffset |
/// |---|---|---|---|
/// | [#backlogCreated] first replica attaches, [#backlogDropped] none for too long | new | none | -1 |
/// | [#promoted] REPLICAOF NO ONE, failover | new | the old id | offset + 1 |
/// | [#fullSynced] the primary's data set is loaded | the primary's | none | -1 |
/// | [#continued] `+CONTINUE` with another id | the primary's | the old id | offset + 1 |
/// | [#restoredAsPrimary] started from a dump with replication fields | new | the saved id | saved offset + 1 |
/// | [#restoredAsReplica] the same, as a replica | the saved id | none | -1 |
///
/// @param id `master_replid`: identity of the current history
/// @param previous `master_replid2`: the history this one grew out of, or [ReplicationId#NONE]
/// @param forkOffset `second_repl_offset`: first offset which is NOT common with `previous`, -1 when there is none
public record ReplicationHistory(ReplicationId id, ReplicationId previous, long forkOffset) {
    public ReplicationHistory {
        if (previous.equals(ReplicationId.NONE) != (forkOffset == -1)) {
            throw new IllegalArgumentException("fork offset " + forkOffset + " of " + previous);
        }
    }

    /// {@return a history which starts here and shares nothing with any other}
    public static ReplicationHistory startingWith(ReplicationId id) {
        return new ReplicationHistory(id, ReplicationId.NONE, -1);
    }

    /// Writes made while there was no backlog were not counted, so the old identity no longer names this data.
    public ReplicationHistory backlogCreated(ReplicationId newId) {
        return startingWith(newId);
    }

    /// As [#backlogCreated]: from here on writes are not counted.
    public ReplicationHistory backlogDropped(ReplicationId newId) {
        return startingWith(newId);
    }

    /// A replica became a primary after `offset` bytes. Its siblings come with the old id and may go on.
    public ReplicationHistory promoted(ReplicationId newId, long offset) {
        return new ReplicationHistory(newId, id, offset + 1);
    }

    /// The data set of a primary has replaced ours.
    public ReplicationHistory fullSynced(ReplicationId primaryId) {
        return startingWith(primaryId);
    }

    /// The primary answered `+CONTINUE`; `primaryId` is its identity, which may be the one we know.
    public ReplicationHistory continued(ReplicationId primaryId, long offset) {
        return primaryId.equals(id) ? this : new ReplicationHistory(primaryId, id, offset + 1);
    }

    /// A primary came back from its dump: replicas which were exactly at `savedOffset` need no full sync.
    public static ReplicationHistory restoredAsPrimary(
            ReplicationId newId, ReplicationId savedId, long savedOffset) {
        return new ReplicationHistory(newId, savedId, savedOffset + 1);
    }

    /// A replica came back from its dump.
    public static ReplicationHistory restoredAsReplica(ReplicationId savedId) {
        return startingWith(savedId);
    }

    /// {@return whether byte `nextByte` of the history `candidate` is a byte of this history}
    public boolean covers(ReplicationId candidate, long nextByte) {
        return candidate.equals(id) || (candidate.equals(previous) && nextByte <= forkOffset);
    }
}
