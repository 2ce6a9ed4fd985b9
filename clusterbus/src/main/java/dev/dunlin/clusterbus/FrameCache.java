// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus;

import dev.dunlin.clusterbus.wire.BusCodec;
import dev.dunlin.clusterbus.wire.BusMessage;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/// Encodes a message that goes out on many links once. Thread: the bus loop.
final class FrameCache {
    private @Nullable BusMessage message;
    private @Nullable ByteBuf frame;

    /// {@return the frame of `wanted`, owned by the caller}
    @SuppressWarnings(
            "ReferenceEquality") // A broadcast repeats the very same object; comparing content
    // would cost more.
    ByteBuf frame(BusMessage wanted) {
        if (frame == null || message != wanted) {
            clear();
            frame = ByteBufAllocator.DEFAULT.buffer();
            BusCodec.encode(wanted, frame);
            message = wanted;
        }
        return frame.retainedDuplicate();
    }

    /// Forgets what was encoded last; to be called when a step's effects are done.
    void clear() {
        if (frame != null) {
            frame.release();
            frame = null;
            message = null;
        }
    }
}
