// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// The steps of replacing a file, so that tests can let each of them fail.
interface Disk {
    /// Creates or overwrites `file`.
    void write(Path file, byte[] content) throws IOException;

    /// Forces content and length of `file` to the device.
    void force(Path file) throws IOException;

    /// Replaces `target` by `source` at once.
    void rename(Path source, Path target) throws IOException;

    /// Forces the names in `directory` to the device.
    void forceDirectory(Path directory) throws IOException;

    /// The real one.
    final class Real implements Disk {
        @Override
        public void write(Path file, byte[] content) throws IOException {
            try (var channel =
                    FileChannel.open(
                            file,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.TRUNCATE_EXISTING,
                            StandardOpenOption.WRITE)) {
                var buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
            }
        }

        @Override
        public void force(Path file) throws IOException {
            try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }

        @Override
        public void rename(Path source, Path target) throws IOException {
            Files.move(source, target, StandardCopyOption.ATOMIC_MOVE);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
