// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dunlin.clusterbus.model.PersistedState;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// nodes.conf on disk. It is replaced as a whole, so a reader finds either the old or the new state, also after a crash.
///
/// The lock is held on a file of its own (`nodes.conf.lock`), because replacing nodes.conf would leave a lock on it behind
/// with the old file.
///
/// Thread: one owner, the bus loop after start; calls block for the disk.
public final class NodesConfFile implements AutoCloseable {
    /// A cluster of ten thousand nodes has a file of 3 MB.
    private static final long BYTES_MAX = 64L * 1024 * 1024;

    private final Path file;
    private final Path temporary;
    private final Path directory;
    private final Disk disk;
    private final FileChannel lockChannel;
    private final FileLock lock;

    private NodesConfFile(Path file, Disk disk, FileChannel lockChannel, FileLock lock) {
        this.file = file;
        this.temporary = sibling(file, ".tmp");
        this.directory = Objects.requireNonNull(file.getParent(), "an absolute path has a parent");
        this.disk = disk;
        this.lockChannel = lockChannel;
        this.lock = lock;
    }

    /// Takes the lock; the file itself need not exist yet.
    ///
    /// Throws `NodesConfException` when another node, of this process or another one, holds it.
    public static NodesConfFile open(Path file) throws IOException, NodesConfException {
        return open(file, new Disk.Real());
    }

    static NodesConfFile open(Path file, Disk disk) throws IOException, NodesConfException {
        Path absolute = file.toAbsolutePath();
        var channel =
                FileChannel.open(
                        sibling(absolute, ".lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        FileLock lock = null;
        try {
            lock = tryLock(channel);
            if (lock == null) {
                throw new NodesConfException(
                        "the cluster configuration file "
                                + absolute
                                + " is already used by a different node; give each node its own file");
            }
            return new NodesConfFile(absolute, disk, channel, lock);
        } finally {
            if (lock == null) {
                channel.close();
            }
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException _) {
            // The same, said by this JVM about a lock of its own.
            return null;
        }
    }

    private static Path sibling(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    /// {@return what the file holds, or null when it is missing or empty, that is for a new node}
    public @Nullable PersistedState load() throws IOException, NodesConfException {
        if (!Files.exists(file) || Files.size(file) == 0) {
            return null;
        }
        if (Files.size(file) > BYTES_MAX) {
            throw new NodesConfException(file + " is too large to be a nodes.conf");
        }
        try {
            return NodesConf.read(Files.readString(file, UTF_8));
        } catch (NodesConfException broken) {
            throw new NodesConfException(file + ": " + broken.getMessage());
        }
    }

    /// Replaces the file. When `fsync`, returns only after content and name are on the device.
    ///
    /// After an `IOException` the file holds the old or the new state, whole; the caller must assume neither.
    public void save(PersistedState state, boolean fsync) throws IOException {
        disk.write(temporary, NodesConf.write(state).getBytes(UTF_8));
        if (fsync) {
            disk.force(temporary);
        }
        disk.rename(temporary, file);
        if (fsync) {
            disk.forceDirectory(directory);
        }
    }

    /// Gives up the lock.
    @Override
    public void close() throws IOException {
        try (lockChannel) {
            lock.release();
        }
    }
}
