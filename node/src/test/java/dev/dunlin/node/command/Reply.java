// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.DataInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// One reply as it came over the wire: its type byte, its text, and for a collection its elements.
record Reply(char type, String text, List<Reply> elements) {
    static Reply read(DataInputStream in) throws IOException {
        char type = (char) in.readUnsignedByte();
        String line = line(in);
        return switch (type) {
            case '+', '-', ':', ',', '_', '#', '(' -> new Reply(type, line, List.of());
            case '$', '=' -> {
                int bytes = Integer.parseInt(line);
                if (bytes < 0) {
                    yield new Reply(type, "nil", List.of());
                }
                String text = new String(in.readNBytes(bytes), ISO_8859_1);
                in.readNBytes(2);
                yield new Reply(type, "\"" + text + "\"", List.of());
            }
            case '*', '%', '~', '>' -> {
                int count = Integer.parseInt(line) * (type == '%' ? 2 : 1);
                List<Reply> elements = new ArrayList<>();
                for (int i = 0; i < count; i++) {
                    elements.add(read(in));
                }
                yield new Reply(type, count < 0 ? "nil" : "", elements);
            }
            default -> throw new IOException("reply of type " + type + ": " + line);
        };
    }

    private static String line(DataInputStream in) throws IOException {
        var line = new StringBuilder();
        for (int c = in.readUnsignedByte(); c != '\r'; c = in.readUnsignedByte()) {
            line.append((char) c);
        }
        in.readUnsignedByte();
        return line.toString();
    }

    boolean isError() {
        return type == '-';
    }

    long integer() {
        return Long.parseLong(text);
    }

    /// {@return the bytes of a string, one per char}
    String string() {
        return text.startsWith("\"") ? text.substring(1, text.length() - 1) : text;
    }

    /// {@return the same with its elements in an order that does not depend on the server}
    ///
    /// @param group how many elements belong together, such as 2 for field and value
    Reply sorted(int group) {
        List<List<Reply>> groups = new ArrayList<>();
        for (int i = 0; i < elements.size(); i += group) {
            groups.add(elements.subList(i, Math.min(elements.size(), i + group)));
        }
        groups.sort(Comparator.comparing(List::toString));
        return new Reply(type, text, groups.stream().flatMap(List::stream).toList());
    }

    @Override
    public String toString() {
        return type + text + (elements.isEmpty() ? "" : elements.toString());
    }
}
