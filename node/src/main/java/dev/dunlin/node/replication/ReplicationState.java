// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.util.random.RandomGenerator;

/// The log together with the history its offsets belong to: what the two sides of replication share.
///
/// Thread: the node's loop.
final class ReplicationState {
    private final ReplicationLog log;
    private final RandomGenerator random;
    private ReplicationHistory history;

    ReplicationState(ReplicationLog log, RandomGenerator random) {
        this.log = log;
        this.random = random;
        this.history = ReplicationHistory.startingWith(ReplicationId.random(random));
    }

    ReplicationLog log() {
        return log;
    }

    RandomGenerator random() {
        return random;
    }

    ReplicationHistory history() {
        return history;
    }

    /// Takes over what a dump or another node's state said.
    void restore(ReplicationHistory restored, long offset, int streamDb) {
        history = restored;
        log.resetTo(offset, streamDb);
        log.enableBacklog();
    }

    /// The first replica comes: from here on bytes are counted, under a new identity.
    void ensureBacklog() {
        if (!log.backlogActive()) {
            history = history.backlogCreated(ReplicationId.random(random));
            log.enableBacklog();
        }
    }

    void dropBacklog() {
        history = history.backlogDropped(ReplicationId.random(random));
        log.dropBacklog();
    }

    void promoted() {
        history = history.promoted(ReplicationId.random(random), log.offset());
        log.lead();
    }

    /// The data stand for no offset of any history known, and the node is a primary.
    void startAnew() {
        history = ReplicationHistory.startingWith(ReplicationId.random(random));
        log.lead();
    }

    /// A data set of the primary is loaded: our data are those of `id` at `offset`.
    void fullSynced(ReplicationId id, long offset, int streamDb) {
        history = history.fullSynced(id);
        log.resetTo(offset, streamDb);
        log.enableBacklog();
    }

    /// {@return whether the identity changed, so that replicas of ours must ask again}
    boolean continued(ReplicationId id) {
        ReplicationHistory before = history;
        history = history.continued(id, log.offset());
        log.enableBacklog();
        return !before.equals(history);
    }
}
