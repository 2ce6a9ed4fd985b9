// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/// A plain blocking client: words out, the reply as text in.
final class RedisClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    RedisClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(20_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /// {@return the reply} Errors keep their `-`; nil is `(nil)`; arrays are joined by spaces.
    String call(String... words) throws IOException {
        socket.getOutputStream().write(RespText.resp(words).getBytes(ISO_8859_1));
        return reply();
    }

    /// {@return one field of INFO}
    String info(String field) throws IOException {
        for (String line : call("INFO", "everything").lines().toList()) {
            if (line.startsWith(field + ":")) {
                return line.substring(field.length() + 1);
            }
        }
        return "";
    }

    private String reply() throws IOException {
        String line = line();
        return switch (line.charAt(0)) {
            case '+', ':' -> line.substring(1);
            case '-' -> line;
            case '$' -> bulk(Integer.parseInt(line, 1, line.length(), 10));
            case '*' -> array(Integer.parseInt(line, 1, line.length(), 10));
            default -> throw new IOException("strange reply: " + line);
        };
    }

    private String bulk(int bytes) throws IOException {
        if (bytes < 0) {
            return "(nil)";
        }
        String text = new String(in.readNBytes(bytes), ISO_8859_1);
        in.skipNBytes(2);
        return text;
    }

    private String array(int count) throws IOException {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parts.add(reply());
        }
        return String.join(" ", parts);
    }

    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("after: " + text);
            }
            if (b == '\n') {
                text.setLength(text.length() - 1);
                return text.toString();
            }
            text.append((char) b);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
