// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.workflow;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The journal: what was planned, which steps are done, how it ended.
///
/// One file per workflow, one record per line, `crc32c json`, in the order in which they happened:
///
/// ```
/// wf-00000007.journal
///   6f1d2c3a {"record":"started", "plan":{...}, ...}
///   09a8b7c6 {"record":"stepDone", "step":0, ...}
///   ...
///   1a2b3c4d {"record":"stateChanged", "state":"SUCCEEDED", ...}
/// ```
///
/// A record is on disk (fsync) when [#append] returns. A crash can cut off the last line only; such a line is dropped, for
/// what it would have said had not been promised to anyone, and each step can be run again.
///
/// Thread: any; one process at a time holds the directory by a lock file.
public final class WorkflowStore implements Closeable {
    /// Ended workflows kept; the oldest go first.
    static final int ENDED_MAX = 500;

    private static final String PREFIX = "wf-";
    private static final String SUFFIX = ".journal";
    private static final int CRC_CHARS = 8;

    private final Path directory;
    private final FileChannel lockChannel;

    private final FileLock lock;

    /// Called around each write; tests make the process "crash" here.
    private final Runnable beforeAppend;

    private final Runnable afterAppend;

    /// One line of a journal.
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "record")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Entry.Started.class, name = "started"),
        @JsonSubTypes.Type(value = Entry.Limited.class, name = "limited"),
        @JsonSubTypes.Type(value = Entry.StepDone.class, name = "stepDone"),
        @JsonSubTypes.Type(value = Entry.StateChanged.class, name = "stateChanged"),
    })
    public sealed interface Entry {
        /// The workflow exists from here on and will be run.
        record Started(Plan plan, String requestId, String reason, int slotsPerSecondMax, long atMs)
                implements Entry {}

        /// Slots move no faster than this from here on; 0 is no limit.
        record Limited(int slotsPerSecondMax, long atMs) implements Entry {}

        /// Step number `step`, from 0, is done.
        record StepDone(int step, long atMs) implements Entry {}

        /// It was cancelled, has ended, or was started again.
        record StateChanged(Workflow.State state, @Nullable Failure failure, long atMs)
                implements Entry {}
    }

    /// Opens the journals in `directory`, which is made when missing.
    ///
    /// Throws [IOException] when another process has them open.
    public WorkflowStore(Path directory) throws IOException {
        this(directory, () -> {}, () -> {});
    }

    WorkflowStore(Path directory, Runnable beforeAppend, Runnable afterAppend) throws IOException {
        this.directory = directory;
        this.beforeAppend = beforeAppend;
        this.afterAppend = afterAppend;
        Files.createDirectories(directory);
        lockChannel =
                FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        lock = lockOrThrow(lockChannel, directory);
    }

    private static FileLock lockOrThrow(FileChannel channel, Path directory) throws IOException {
        FileLock held = null;
        try {
            held = channel.tryLock();
        } catch (OverlappingFileLockException _) {
            // Held by this very process; treated like any other holder below.
        }
        if (held == null) {
            channel.close();
            throw new IOException("another control plane uses " + directory);
        }
        return held;
    }

    /// {@return the journal of each workflow, by id, ascending}
    public Map<String, List<Entry>> load() throws IOException {
        var journals = new TreeMap<String, List<Entry>>();
        try (var files = Files.newDirectoryStream(directory, PREFIX + "*" + SUFFIX)) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName());
                var entries = read(file);
                if (!entries.isEmpty()) {
                    journals.put(name.substring(0, name.length() - SUFFIX.length()), entries);
                }
            }
        }
        return journals;
    }

    /// {@return the id of the `number`-th workflow}
    static String id(long number) {
        return PREFIX + String.format(Locale.ROOT, "%06d", number);
    }

    /// {@return the number in an id}
    static long number(String id) {
        try {
            return Long.parseLong(id.substring(PREFIX.length()));
        } catch (NumberFormatException | IndexOutOfBoundsException _) {
            return 0;
        }
    }

    /// Writes one record and waits until the disk has it.
    public void append(String id, Entry entry) throws IOException {
        beforeAppend.run();
        String json = JournalCodec.write(entry);
        byte[] line = (crc(json) + " " + json + "\n").getBytes(StandardCharsets.UTF_8);
        Path file = directory.resolve(id + SUFFIX);
        boolean fresh = !Files.exists(file);
        try (var channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            channel.position(endOfLastLine(channel));
            channel.truncate(channel.position());
            var buffer = ByteBuffer.wrap(line);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            channel.force(true);
        }
        if (fresh) {
            try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
        afterAppend.run();
    }

    /// Where the next record goes: behind the last whole line, over a half one that a crash left.
    private static long endOfLastLine(FileChannel channel) throws IOException {
        long end = channel.size();
        var one = ByteBuffer.allocate(1);
        while (end > 0) {
            one.clear();
            if (channel.read(one, end - 1) == 1 && one.get(0) == '\n') {
                return end;
            }
            end--;
        }
        return 0;
    }

    /// Forgets a workflow that has ended.
    void delete(String id) throws IOException {
        Files.deleteIfExists(directory.resolve(id + SUFFIX));
    }

    @Override
    public void close() throws IOException {
        lock.close();
        lockChannel.close();
    }

    private static List<Entry> read(Path file) throws IOException {
        var entries = new ArrayList<Entry>();
        String text = Files.readString(file, StandardCharsets.UTF_8);
        int start = 0;
        int end = text.indexOf('\n', start);
        while (end >= 0) {
            entries.add(parse(file, text.substring(start, end)));
            start = end + 1;
            end = text.indexOf('\n', start);
        }
        return entries;
    }

    private static Entry parse(Path file, String line) throws IOException {
        if (line.length() <= CRC_CHARS
                || !line.startsWith(crc(line.substring(CRC_CHARS + 1)) + " ")) {
            throw new IOException(
                    file + " is damaged; move it away to go on without this workflow: " + line);
        }
        return JournalCodec.read(line.substring(CRC_CHARS + 1), Entry.class);
    }

    private static String crc(String json) {
        var crc = new CRC32C();
        crc.update(json.getBytes(StandardCharsets.UTF_8));
        return String.format(Locale.ROOT, "%08x", crc.getValue());
    }
}
