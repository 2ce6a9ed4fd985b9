// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.buffer.ByteBuf;

/// Takes the RDB bytes a primary sends, in order.
///
/// Thread: the node's loop. No call blocks.
public interface SnapshotSink {
    /// Size of a snapshot whose end is marked instead of announced.
    long UNKNOWN_BYTES = -1;

    /// The transfer begins.
    ///
    /// @param totalBytes its size, or [#UNKNOWN_BYTES]
    void onStart(long totalBytes);

    /// Some bytes of it: `length` of `buffer` from `index` on. The buffer is the caller's; keep a copy or a retained slice.
    void onBytes(ByteBuf buffer, int index, int length);

    /// All bytes have been given.
    void onEnd();
}
