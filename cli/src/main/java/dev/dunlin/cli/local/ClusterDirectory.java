// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.dunlin.cli.CliException;
import dev.dunlin.cli.ExitCode;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The directory of a local cluster.
///
/// ```
/// cluster.json       what runs, replaced as a whole
/// lock               held while a clusterctl changes something here
/// node-7001/         data and log of a node
/// controlplane/      journal and log of the control plane
/// ```
public final class ClusterDirectory {
    private static final String STATE_FILE = "cluster.json";

    private final Path path;
    private final ObjectMapper mapper =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    public ClusterDirectory(Path path) {
        this.path = path;
    }

    public Path path() {
        return path;
    }

    /// {@return the state, empty when there is no cluster here}
    public Optional<ClusterState> load() {
        Path file = path.resolve(STATE_FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            var state = mapper.readValue(file.toFile(), ClusterState.class);
            if (state.version() != ClusterState.VERSION) {
                throw new CliException(
                        ExitCode.PRECONDITION,
                        file + " was written by another version of clusterctl",
                        "nothing was changed",
                        "use that version, or move the directory away");
            }
            return Optional.of(state);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    file + " cannot be read: " + e.getMessage(),
                    "processes that it named may still run",
                    "move the directory away, and stop them by hand");
        }
    }

    /// Writes the state; a crash leaves the old one or the new one.
    void save(ClusterState state) {
        try {
            Files.createDirectories(path);
            Path fresh = path.resolve(STATE_FILE + ".new");
            mapper.writeValue(fresh.toFile(), state);
            try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(
                    fresh,
                    path.resolve(STATE_FILE),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "cannot write " + path.resolve(STATE_FILE) + ": " + e.getMessage(),
                    "",
                    "df -h " + path + " (is the disk full?)");
        }
    }

    /// A held lock.
    public interface Lock extends AutoCloseable {
        @Override
        void close();
    }

    /// Holds the directory for this process.
    ///
    /// Throws [CliException] when another clusterctl holds it.
    public Lock lock() {
        try {
            Files.createDirectories(path);
            var channel =
                    FileChannel.open(
                            path.resolve("lock"),
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE);
            if (!tryLock(channel)) {
                channel.close();
                throw new CliException(
                        ExitCode.PRECONDITION,
                        "another clusterctl is working on " + path,
                        "nothing was changed",
                        "wait for it, then run the command again");
            }
            return () -> {
                try {
                    channel.close();
                } catch (IOException e) {
                    throw new IllegalStateException("cannot release " + path, e);
                }
            };
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "cannot use " + path + ": " + e.getMessage(),
                    "nothing was changed",
                    "clusterctl up --dir DIR (a directory you may write to)");
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException _) {
            return false;
        }
    }

    /// Deletes everything of one process.
    void deleteProcessDirectory(String name) {
        delete(path.resolve(name));
    }

    /// Deletes the cluster. Refuses a directory that does not look like one.
    public void wipe() {
        if (!Files.exists(path.resolve(STATE_FILE))) {
            throw new CliException(
                    ExitCode.NOT_FOUND,
                    "there is no cluster in " + path,
                    "nothing was deleted",
                    "clusterctl down --wipe --dir DIR");
        }
        delete(path);
    }

    private static void delete(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try {
            Files.walkFileTree(
                    directory,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                                throws IOException {
                            Files.deleteIfExists(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path visited, @Nullable IOException failure) throws IOException {
                            if (failure != null) {
                                throw failure;
                            }
                            Files.deleteIfExists(visited);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "cannot delete " + directory + ": " + e.getMessage(),
                    "part of it may be gone",
                    "rm -r " + directory);
        }
    }
}
