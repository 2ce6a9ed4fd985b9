// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// A data set as RDB bytes, made in slices on the node's loop: the reading end of the cooperative snapshot.
///
/// Opening one fixes the cut, in the same turn of the loop as the log offset is read. From then on the keyspace hands every
/// entry it is about to change to the snapshot first, so the bytes describe the data at the cut, each key once.
///
/// Thread: the node's loop. One call of [#next] does at most a slice of work; it never waits.
public interface SnapshotSource extends AutoCloseable {
    /// {@return the exact size, or [SnapshotSink#UNKNOWN_BYTES] while it is being made up} A source with a known size can
    /// serve replicas that do not understand an end mark.
    long totalBytes();

    /// {@return more bytes, about `maxBytes` and owned by the caller, or null when there are none right now}
    @Nullable ByteBuf next(int maxBytes);

    /// {@return whether all bytes have been given}
    boolean ended();

    /// {@return why the snapshot cannot be completed, or null} Such a source gives no more bytes.
    @Nullable String failure();

    /// Sets what is called, on the loop, when [#next] may have bytes again after it had none.
    void onMore(Runnable callback);

    /// Gives the snapshot up, or back. Called exactly once, ended or not.
    @Override
    void close();
}
