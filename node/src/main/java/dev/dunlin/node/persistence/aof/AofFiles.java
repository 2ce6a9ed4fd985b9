// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import dev.dunlin.node.persistence.aof.AofManifest.AofFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The directory of the append-only file and its manifest, changed in an order that leaves a loadable whole after any step.
///
/// A file is on disk before the manifest names it; a file that the manifest names no longer is deleted after that is on disk. When a change
/// fails, the one before stands: [#manifest] tells which, and what the directory holds is either of the two.
///
/// Thread: the writer's, or before it starts the one that loads.
public final class AofFiles {
    private static final Logger LOG = LoggerFactory.getLogger(AofFiles.class);

    private final Disk disk;
    private final Path home;
    private final Path directory;
    private final String prefix;
    private AofManifest manifest = AofManifest.EMPTY;

    /// Whether the manifest on disk may be another one than ours.
    private boolean unsettled;

    /// @param home the node's directory (`dir`)
    /// @param directoryName `appenddirname`
    /// @param prefix `appendfilename`
    public AofFiles(Disk disk, Path home, String directoryName, String prefix) {
        this.disk = disk;
        this.home = home;
        this.directory = home.resolve(directoryName);
        this.prefix = prefix;
    }

    public AofManifest manifest() {
        return manifest;
    }

    public Path path(AofFile file) {
        return directory.resolve(file.name());
    }

    Path manifestPath() {
        return directory.resolve(prefix + ".manifest");
    }

    private Path waitingIncrement() {
        return directory.resolve("temp-" + prefix + ".incr");
    }

    // ---- At start ----

    /// Reads the manifest; a single file of Redis 6 and before becomes the base of a new one.
    ///
    /// @throws ManifestException when it is not as it must be
    /// @throws IOException when it cannot be read, or names a file that is missing
    public void find() throws IOException, ManifestException {
        if (disk.exists(manifestPath())) {
            manifest = ManifestText.parse(disk.read(manifestPath(), ManifestText.FILE_BYTES_MAX));
        }
        if (isOldStyle()) {
            adoptSingleFile();
        }
        for (AofFile file : manifest.toLoad()) {
            if (!disk.exists(path(file))) {
                throw new IOException("The AOF file " + file.name() + " doesn't exist");
            }
        }
    }

    /// {@return whether the commands lie in one file beside the directory, as before Redis 7; also when it was about to be moved in}
    private boolean isOldStyle() {
        if (!disk.exists(home.resolve(prefix))) {
            return false;
        }
        AofFile base = manifest.base();
        return base == null
                ? manifest.increments().isEmpty() && !disk.exists(manifestPath())
                : base.name().equals(prefix)
                        && manifest.increments().isEmpty()
                        && !disk.exists(path(base));
    }

    private void adoptSingleFile() throws IOException {
        createDirectory();
        if (manifest.base() == null) {
            store(AofManifest.EMPTY.withBase(new AofFile(prefix, 1), 0));
        }
        disk.rename(home.resolve(prefix), directory.resolve(prefix));
        disk.syncDirectory(directory);
        disk.syncDirectory(home);
        LOG.info("append-only file moved into its directory file={}", prefix);
    }

    private void createDirectory() throws IOException {
        disk.createDirectory(directory);
        disk.syncDirectory(home);
    }

    /// {@return bytes of one file}
    public long size(AofFile file) throws IOException {
        return disk.size(path(file));
    }

    /// Takes the end of a file away, for good.
    public void truncate(AofFile file, long bytes) throws IOException {
        try (Disk.OpenFile open = disk.open(path(file), false)) {
            open.truncate(bytes);
            open.sync();
        }
    }

    /// {@return bytes of all files that count}
    public long totalBytes() throws IOException {
        long bytes = 0;
        for (AofFile file : manifest.toLoad()) {
            bytes += size(file);
        }
        return bytes;
    }

    /// {@return bytes of all files that count but the last increment}
    long otherBytes() throws IOException {
        AofFile last = manifest.lastIncrement();
        return totalBytes() - (last == null ? 0 : size(last));
    }

    /// {@return bytes of the base, 0 when there is none}
    public long baseBytes() throws IOException {
        AofFile base = manifest.base();
        return base == null ? 0 : size(base);
    }

    /// Opens the last increment to go on with it; the first of all when there is none, and a base before it when there is no file at all.
    ///
    /// @param emptyBase an RDB file of nothing, or no bytes for commands that make nothing
    Disk.OpenFile openLast(byte[] emptyBase) throws IOException {
        createDirectory();
        if (manifest.toLoad().isEmpty()) {
            AofFile base = manifest.nextBase(prefix, emptyBase.length > 0);
            writeSmall(path(base), emptyBase);
            AofManifest begun = manifest.withBase(base, 0);
            AofFile first = begun.nextIncrement(prefix);
            Disk.OpenFile file = disk.open(path(first), true);
            storeOrClose(begun.withIncrement(first), file);
            return file;
        }
        AofFile last = manifest.lastIncrement();
        if (last == null) {
            return startIncrement();
        }
        Disk.OpenFile file = disk.open(path(last), false);
        try {
            file.sync();
        } catch (IOException failed) {
            file.close();
            throw failed;
        }
        return file;
    }

    // ---- Changes ----

    /// Begins the next increment.
    Disk.OpenFile startIncrement() throws IOException {
        settle();
        AofFile next = manifest.nextIncrement(prefix);
        Disk.OpenFile file = disk.open(path(next), true);
        storeOrClose(manifest.withIncrement(next), file);
        return file;
    }

    /// Puts a base in place that stands for all increments but the last `keep`.
    ///
    /// @param finished the file, complete and on disk
    /// @param rdb whether it is an RDB file
    void installBase(Path finished, boolean rdb, int keep) throws IOException {
        createDirectory();
        // Else the manifest that may be there could name the file that is put in place now.
        settle();
        AofFile base = manifest.nextBase(prefix, rdb);
        disk.rename(finished, path(base));
        store(manifest.withBase(base, keep));
    }

    /// Begins an increment that counts only together with its base ([#installFirst]): the file was turned on while the node runs.
    Disk.OpenFile startWaiting() throws IOException {
        createDirectory();
        return disk.open(waitingIncrement(), true);
    }

    /// Puts the first base and the increment that waited for it in place; what was there before is history.
    void installFirst(Path finished, boolean rdb) throws IOException {
        settle();
        AofFile base = manifest.nextBase(prefix, rdb);
        AofManifest begun = manifest.withBase(base, 0);
        // Files of an earlier time keep their numbers until they are gone.
        AofFile last = manifest.lastIncrement();
        long sequence = last == null ? 1 : last.sequence() + 1;
        AofFile increment = new AofFile(prefix + "." + sequence + ".incr.aof", sequence);
        disk.rename(finished, path(base));
        disk.rename(waitingIncrement(), path(increment));
        disk.syncDirectory(directory);
        store(begun.withIncrement(increment));
    }

    /// Gives up an increment that waits.
    void dropWaiting() throws IOException {
        disk.delete(waitingIncrement());
    }

    /// Deletes the files that do not count any more.
    void deleteHistory() throws IOException {
        settle();
        if (manifest.history().isEmpty()) {
            return;
        }
        for (AofFile file : manifest.history()) {
            disk.delete(path(file));
        }
        store(manifest.withoutHistory());
    }

    /// Makes the manifest on disk the one that stands, after a change that failed half way.
    void settle() throws IOException {
        if (unsettled) {
            store(manifest);
        }
    }

    private void storeOrClose(AofManifest changed, Disk.OpenFile file) throws IOException {
        try {
            store(changed);
        } catch (IOException failed) {
            file.close();
            throw failed;
        }
    }

    private void store(AofManifest changed) throws IOException {
        Path temporary = directory.resolve("temp-" + prefix + ".manifest");
        writeSmall(temporary, ManifestText.format(changed));
        unsettled = true;
        disk.rename(temporary, manifestPath());
        disk.syncDirectory(directory);
        unsettled = false;
        manifest = changed;
    }

    private void writeSmall(Path path, byte[] content) throws IOException {
        try (Disk.OpenFile file = disk.open(path, true)) {
            long at = 0;
            var buffers = new ByteBuffer[] {ByteBuffer.wrap(content)};
            while (buffers[0].hasRemaining()) {
                at += file.write(at, buffers);
            }
            file.sync();
        }
    }
}
