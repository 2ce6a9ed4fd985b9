// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.snapshot;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.ArrayDeque;

/// Encoded data that has to wait for its place in the file.
///
/// It lies in chunks, so that growing never copies much, and a chunk becomes part of the file without being copied at all. What is written
/// between two calls of [#out] is never torn apart.
///
/// Thread: owned by the node's loop.
final class HeldBytes {
    private static final int CHUNK_BYTES = 64 * 1024;

    /// Many hashes may hold a few pairs each, so a chunk begins small.
    private static final int FIRST_BYTES = 256;

    private final ArrayDeque<ByteBuf> chunks = new ArrayDeque<>();

    /// {@return where to write on; empty when it is a new chunk}
    ByteBuf out() {
        ByteBuf last = chunks.peekLast();
        if (last == null || last.readableBytes() >= CHUNK_BYTES) {
            last = PooledByteBufAllocator.DEFAULT.directBuffer(FIRST_BYTES);
            chunks.add(last);
        }
        return last;
    }

    boolean isEmpty() {
        return chunks.isEmpty();
    }

    /// {@return the oldest chunk, which the caller owns from now on; there must be one}
    ByteBuf take() {
        return chunks.remove();
    }

    void release() {
        chunks.forEach(ByteBuf::release);
        chunks.clear();
    }
}
