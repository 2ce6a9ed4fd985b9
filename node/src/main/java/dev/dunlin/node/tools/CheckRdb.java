// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.tools;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.node.persistence.rdb.RdbFormatException;
import dev.dunlin.node.persistence.rdb.RdbLimits;
import dev.dunlin.node.persistence.rdb.RdbReader;
import dev.dunlin.node.persistence.rdb.RdbRecord;
import dev.dunlin.node.persistence.rdb.RdbSource;
import dev.dunlin.node.persistence.rdb.RdbType;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `dunlin-node check-rdb`: looks whether a dump file can be loaded, in the words of redis-check-rdb.
///
/// Every record and every element is read by what a starting node reads it with, so a file that passes is one that a node loads, but for a
/// key or an element that comes twice, which only shows when it is put in place.
///
/// Thread: one, which waits for the disk.
public final class CheckRdb {
    static final String USAGE =
            """
            Usage: dunlin-node check-rdb <file.rdb>

            Checks a dump file, as SAVE and BGSAVE of a node or of Redis make it, from its first byte to its
            checksum. Prints what it finds, and on which offset; the file is never changed.

            Exit status: 0 when the file can be loaded, 1 when it cannot.

            Examples:
              dunlin-node check-rdb /var/lib/redis/dump.rdb
              dunlin-node check-rdb dump.rdb && cp dump.rdb backup/
            """;

    /// As many as any `databases` setting allows: the tool does not know it.
    private static final int DATABASES_MAX = Integer.MAX_VALUE;

    private final PrintStream out;
    private final long nowMs;
    private final Map<RdbType, Long> keysByType = new EnumMap<>(RdbType.class);
    private long keys;
    private long expires;
    private long expired;
    private long functions;

    private CheckRdb(PrintStream out, long nowMs) {
        this.out = out;
        this.nowMs = nowMs;
    }

    /// Runs the tool.
    ///
    /// @param words what follows `check-rdb`
    /// @return the exit status
    public static int run(List<String> words, PrintStream out) {
        if (words.size() != 1 || words.getFirst().startsWith("--")) {
            out.print(USAGE);
            return words.equals(List.of("--help")) ? 0 : 1;
        }
        return new CheckRdb(out, System.currentTimeMillis()).check(Path.of(words.getFirst()));
    }

    private int check(Path file) {
        say(0, "Checking RDB file " + file);
        try (InputStream input = Files.newInputStream(file)) {
            var reader =
                    new RdbReader(
                            RdbSource.of(input, Files.size(file)),
                            new RdbLimits(RdbLimits.STRING_BYTES_MAX, DATABASES_MAX, true));
            return check(reader);
        } catch (NoSuchFileException e) {
            out.println("Cannot open file " + file + ": No such file or directory");
        } catch (IOException e) {
            out.println("Cannot read file " + file + ": " + e.getMessage());
        }
        return 1;
    }

    private int check(RdbReader reader) throws IOException {
        try {
            RdbRecord record;
            do {
                record = reader.next();
                note(reader, record);
            } while (!(record instanceof RdbRecord.End));
        } catch (RdbFormatException e) {
            out.println("--- RDB ERROR DETECTED ---");
            say(e.offset(), e.reason());
            byte[] key = reader.currentKey();
            if (key != null) {
                out.println("[additional info] Reading key '" + printable(key) + "'");
            }
            RdbType type = reader.currentType();
            if (type != null) {
                out.println(
                        "[additional info] Reading type " + type.code() + " (" + name(type) + ")");
            }
            statistics();
            return 1;
        }
        say(
                reader.offset(),
                reader.hasChecksum()
                        ? "Checksum OK"
                        : "RDB file was saved with checksum disabled: no check performed.");
        say(reader.offset(), "\\o/ RDB looks OK! \\o/");
        statistics();
        return 0;
    }

    private void note(RdbReader reader, RdbRecord record) {
        switch (record) {
            case RdbRecord.Aux(String name, String value) ->
                    say(
                            reader.offset(),
                            "AUX FIELD " + printable(name) + " = '" + printable(value) + "'");
            case RdbRecord.SelectDb(int db) -> say(reader.offset(), "Selecting DB ID " + db);
            case RdbRecord.Function _ -> functions++;
            case RdbRecord.ModuleAux(String module) ->
                    say(
                            reader.offset(),
                            "MODULE AUX for: " + module + ", which no node here can hold");
            case RdbRecord.Entry entry -> note(entry);
            case RdbRecord.ResizeDb _ -> {}
            case RdbRecord.End(long skipped) -> {
                if (skipped > 0) {
                    say(
                            reader.offset(),
                            skipped + " keys have no elements, which stand for no key");
                }
            }
        }
    }

    private void note(RdbRecord.Entry entry) {
        keys++;
        keysByType.merge(entry.value().type(), 1L, Long::sum);
        if (entry.expireAtMs() != RdbRecord.Entry.NEVER) {
            expires++;
            expired += entry.expireAtMs() < nowMs ? 1 : 0;
        }
    }

    private void statistics() {
        out.println("[info] " + keys + " keys read");
        out.println("[info] " + expires + " expires");
        out.println("[info] " + expired + " already expired");
        if (functions > 0) {
            out.println("[info] " + functions + " function libraries");
        }
        keysByType.forEach((type, count) -> out.println("[info] " + count + " " + name(type)));
    }

    private void say(long offset, String text) {
        out.println("[offset " + offset + "] " + text);
    }

    private static String name(RdbType type) {
        return type.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String printable(byte @Nullable [] text) {
        return text == null ? "" : printable(new String(text, ISO_8859_1));
    }

    /// A terminal must not be told what to do by what a file says.
    private static String printable(String text) {
        var printable = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            printable.append(c >= ' ' && c < 127 ? "" + c : String.format("\\x%02x", (int) c));
        }
        return printable.toString();
    }
}
