// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import java.nio.file.Path;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// What replication needs from the node it belongs to. All calls come on the node's loop, and none may block it.
public interface ReplicationHost {
    /// {@return the loop's time in milliseconds} Read once per turn by its owner.
    long nowMs();

    /// {@return where files are written and names resolved}
    Executor background();

    /// {@return directory for data sets being received or prepared}
    Path snapshotDirectory();

    // As a primary, or as a replica with replicas of its own.

    /// {@return whether a snapshot may begin now} One that was given up may take a moment until all traces of it are gone; who wants
    /// another waits meanwhile, and asks again with each tick.
    default boolean mayOpenSnapshot() {
        return true;
    }

    /// Fixes the cut at this very moment and returns the data set of it; only when [#mayOpenSnapshot]. `cut.offset()` is the log's offset now.
    SnapshotSource openSnapshot(SnapshotCut cut);

    /// As the other, for replicas that may know of hash fields that expire.
    ///
    /// @param fieldTimes whether they do
    default SnapshotSource openSnapshot(SnapshotCut cut, boolean fieldTimes) {
        return openSnapshot(cut);
    }

    // As a replica.

    /// Executes one command of the primary's stream with the rights of the primary: exempt from read-only, ACL, maxmemory,
    /// size limits; it sees expired keys as alive. Its effects must not be answered, and errors are only logged.
    void apply(int db, ReplicatedCommand command);

    /// The commands applied until [#transactionEnded()] were one transaction. They come in the same turn of the loop, so
    /// no client sees half of it.
    default void transactionStarted() {}

    /// See [#transactionStarted()].
    default void transactionEnded() {}

    /// Empties the keyspace and loads a data set from a complete file, in slices on the loop. Until `onDone` is called the
    /// node answers clients as a loading one. The file may be moved (to `dbfilename`); if it is left it is deleted afterwards.
    void load(Path rdb, Consumer<LoadResult> onDone);

    /// Stops the load that was begun last; its `onDone` is not called any more. The keyspace ends up empty.
    void cancelLoad();

    /// How a load ended.
    sealed interface LoadResult {
        /// The data set is in place.
        ///
        /// @param streamDb `repl-stream-db` of the file, 0 when it has none
        record Loaded(int streamDb) implements LoadResult {}

        /// The keyspace is empty, or holds part of the data: the next sync must be a full one.
        record Failed(String reason) implements LoadResult {}
    }

    /// {@return offset up to which our append-only file is on disk (FACK), or -1 when there is none}
    default long fsyncedOffset() {
        return -1;
    }

    // Notices.

    /// The node follows a primary from now on, or is one. Blocked clients are to be unblocked with an error.
    default void roleChanged(boolean primary) {}

    /// Writes are to wait while the role is handed over, or need not any more.
    default void pauseWrites(boolean paused) {}

    /// The link to the primary entered another state.
    default void linkChanged(LinkState state) {}
}
