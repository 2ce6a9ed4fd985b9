// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;

/// A piece of the log in native memory, linked to the piece after it.
///
/// Two counts keep it alive, for different reasons. `pins` counts readers whose position is inside: the chunk and all
/// after it stay in the log. The buffer's reference count also covers slices that are on their way through a socket: the
/// memory stays, whether or not the log still knows the chunk.
final class LogChunk {
    final ByteBuf bytes;
    final long address;

    /// Stream offset before the first byte of this chunk.
    long base;

    int pins;
    @Nullable LogChunk next;

    LogChunk(int capacity) {
        bytes = Unpooled.directBuffer(capacity, capacity).writerIndex(capacity);
        if (!bytes.hasMemoryAddress()) {
            throw new IllegalStateException("direct buffers without an address");
        }
        address = bytes.memoryAddress();
    }

    int capacity() {
        return bytes.capacity();
    }

    /// Stream offset after the last byte this chunk can hold.
    long end() {
        return base + bytes.capacity();
    }

    /// {@return whether no slice of it is in use, so that it may be written again}
    boolean reusable() {
        return bytes.refCnt() == 1;
    }
}
