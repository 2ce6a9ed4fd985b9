// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import java.io.IOException;
import java.io.InputStream;

/// Where an RDB file comes from: a file, a socket, memory.
///
/// Reading may block, so whoever reads from a socket or disk does it on a thread made for that.
public interface RdbSource {
    /// The answer of [#remaining] when nobody knows.
    long UNKNOWN = Long.MAX_VALUE;

    /// Reads at least one byte and at most `bytes` into `target`, from `index` on.
    ///
    /// @return how many, or -1 at the end
    int read(byte[] target, int index, int bytes) throws IOException;

    /// {@return how many bytes there are still to be read, or [#UNKNOWN]; used to refuse lengths that cannot be true}
    long remaining();

    /// Reads a stream whose length is not known. The reader may take more from it than belongs to the file: see
    /// [RdbReader#unread].
    static RdbSource of(InputStream stream) {
        return new RdbSource() {
            @Override
            public int read(byte[] target, int index, int bytes) throws IOException {
                return stream.read(target, index, bytes);
            }

            @Override
            public long remaining() {
                return UNKNOWN;
            }
        };
    }

    /// Reads `bytes` bytes of a stream, and never more: what follows stays in the stream.
    static RdbSource of(InputStream stream, long bytes) {
        return new RdbSource() {
            private long left = bytes;

            @Override
            public int read(byte[] target, int index, int bytesMax) throws IOException {
                if (left == 0) {
                    return -1;
                }
                int count = stream.read(target, index, (int) Math.min(left, bytesMax));
                if (count > 0) {
                    left -= count;
                }
                return count;
            }

            @Override
            public long remaining() {
                return left;
            }
        };
    }
}
