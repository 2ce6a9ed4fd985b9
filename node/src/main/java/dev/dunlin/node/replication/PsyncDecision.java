// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

/// A primary's answer to [PsyncRequest]: go on from there, or start again with the whole data set.
public sealed interface PsyncDecision {
    /// The backlog holds what is missing.
    record Partial(long nextByte) implements PsyncDecision {}

    /// The replica needs everything.
    record Full(Reason reason) implements PsyncDecision {}

    /// Why no partial sync; for the log line.
    enum Reason {
        /// `?`, or a text no node has as its id.
        NO_HISTORY,
        /// Neither our id nor our previous one.
        UNKNOWN_HISTORY,
        /// Our previous id, but the replica has bytes of it which we never had.
        AFTER_FORK,
        /// Nothing was kept: no replica was attached for long, or ever.
        NO_BACKLOG,
        /// Some bytes it needs are gone.
        BEFORE_BACKLOG,
        /// It asks for bytes which do not exist yet: it is ahead of us.
        AFTER_BACKLOG
    }

    /// Decides from four numbers and two ids; ids first, because any offset may be inside by accident.
    ///
    /// @param backlogActive whether a backlog exists
    /// @param firstByte `repl_backlog_first_byte_offset`
    /// @param historyBytes `repl_backlog_histlen`
    static PsyncDecision decide(
            PsyncRequest request,
            ReplicationHistory history,
            boolean backlogActive,
            long firstByte,
            long historyBytes) {
        if (request.id().isEmpty()) {
            return new Full(Reason.NO_HISTORY);
        }
        ReplicationId id = request.id().get();
        if (!history.covers(id, request.nextByte())) {
            return new Full(
                    id.equals(history.previous()) ? Reason.AFTER_FORK : Reason.UNKNOWN_HISTORY);
        }
        if (!backlogActive) {
            return new Full(Reason.NO_BACKLOG);
        }
        if (request.nextByte() < firstByte) {
            return new Full(Reason.BEFORE_BACKLOG);
        }
        // The byte after the last is valid: an empty partial sync.
        if (request.nextByte() > firstByte + historyBytes) {
            return new Full(Reason.AFTER_BACKLOG);
        }
        return new Partial(request.nextByte());
    }

    /// As [#decide(PsyncRequest, ReplicationHistory, boolean, long, long)], with the figures of `log`.
    static PsyncDecision decide(
            PsyncRequest request, ReplicationHistory history, ReplicationLog log) {
        return decide(
                request,
                history,
                log.backlogActive(),
                log.backlogFirstByte(),
                log.backlogHistoryBytes());
    }
}
