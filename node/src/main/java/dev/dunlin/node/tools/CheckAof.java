// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.tools;

import dev.dunlin.node.persistence.aof.AofFormatException;
import dev.dunlin.node.persistence.aof.AofManifest;
import dev.dunlin.node.persistence.aof.AofManifest.AofFile;
import dev.dunlin.node.persistence.aof.AofReader;
import dev.dunlin.node.persistence.aof.CommandBlock;
import dev.dunlin.node.persistence.aof.ManifestException;
import dev.dunlin.node.persistence.aof.ManifestText;
import dev.dunlin.node.persistence.rdb.RdbFormatException;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.rdb.RdbReader;
import dev.dunlin.node.persistence.rdb.RdbRecord;
import dev.dunlin.node.persistence.rdb.RdbSource;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// `dunlin-node check-aof`: looks whether an append-only file can be loaded, and makes it loadable, in the words of redis-check-aof.
///
/// Takes a manifest with all its files, or one file of commands, with an RDB part before them or without. Only the end of the last file is
/// ever taken away, and only after a yes.
///
/// Thread: one, which waits for disk and terminal.
public final class CheckAof {
    static final String USAGE =
            """
            Usage: dunlin-node check-aof [--fix|--truncate-to-timestamp $timestamp] <file.manifest|file.aof>

            Checks an append-only file: a manifest with all files it names, or a single file.

              --fix                         takes a broken end of the last file away, after asking
              --truncate-to-timestamp TIME  takes all away that was written after this Unix time in
                                            seconds; needs a file with aof-timestamp-enabled

            Exit status: 0 when the file can be loaded, 1 when it cannot, or is used by nobody to be checked.
            Make a copy before anything is taken away.
            """;

    private static final byte[] RDB_MAGIC = {'R', 'E', 'D', 'I', 'S'};

    /// Ends the program; the reason is printed.
    private static final class GivenUp extends Exception {
        private static final long serialVersionUID = 1L;

        GivenUp(String message) {
            super(message);
        }
    }

    /// What became of one file.
    private enum Verdict {
        OK,
        EMPTY,
        TRUNCATED,
        CUT_TO_TIMESTAMP
    }

    private final PrintStream out;
    private final BufferedReader answers;
    private final boolean fix;
    private final long untilSeconds;

    /// Lines of commands in all files so far, and the one after them.
    private long line = 1;

    private CheckAof(PrintStream out, BufferedReader answers, boolean fix, long untilSeconds) {
        this.out = out;
        this.answers = answers;
        this.fix = fix;
        this.untilSeconds = untilSeconds;
    }

    /// Runs the tool.
    ///
    /// @param words what follows `check-aof`
    /// @param answers where a yes comes from
    /// @return the exit status
    public static int run(List<String> words, PrintStream out, BufferedReader answers) {
        boolean fix = false;
        long until = 0;
        String file;
        if (words.size() == 1 && !words.getFirst().startsWith("--")) {
            file = words.getFirst();
        } else if (words.size() == 2 && words.getFirst().equals("--fix")) {
            fix = true;
            file = words.get(1);
        } else if (words.size() == 3 && words.getFirst().equals("--truncate-to-timestamp")) {
            until = seconds(words.get(1));
            if (until <= 0) {
                out.println("Invalid timestamp, aborting...");
                return 1;
            }
            file = words.get(2);
        } else {
            out.print(USAGE);
            return words.equals(List.of("--help")) ? 0 : 1;
        }
        try {
            new CheckAof(out, answers, fix, until).check(Path.of(file));
            return 0;
        } catch (GivenUp e) {
            out.println(e.getMessage());
        } catch (ManifestException e) {
            out.print(e.report());
        } catch (IOException e) {
            out.println(file + ": " + e.getMessage() + ", aborting...");
        }
        return 1;
    }

    private static long seconds(String word) {
        try {
            return Long.parseLong(word);
        } catch (NumberFormatException none) {
            return 0;
        }
    }

    private void check(Path file) throws IOException, GivenUp, ManifestException {
        if (!Files.exists(file)) {
            throw new GivenUp("Cannot open file " + file + ": No such file or directory");
        }
        if (isManifest(file)) {
            checkAll(file);
        } else {
            out.println("Start checking Old-Style AOF");
            say(checkFile(file, file.toString(), true), file.toString(), "AOF");
        }
    }

    /// {@return whether the file says so itself: its first line that is no comment begins with `file`}
    private static boolean isManifest(Path file) throws IOException {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
            String line = lines.readLine();
            while (line != null && line.startsWith("#")) {
                line = lines.readLine();
            }
            return line != null && line.startsWith("file");
        }
    }

    private void checkAll(Path manifestFile) throws IOException, GivenUp, ManifestException {
        out.println("Start checking Multi Part AOF");
        AofManifest manifest = ManifestText.parse(Files.readAllBytes(manifestFile));
        AofFile base = manifest.base();
        int left = manifest.toLoad().size();
        if (base != null) {
            boolean rdb = startsWithMagic(existing(manifestFile, base));
            out.println("Start to check BASE AOF (" + (rdb ? "RDB" : "RESP") + " format).");
            left--;
            say(
                    checkFile(existing(manifestFile, base), base.name(), left == 0),
                    base.name(),
                    "BASE AOF");
        }
        if (!manifest.increments().isEmpty()) {
            out.println("Start to check INCR files.");
        }
        for (AofFile increment : manifest.increments()) {
            left--;
            say(
                    checkFile(existing(manifestFile, increment), increment.name(), left == 0),
                    increment.name(),
                    "INCR AOF");
        }
        out.println("All AOF files and manifest are valid");
    }

    private static Path existing(Path manifestFile, AofFile file) throws GivenUp {
        Path path = manifestFile.resolveSibling(file.name());
        if (!Files.exists(path)) {
            throw new GivenUp(
                    "Cannot open file " + path + ": No such file or directory, aborting...");
        }
        return path;
    }

    private void say(Verdict verdict, String name, String type) {
        out.println(
                switch (verdict) {
                    case OK -> type + " " + name + " is valid";
                    case EMPTY -> type + " " + name + " is empty";
                    case TRUNCATED -> "Successfully truncated AOF " + name;
                    case CUT_TO_TIMESTAMP ->
                            "Successfully truncated AOF " + name + " to timestamp " + untilSeconds;
                });
    }

    private static boolean startsWithMagic(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            byte[] first = new byte[RDB_MAGIC.length];
            return channel.read(ByteBuffer.wrap(first), 0) == first.length
                    && Arrays.equals(first, RDB_MAGIC);
        }
    }

    /// How far a file is whole.
    ///
    /// @param problem what comes then, or null when that is its end
    /// @param timestampAt where the first timestamp that is too late stands, or -1
    private record Extent(long bytes, @Nullable String problem, long timestampAt) {}

    private Verdict checkFile(Path path, String name, boolean last) throws IOException, GivenUp {
        long bytes = Files.size(path);
        if (bytes == 0) {
            return Verdict.EMPTY;
        }
        Extent extent;
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long from = startsWithMagic(path) ? checkRdb(channel, name) : 0;
            extent = measure(channel, bytes, from);
            line += AofLines.count(channel.position(from));
        }
        if (extent.timestampAt >= 0) {
            cutToTimestamp(path, extent.timestampAt, last);
            return Verdict.CUT_TO_TIMESTAMP;
        }
        if (extent.problem != null) {
            out.println(extent.problem);
        }
        long behind = bytes - extent.bytes;
        if (behind == 0 && untilSeconds > 0) {
            out.println("Truncate nothing in AOF " + name + " to timestamp " + untilSeconds);
            return Verdict.OK;
        }
        out.println(
                "AOF analyzed: filename=%s, size=%d, ok_up_to=%d, ok_up_to_line=%d, diff=%d"
                        .formatted(name, bytes, extent.bytes, line, behind));
        if (behind == 0) {
            return Verdict.OK;
        }
        if (!fix) {
            throw new GivenUp(
                    "AOF " + name + " is not valid. Use the --fix option to try fixing it.");
        }
        takeAway(path, name, bytes, extent.bytes, last);
        return Verdict.TRUNCATED;
    }

    private Extent measure(FileChannel channel, long bytes, long from) throws IOException {
        channel.position(from);
        long[] tooLateAt = {-1};
        var reader =
                new AofReader(
                        channel,
                        from,
                        bytes,
                        (offset, text) -> {
                            if (isTooLate(text)) {
                                tooLateAt[0] = offset;
                            }
                            return tooLateAt[0] < 0;
                        });
        String problem = null;
        try {
            for (CommandBlock block = reader.next(); block != null; block = reader.next()) {
                block.release();
            }
            if (reader.endsInTransaction()) {
                problem = at(bytes, "Reached EOF before reading EXEC for MULTI");
            } else if (reader.isCutOff()) {
                problem = at(reader.validBytes(), "Unexpected end of file in a command");
            }
        } catch (AofFormatException e) {
            problem = at(e.offset(), "format error: " + e.reason());
        } finally {
            reader.drop();
        }
        return new Extent(reader.validBytes(), problem, tooLateAt[0]);
    }

    private boolean isTooLate(String annotation) throws IOException {
        if (untilSeconds == 0 || !annotation.startsWith("#TS:")) {
            return false;
        }
        long written = seconds(annotation.substring("#TS:".length()).strip());
        if (written == 0) {
            throw new IOException("Invalid timestamp annotation");
        }
        return written > untilSeconds;
    }

    private static String at(long offset, String what) {
        return "0x%16x: %s".formatted(offset, what);
    }

    /// {@return where the RDB part ends}
    private long checkRdb(FileChannel channel, String name) throws IOException, GivenUp {
        out.println("[offset 0] Checking RDB file " + name);
        var reader =
                new RdbReader(
                        RdbSource.of(Channels.newInputStream(channel)),
                        new RdbLimits(RdbLimits.STRING_BYTES_MAX, Integer.MAX_VALUE, true));
        long keys = 0;
        try {
            for (RdbRecord record = reader.next();
                    !(record instanceof RdbRecord.End);
                    record = reader.next()) {
                keys += record instanceof RdbRecord.Entry ? 1 : 0;
            }
        } catch (RdbFormatException e) {
            out.println("[offset " + e.offset() + "] " + e.reason());
            throw new GivenUp("RDB preamble of AOF file is not sane, aborting.");
        }
        out.println("[offset " + reader.offset() + "] \\o/ RDB looks OK! \\o/");
        out.println("[info] " + keys + " keys read");
        out.println("RDB preamble is OK, proceeding with AOF tail...");
        return reader.offset();
    }

    private void cutToTimestamp(Path path, long offset, boolean last) throws IOException, GivenUp {
        if (offset == 0) {
            throw new GivenUp(
                    "AOF "
                            + path
                            + " has nothing before timestamp "
                            + untilSeconds
                            + ", aborting...");
        }
        if (!last) {
            throw new GivenUp(
                    "Failed to truncate AOF "
                            + path
                            + " to timestamp "
                            + untilSeconds
                            + " to offset "
                            + offset
                            + " because it is not the last file.\n"
                            + "If you insist, please delete all files after this file according to"
                            + " the manifest file and delete the corresponding records in manifest"
                            + " file manually. Then re-run check-aof.");
        }
        truncate(path, offset);
    }

    private void takeAway(Path path, String name, long from, long to, boolean last)
            throws IOException, GivenUp {
        if (!last) {
            throw new GivenUp(
                    "Failed to truncate AOF " + name + " because it is not the last file");
        }
        out.println(
                "This will shrink the AOF %s from %d bytes, with %d bytes, to %d bytes"
                        .formatted(name, from, from - to, to));
        out.print("Continue? [y/N]: ");
        out.flush();
        String answer = answers.readLine();
        if (answer == null || !answer.regionMatches(true, 0, "y", 0, 1)) {
            throw new GivenUp("Aborting...");
        }
        truncate(path, to);
    }

    private static void truncate(Path path, long bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.truncate(bytes);
            channel.force(true);
        }
    }
}
