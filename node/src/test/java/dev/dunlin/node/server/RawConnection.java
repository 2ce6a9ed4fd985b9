// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;

/// A client without manners: sends any bytes, and reads replies as the text that is on the wire.
final class RawConnection implements AutoCloseable {
    private static final int TIMEOUT_MS = 20_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    RawConnection(int port) {
        try {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.setTcpNoDelay(true);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends text, one byte per char.
    RawConnection send(String text) {
        return send(text.getBytes(ISO_8859_1));
    }

    RawConnection send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends a command and returns its reply.
    String call(String... words) {
        var request = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            request.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return send(request.toString()).reply();
    }

    /// {@return the next reply as it is on the wire, line ends left out: `+OK`, `:1`, `$value`, `$-1`, `[$a $b]`}
    String reply() {
        try {
            return read();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return whether anything comes within this time}
    boolean hasReplyWithin(int millis) {
        try {
            socket.setSoTimeout(millis);
            in.mark(1);
            int next = in.read();
            in.reset();
            return next >= 0;
        } catch (java.net.SocketTimeoutException nothing) {
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            restoreTimeout();
        }
    }

    private void restoreTimeout() {
        try {
            socket.setSoTimeout(TIMEOUT_MS);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return whether the other side has closed, after reading what was still to come}
    boolean isClosedByPeer() {
        try {
            while (in.read() >= 0) {
                // Replies that came before the end.
            }
            return true;
        } catch (IOException reset) {
            return !(reset instanceof java.net.SocketTimeoutException);
        }
    }

    /// Says that nothing more will come, and returns all bytes that the other side still sends.
    String rest() {
        try {
            socket.shutdownOutput();
            return new String(in.readAllBytes(), ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String read() throws IOException {
        String line = line();
        return switch (line.charAt(0)) {
            case '$' -> {
                int length = Integer.parseInt(line.substring(1));
                if (length < 0) {
                    yield line;
                }
                byte[] body = in.readNBytes(length);
                if (body.length < length) {
                    throw new EOFException();
                }
                line();
                yield "$" + new String(body, ISO_8859_1);
            }
            case '*', '~', '>' -> elements(Integer.parseInt(line.substring(1)));
            case '%' -> elements(2 * Integer.parseInt(line.substring(1)));
            default -> line;
        };
    }

    private String elements(int count) throws IOException {
        if (count < 0) {
            return "*-1";
        }
        var text = new StringBuilder("[");
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : " ").append(read());
        }
        return text.append(']').toString();
    }

    private String line() throws IOException {
        var bytes = new ByteArrayOutputStream();
        int c;
        while ((c = in.read()) != '\n') {
            if (c < 0) {
                throw new EOFException("closed after " + bytes.toString(ISO_8859_1));
            }
            if (c != '\r') {
                bytes.write(c);
            }
        }
        return bytes.toString(ISO_8859_1);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
