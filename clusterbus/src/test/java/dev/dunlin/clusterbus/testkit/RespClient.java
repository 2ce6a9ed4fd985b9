// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// As much of RESP2 as tests need to talk to a real server. Thread: one.
public final class RespClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 10_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    public RespClient(int port) throws IOException {
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
        socket.setSoTimeout(TIMEOUT_MS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /// {@return the reply as text, arrays as one line per element; an error throws `IOException`}
    public String call(Object... arguments) throws IOException {
        var request = new StringBuilder("*" + arguments.length + "\r\n");
        for (Object argument : arguments) {
            String text = argument.toString();
            request.append('$').append(text.length()).append("\r\n").append(text).append("\r\n");
        }
        socket.getOutputStream().write(request.toString().getBytes(UTF_8));
        Object reply = reply();
        return reply == null ? "" : reply.toString();
    }

    private @Nullable Object reply() throws IOException {
        String line = line();
        String rest = line.substring(1);
        return switch (line.charAt(0)) {
            case '+', ':' -> rest;
            case '-' -> throw new IOException(rest);
            case '$' -> bulk(Integer.parseInt(rest));
            case '*' -> {
                List<String> elements = new ArrayList<>();
                for (int i = Integer.parseInt(rest); i > 0; i--) {
                    elements.add(String.valueOf(reply()));
                }
                yield String.join("\n", elements);
            }
            default -> throw new IOException("not RESP: " + line);
        };
    }

    private @Nullable String bulk(int length) throws IOException {
        if (length < 0) {
            return null;
        }
        byte[] bytes = in.readNBytes(length + 2);
        return new String(bytes, 0, length, UTF_8);
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("server closed the connection");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
