// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Splits configuration lines into words and quotes words for them, with the rules of redis-cli and redis.conf.
///
/// Double quotes know `\n \r \t \b \a \xHH` and `\` before anything else; single quotes know `\'` only. A closing quote must be followed
/// by a space or the end.
///
/// A line is bytes, one per character of the string, as a file has them; a word is text, and its bytes are UTF-8.
public final class ConfigWords {
    private ConfigWords() {}

    /// {@return the words of a line, or nothing when its quotes are not balanced}
    ///
    /// @throws IllegalArgumentException when a word is no UTF-8
    public static Optional<List<String>> split(String line) {
        List<String> words = new ArrayList<>();
        int at = 0;
        while (true) {
            while (at < line.length() && isSpace(line.charAt(at))) {
                at++;
            }
            if (at == line.length()) {
                return Optional.of(words);
            }
            var word = new StringBuilder();
            while (at < line.length() && !isSpace(line.charAt(at))) {
                char c = line.charAt(at);
                if (c != '"' && c != '\'') {
                    word.append(c);
                    at++;
                    continue;
                }
                at = c == '"' ? quoted(line, at + 1, word) : singleQuoted(line, at + 1, word);
                if (at < 0 || (at < line.length() && !isSpace(line.charAt(at)))) {
                    return Optional.empty();
                }
            }
            words.add(decode(word.toString()));
        }
    }

    private static String decode(String bytes) {
        try {
            return UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(bytes.getBytes(ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("argument must be UTF-8", e);
        }
    }

    /// {@return the position after the closing quote, or -1 when there is none}
    private static int quoted(String line, int from, StringBuilder word) {
        int at = from;
        while (at < line.length()) {
            char c = line.charAt(at);
            if (c == '"') {
                return at + 1;
            }
            if (c == '\\' && isHexEscape(line, at)) {
                word.append((char) Integer.parseInt(line, at + 2, at + 4, 16));
                at += 4;
            } else if (c == '\\' && at + 1 < line.length()) {
                word.append(escaped(line.charAt(at + 1)));
                at += 2;
            } else {
                word.append(c);
                at++;
            }
        }
        return -1;
    }

    private static int singleQuoted(String line, int from, StringBuilder word) {
        int at = from;
        while (at < line.length()) {
            char c = line.charAt(at);
            if (c == '\'') {
                return at + 1;
            }
            if (c == '\\' && at + 1 < line.length() && line.charAt(at + 1) == '\'') {
                word.append('\'');
                at += 2;
            } else {
                word.append(c);
                at++;
            }
        }
        return -1;
    }

    private static boolean isHexEscape(String line, int at) {
        return at + 3 < line.length()
                && line.charAt(at + 1) == 'x'
                && Character.digit(line.charAt(at + 2), 16) >= 0
                && Character.digit(line.charAt(at + 3), 16) >= 0;
    }

    private static char escaped(char c) {
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> c;
        };
    }

    /// {@return the word in double quotes, so that [#split] reads it back}
    public static String quote(String word) {
        var text = new StringBuilder("\"");
        for (byte b : word.getBytes(UTF_8)) {
            char c = (char) (b & 0xFF);
            switch (c) {
                case '\\', '"' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case '\b' -> text.append("\\b");
                case 7 -> text.append("\\a");
                default -> {
                    if (c < ' ' || c >= 0x7F) {
                        text.append(String.format("\\x%02x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        return text.append('"').toString();
    }

    private static boolean isSpace(char c) {
        return c == ' ' || (c >= 9 && c <= 13) || c == 0;
    }
}
