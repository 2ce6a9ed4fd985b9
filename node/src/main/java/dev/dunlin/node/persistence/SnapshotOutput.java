// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence;

import dev.dunlin.node.persistence.codec.Crc64;
import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The file that a snapshot becomes: written under a temporary name, made durable, then put in its place at once.
///
/// ```
/// temp: bytes, fsync every 4 MB, checksum, fsync -> rename over the target -> fsync of the directory
/// ```
///
/// So at every instant the target is the last complete file, whatever fails, and no flush has to carry more than a few megabytes.
///
/// Thread: one, which waits for the disk.
public final class SnapshotOutput implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotOutput.class);

    /// As much as Redis writes between two calls of fsync.
    private static final int SYNC_BYTES = 4 << 20;

    private final SnapshotTarget target;
    private final FileChannel file;
    private long crc = Crc64.START;
    private long bytes;
    private long unsyncedBytes;
    private boolean inPlace;

    /// Opens the temporary file.
    public SnapshotOutput(SnapshotTarget target) throws IOException {
        this.target = target;
        this.file =
                FileChannel.open(
                        target.temp(),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
    }

    /// Appends what is readable of `slice`, which stays the caller's.
    public void write(ByteBuf slice) throws IOException {
        int count = slice.readableBytes();
        if (target.checksum()) {
            crc = Crc64.update(crc, slice, slice.readerIndex(), count);
        }
        writeFully(slice.nioBuffer());
        bytes += count;
        unsyncedBytes += count;
        if (target.syncsOnTheWay() && unsyncedBytes >= SYNC_BYTES) {
            file.force(false);
            unsyncedBytes = 0;
        }
    }

    /// Writes the checksum, and puts the file in its place.
    ///
    /// @return its size
    public long finish() throws IOException {
        ByteBuffer end = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        writeFully(end.putLong(target.checksum() ? crc : 0).flip());
        file.force(true);
        file.close();
        Files.move(
                target.temp(),
                target.file(),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        inPlace = true;
        syncDirectory(target.directory());
        return bytes + Long.BYTES;
    }

    /// Makes the names in a directory durable.
    public static void syncDirectory(Path directory) throws IOException {
        try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private void writeFully(ByteBuffer from) throws IOException {
        while (from.hasRemaining()) {
            file.write(from);
        }
    }

    /// Closes the file, and deletes it unless it is in its place.
    @Override
    public void close() {
        try {
            file.close();
            if (!inPlace) {
                Files.deleteIfExists(target.temp());
            }
        } catch (IOException e) {
            LOG.warn("temporary file not deleted path={}", target.temp(), e);
        }
    }
}
