// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import io.netty.buffer.ByteBuf;
import java.util.List;

/// Whole commands that one turn of the loop adds to the file.
///
/// The parts lie in native memory and belong to the batch until it is released.
///
/// @param endOffset offset of the log behind the last of them
record AofBatch(List<ByteBuf> parts, long bytes, long endOffset) {
    static AofBatch of(List<ByteBuf> parts, long endOffset) {
        long bytes = 0;
        for (ByteBuf part : parts) {
            bytes += part.readableBytes();
        }
        return new AofBatch(parts, bytes, endOffset);
    }

    void release() {
        parts.forEach(ByteBuf::release);
    }
}
