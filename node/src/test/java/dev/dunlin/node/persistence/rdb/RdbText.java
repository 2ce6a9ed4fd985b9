// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.util.Objects.requireNonNull;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/// RDB files and values as text, in the form of the expectations beside the captured files.
final class RdbText {
    private RdbText() {}

    static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    static String hex(byte[] bytes) {
        return bytes.length == 0 ? "-" : HexFormat.of().formatHex(bytes);
    }

    static byte[] unhex(String hex) {
        return HexFormat.of().parseHex(hex.replaceAll("[ |]", ""));
    }

    /// The lines of a resource of this package, without comments.
    static List<String> lines(String resource) throws IOException {
        try (InputStream in = RdbText.class.getResourceAsStream(resource)) {
            return new String(requireNonNull(in, resource).readAllBytes(), ISO_8859_1)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
    }

    static byte[] file(String resource) throws IOException {
        return unhex(lines(resource + ".hex").stream().collect(Collectors.joining()));
    }

    /// Reads a whole file; each entry becomes `db key expiry type element...`.
    static List<String> entries(byte[] file) throws IOException {
        return entries(
                new RdbReader(RdbSource.of(new ByteArrayInputStream(file)), RdbLimits.DEFAULT));
    }

    static List<String> entries(RdbReader reader) throws IOException {
        List<String> lines = new ArrayList<>();
        for (RdbRecord record = reader.next();
                !(record instanceof RdbRecord.End);
                record = reader.next()) {
            if (record instanceof RdbRecord.Entry entry) {
                lines.add(
                        entry.db()
                                + " "
                                + hex(entry.key())
                                + " "
                                + entry.expireAtMs()
                                + " "
                                + value(entry.value()));
            }
        }
        return lines;
    }

    /// The type in Redis's words, then the elements; sorted where the order means nothing.
    static String value(RdbValue value) throws IOException {
        List<String> elements = new ArrayList<>();
        switch (value) {
            case RdbValue.StringBytes string -> {
                return "string " + hex(string.bytes());
            }
            case RdbValue.HashPairs hash -> {
                long count = hash.count();
                while (hash.next()) {
                    elements.add(hex(hash.field()) + "=" + hex(hash.value()));
                }
                if (count != elements.size()) {
                    throw new AssertionError(count + " pairs said, " + elements.size() + " came");
                }
                return "hash " + sorted(elements);
            }
            case RdbValue.TimedHashPairs hash -> {
                while (hash.next()) {
                    elements.add(hex(hash.field()) + "=" + hex(hash.value()) + "@" + hash.timeMs());
                }
                return "hash " + sorted(elements);
            }
            case RdbValue.ListElements list -> {
                while (list.next()) {
                    elements.add(hex(list.element()));
                }
                return "list " + String.join(" ", elements);
            }
            case RdbValue.SetMembers set -> {
                long count = set.count();
                while (set.next()) {
                    elements.add(hex(set.member()));
                }
                if (count != elements.size()) {
                    throw new AssertionError(count + " members said, " + elements.size() + " came");
                }
                return "set " + sorted(elements);
            }
            case RdbValue.ScoredMembers sortedSet -> {
                long count = sortedSet.count();
                while (sortedSet.next()) {
                    elements.add(
                            hex(sortedSet.member())
                                    + "="
                                    + HexFormat.of()
                                            .toHexDigits(
                                                    Double.doubleToLongBits(sortedSet.score())));
                }
                if (count != elements.size()) {
                    throw new AssertionError(count + " members said, " + elements.size() + " came");
                }
                return "zset " + sorted(elements);
            }
            case RdbValue.StreamParts stream -> {
                stream.drain();
                return "stream";
            }
            case RdbValue.Opaque _ -> {
                return "module";
            }
        }
    }

    private static String sorted(List<String> elements) {
        return elements.stream().sorted().collect(Collectors.joining(" "));
    }
}
