// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/// A plain blocking client for the questions around a measurement: is it up, how much memory, how many keys.
///
/// Thread: one. A reply is read as text of at most [#REPLY_BYTES_MAX]; an error reply is an [IOException].
public final class ControlClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 60_000;
    private static final int REPLY_BYTES_MAX = 1 << 20;

    private final Socket socket;
    private final InputStream in;

    /// Connects to 127.0.0.1:`port`.
    public ControlClient(int port) throws IOException {
        socket = new Socket();
        try {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// {@return the reply to a command, without its type and length}
    public String ask(String... words) throws IOException {
        var request = new StringBuilder("*").append(words.length).append("\r\n");
        for (String word : words) {
            request.append('$').append(word.getBytes(UTF_8).length).append("\r\n");
            request.append(word).append("\r\n");
        }
        socket.getOutputStream().write(request.toString().getBytes(UTF_8));
        String head = line();
        char type = head.charAt(0);
        String rest = head.substring(1);
        return switch (type) {
            case '+', ':' -> rest;
            case '$' -> bulk(Integer.parseInt(rest));
            case '-' -> throw new IOException(words[0] + " failed: " + rest);
            default -> throw new IOException(words[0] + " answered something unknown: " + head);
        };
    }

    /// {@return a field of INFO}
    ///
    /// @throws IOException also when the server has no such field
    public String info(String section, String field) throws IOException {
        for (String line : ask("INFO", section).lines().toList()) {
            if (line.startsWith(field + ":")) {
                return line.substring(field.length() + 1).strip();
            }
        }
        throw new IOException("INFO " + section + " has no field " + field);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String bulk(int bytes) throws IOException {
        if (bytes < 0 || bytes > REPLY_BYTES_MAX) {
            throw new IOException("a reply of " + bytes + " bytes");
        }
        byte[] text = in.readNBytes(bytes + 2);
        if (text.length < bytes + 2) {
            throw new EOFException("the server closed the connection");
        }
        return new String(text, 0, bytes, UTF_8);
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (b == '\n' && !line.isEmpty()) {
                return line.toString().strip();
            }
            if (line.length() == REPLY_BYTES_MAX) {
                throw new IOException("a reply line without end");
            }
            line.append((char) b);
        }
    }
}
