// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// A disk in memory that fails when told to, and whose power can be cut.
///
/// Each byte is written first and made durable later, as with a real one: a sync makes a file's bytes durable, a sync of a directory the
/// names up to then. When the power goes, of what is not durable any beginning may have reached the disk, of each file and of the changes of
/// names. A sync that fails forgets which bytes were not durable: a later one does not make up for it, as the Linux kernel behaves.
///
/// Thread: any, one at a time.
final class SimDisk implements Disk {
    /// Bytes in memory and on disk.
    private static final class Inode {
        private byte[] cached = {};
        private int cachedBytes;
        private byte[] durable = {};
        private int durableBytes;
        private final BitSet dirty = new BitSet();

        void put(int at, byte b) {
            if (at >= cached.length) {
                cached = Arrays.copyOf(cached, Math.max(1024, 2 * at));
            }
            cached[at] = b;
            cachedBytes = Math.max(cachedBytes, at + 1);
            dirty.set(at);
        }

        void makeDurable(int to) {
            durable = Arrays.copyOf(durable, Math.max(durable.length, cachedBytes));
            for (int i = dirty.nextSetBit(0); i >= 0 && i < to; i = dirty.nextSetBit(i + 1)) {
                durable[i] = cached[i];
            }
            durableBytes = to >= cachedBytes ? cachedBytes : Math.max(durableBytes, to);
        }

        byte[] seen() {
            return Arrays.copyOf(cached, cachedBytes);
        }
    }

    /// A change of names.
    private record Change(Path directory, @Nullable Path from, Path to, @Nullable Inode inode) {
        void applyTo(Map<Path, Inode> names) {
            if (from != null) {
                names.put(to, Objects.requireNonNull(names.remove(from)));
            } else if (inode == null) {
                names.remove(to);
            } else {
                names.put(to, inode);
            }
        }
    }

    private final SplittableRandom random;
    private final Map<Path, Inode> names = new LinkedHashMap<>();
    private final Map<Path, Inode> durableNames = new LinkedHashMap<>();
    private final List<Change> changes = new ArrayList<>();

    private long operations;
    private long failFrom = Long.MAX_VALUE;
    private long failTo = Long.MIN_VALUE;
    private String reason = "No space left on device";

    SimDisk(SplittableRandom random) {
        this.random = random;
    }

    /// {@return how many operations there were}
    synchronized long operations() {
        return operations;
    }

    /// The operations from the `from`-th on fail, up to but not the `to`-th.
    synchronized void failBetween(long from, long to, String why) {
        failFrom = from;
        failTo = to;
        reason = why;
    }

    /// {@return whether this operation fails}
    private boolean fails() {
        long number = operations++;
        return number >= failFrom && number < failTo;
    }

    private void operation() throws IOException {
        if (fails()) {
            throw new IOException(reason);
        }
    }

    /// {@return the disk as the next process finds it when this one is killed}
    synchronized SimDisk afterKill() {
        return image(names, inode -> inode.seen());
    }

    /// {@return the disk as it may be after the power was cut}
    synchronized SimDisk afterPowerLoss() {
        Map<Path, Inode> reached = new LinkedHashMap<>(durableNames);
        int count = random.nextInt(changes.size() + 1);
        changes.subList(0, count).forEach(change -> change.applyTo(reached));
        return image(reached, this::torn);
    }

    private byte[] torn(Inode inode) {
        byte[] bytes =
                Arrays.copyOf(inode.durable, Math.max(inode.durableBytes, inode.cachedBytes));
        int reached = random.nextInt(inode.cachedBytes + 1);
        if (reached <= inode.durableBytes && random.nextBoolean()) {
            reached = inode.durableBytes;
        }
        for (int i = inode.dirty.nextSetBit(0);
                i >= 0 && i < reached;
                i = inode.dirty.nextSetBit(i + 1)) {
            bytes[i] = inode.cached[i];
        }
        return Arrays.copyOf(bytes, Math.max(reached, inode.durableBytes));
    }

    private interface Content {
        byte[] of(Inode inode);
    }

    private SimDisk image(Map<Path, Inode> from, Content content) {
        var image = new SimDisk(random.split());
        from.forEach((path, inode) -> {
            var copy = new Inode();
            byte[] bytes = content.of(inode);
            copy.cached = bytes;
            copy.cachedBytes = bytes.length;
            copy.durable = bytes.clone();
            copy.durableBytes = bytes.length;
            image.names.put(path, copy);
            image.durableNames.put(path, copy);
        });
        return image;
    }

    private void change(Change change) {
        change.applyTo(names);
        changes.add(change);
    }

    private Inode inode(Path path) throws IOException {
        Inode inode = names.get(path);
        if (inode == null) {
            throw new NoSuchFileException(path.toString());
        }
        return inode;
    }

    @Override
    public synchronized OpenFile open(Path file, boolean empty) throws IOException {
        operation();
        Inode inode = names.get(file);
        if (inode == null || empty) {
            // A file that is emptied is as good as a new one here: what it held is not looked at.
            inode = new Inode();
            change(new Change(Objects.requireNonNull(file.getParent()), null, file, inode));
        }
        return new Handle(inode);
    }

    private final class Handle implements OpenFile {
        private final Inode inode;

        Handle(Inode inode) {
            this.inode = inode;
        }

        @Override
        public long size() {
            synchronized (SimDisk.this) {
                return inode.cachedBytes;
            }
        }

        @Override
        public long write(long position, ByteBuffer[] buffers) throws IOException {
            synchronized (SimDisk.this) {
                return put(position, buffers);
            }
        }

        private long put(long position, ByteBuffer[] buffers) throws IOException {
            boolean fails = fails();
            long bytes = 0;
            for (ByteBuffer buffer : buffers) {
                bytes += buffer.remaining();
            }
            // Short writes are legal, and a full disk takes what still fits.
            long part = fails ? random.nextLong(bytes + 1) : Math.max(1, bytes - random.nextInt(3));
            long done = 0;
            for (ByteBuffer buffer : buffers) {
                while (buffer.hasRemaining() && done < part) {
                    inode.put((int) (position + done), buffer.get());
                    done++;
                }
            }
            if (fails) {
                throw new IOException(reason);
            }
            return done;
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (SimDisk.this) {
                shorten(size);
            }
        }

        private void shorten(long size) throws IOException {
            operation();
            if (size < inode.cachedBytes) {
                inode.cachedBytes = (int) size;
                inode.dirty.clear((int) size, Integer.MAX_VALUE);
                inode.durableBytes = Math.min(inode.durableBytes, (int) size);
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (SimDisk.this) {
                makeDurable();
            }
        }

        private void makeDurable() throws IOException {
            if (fails()) {
                inode.makeDurable(random.nextInt(inode.cachedBytes + 1));
                inode.dirty.clear();
                throw new IOException("Input/output error");
            }
            inode.makeDurable(Integer.MAX_VALUE);
            inode.dirty.clear();
        }

        @Override
        public void close() {}
    }

    @Override
    public synchronized byte[] read(Path file, int bytesMax) throws IOException {
        operation();
        byte[] all = inode(file).seen();
        return all.length <= bytesMax ? all : Arrays.copyOf(all, bytesMax);
    }

    @Override
    public synchronized boolean exists(Path file) {
        return names.containsKey(file);
    }

    @Override
    public synchronized long size(Path file) throws IOException {
        operation();
        return inode(file).cachedBytes;
    }

    @Override
    public synchronized void createDirectory(Path directory) throws IOException {
        operation();
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        operation();
        inode(from);
        change(new Change(Objects.requireNonNull(to.getParent()), from, to, null));
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        operation();
        if (names.containsKey(file)) {
            change(new Change(Objects.requireNonNull(file.getParent()), null, file, null));
        }
    }

    @Override
    public synchronized void syncDirectory(Path directory) throws IOException {
        operation();
        int last = -1;
        for (int i = 0; i < changes.size(); i++) {
            if (changes.get(i).directory().equals(directory)) {
                last = i;
            }
        }
        changes.subList(0, last + 1).forEach(change -> change.applyTo(durableNames));
        changes.subList(0, last + 1).clear();
    }

    /// {@return the names of all files}
    List<Path> paths() {
        return List.copyOf(names.keySet());
    }
}
