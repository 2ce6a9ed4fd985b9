// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// What the append-only file needs of a file system, so that tests can put one in its place that fails or loses power.
///
/// Every method may block and may fail. What was written is sure to outlast a loss of power after [OpenFile#sync], what happened to names
/// after [#syncDirectory].
///
/// Thread: whoever owns the files; never the node's loop.
public interface Disk {
    /// A file that is being written. Positions and sizes are bytes.
    interface OpenFile extends AutoCloseable {
        long size() throws IOException;

        /// Writes some bytes from `position` on, and moves the buffers' positions behind them.
        ///
        /// @return how many
        long write(long position, ByteBuffer[] buffers) throws IOException;

        void truncate(long size) throws IOException;

        /// Makes all that was written last.
        void sync() throws IOException;

        @Override
        void close() throws IOException;
    }

    /// Opens a file for writing; made when it is missing.
    ///
    /// @param empty whether what it holds is thrown away
    OpenFile open(Path file, boolean empty) throws IOException;

    /// {@return what a small file holds, or its first `bytesMax` bytes}
    byte[] read(Path file, int bytesMax) throws IOException;

    /// {@return whether there is a file of this name}
    boolean exists(Path file);

    long size(Path file) throws IOException;

    void createDirectory(Path directory) throws IOException;

    /// Gives a file another name, at the expense of the file that has it now.
    void rename(Path from, Path to) throws IOException;

    /// Deletes a file if it is there.
    void delete(Path file) throws IOException;

    /// Makes what happened to names in a directory last.
    void syncDirectory(Path directory) throws IOException;
}
