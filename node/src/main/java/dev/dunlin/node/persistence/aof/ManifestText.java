// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.aof;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.node.config.ConfigWords;
import dev.dunlin.node.persistence.aof.AofManifest.AofFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The manifest as text, a line for each file: `file appendonly.aof.1.incr.aof seq 1 type i`.
///
/// Reading is as strict as Redis is, word for word, because a manifest that only one of the two takes would strand its owner.
public final class ManifestText {
    private static final String INVALID = "Invalid AOF manifest file format";

    /// Longest line, its end included.
    private static final int LINE_BYTES_MAX = 1024;

    /// Longest manifest that is read at all; a line takes about 50 bytes.
    static final int FILE_BYTES_MAX = 16 << 20;

    private static final int WORDS_MIN = 6;

    private ManifestText() {}

    /// {@return the bytes of the file}
    public static byte[] format(AofManifest manifest) {
        var text = new StringBuilder();
        if (manifest.base() != null) {
            line(text, manifest.base(), 'b');
        }
        manifest.history().forEach(file -> line(text, file, 'h'));
        manifest.increments().forEach(file -> line(text, file, 'i'));
        return text.toString().getBytes(ISO_8859_1);
    }

    private static void line(StringBuilder text, AofFile file, char type) {
        text.append("file ")
                .append(quoted(file.name()))
                .append(" seq ")
                .append(file.sequence())
                .append(" type ")
                .append(type)
                .append('\n');
    }

    private static String quoted(String name) {
        boolean plain =
                !name.isEmpty()
                        && name.chars()
                                .allMatch(c ->
                                        c > ' ' && c < 0x7F && c != '"' && c != '\\' && c != '\'');
        return plain ? name : ConfigWords.quote(name);
    }

    /// Reads a manifest.
    ///
    /// @throws ManifestException where Redis refuses to start
    public static AofManifest parse(byte[] bytes) throws ManifestException {
        return new Reading(new String(bytes, ISO_8859_1)).read();
    }

    /// One go through a text.
    private static final class Reading {
        private final String text;
        private @Nullable AofFile base;
        private final List<AofFile> history = new ArrayList<>();
        private final List<AofFile> increments = new ArrayList<>();
        private int number;
        private String line = "";

        Reading(String text) {
            this.text = text;
        }

        AofManifest read() throws ManifestException {
            if (text.isEmpty()) {
                throw new ManifestException(0, "", "Found an empty AOF manifest");
            }
            int at = 0;
            while (at < text.length()) {
                number++;
                int end = text.indexOf('\n', at);
                if (text.charAt(at) == '#' && end >= 0 && end - at < LINE_BYTES_MAX) {
                    at = end + 1;
                    continue;
                }
                if (end < 0 || end - at >= LINE_BYTES_MAX) {
                    line = text.substring(at, Math.min(text.length(), at + LINE_BYTES_MAX));
                    throw wrong("The AOF manifest file contains too long line");
                }
                line = text.substring(at, end).strip();
                take();
                at = end + 1;
            }
            return new AofManifest(base, history, increments);
        }

        private void take() throws ManifestException {
            List<String> words = words();
            if (words.size() < WORDS_MIN || words.size() % 2 != 0) {
                throw wrong(INVALID);
            }
            String name = "";
            long sequence = 0;
            String type = "";
            for (int i = 0; i < words.size(); i += 2) {
                String value = words.get(i + 1);
                switch (words.get(i).toLowerCase(Locale.ROOT)) {
                    case "file" -> {
                        name = value;
                        if (name.indexOf('/') >= 0 || name.indexOf('\\') >= 0) {
                            throw wrong("File can't be a path, just a filename");
                        }
                    }
                    case "seq" -> sequence = leadingNumber(value);
                    case "type" -> type = value;
                    default -> {
                        // Later versions say more; it does not change which files count.
                    }
                }
            }
            if (name.isEmpty() || sequence == 0 || type.isEmpty()) {
                throw wrong(INVALID);
            }
            add(new AofFile(name, sequence), type.charAt(0));
        }

        private void add(AofFile file, char type) throws ManifestException {
            switch (type) {
                case 'b' -> {
                    if (base != null) {
                        throw wrong("Found duplicate base file information");
                    }
                    base = file;
                }
                case 'h' -> history.add(file);
                case 'i' -> {
                    if (!increments.isEmpty()
                            && file.sequence() <= increments.getLast().sequence()) {
                        throw wrong("Found a non-monotonic sequence number");
                    }
                    increments.add(file);
                }
                default -> throw wrong("Unknown AOF file type");
            }
        }

        private List<String> words() throws ManifestException {
            try {
                Optional<List<String>> words = ConfigWords.split(line);
                if (words.isPresent()) {
                    return words.get();
                }
            } catch (IllegalArgumentException noText) {
                // No file of ours has such a name.
            }
            throw wrong(INVALID);
        }

        /// As C reads a number: up to the first character that is no digit.
        private static long leadingNumber(String word) {
            int end = 0;
            while (end < word.length() && Character.isDigit(word.charAt(end)) && end < 18) {
                end++;
            }
            return end == 0 ? 0 : Long.parseLong(word.substring(0, end));
        }

        private ManifestException wrong(String reason) {
            return new ManifestException(number, line, reason);
        }
    }
}
