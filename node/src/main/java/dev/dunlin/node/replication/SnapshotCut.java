// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

/// The point a snapshot stands at: all of the log up to `offset` is in it, nothing after.
///
/// @param id history the offset belongs to
/// @param offset bytes of the stream before the cut
/// @param streamDb database selected in the stream at the cut (`repl-stream-db`); a replica of ours must be told, because
///     as a replica we cannot add a SELECT. Never negative: 0 when the stream begins with SELECT anyway.
public record SnapshotCut(ReplicationId id, long offset, int streamDb) {}
