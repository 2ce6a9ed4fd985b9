// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;

/// A blocking client that asks many questions at once and looks at the answers: for loads in which the next request depends on the last.
///
/// Keys are numbers; values are so many bytes of the same.
///
/// Thread: one.
public final class BatchClient implements AutoCloseable {
    private static final int BUFFER_BYTES = 1 << 18;

    private final Socket socket;
    private final InputStream in;
    private final ByteArrayOutputStream request = new ByteArrayOutputStream(BUFFER_BYTES);
    private byte[] value = {};

    /// Connects to 127.0.0.1:`port`.
    public BatchClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES);
    }

    /// Asks for keys.
    ///
    /// @param there gets whether each is there
    public void get(long[] keys, int count, boolean[] there) throws IOException {
        for (int i = 0; i < count; i++) {
            begin(2, "GET", keys[i]);
        }
        send();
        for (int i = 0; i < count; i++) {
            there[i] = readBulk();
        }
    }

    /// Gives keys values of these lengths.
    public void set(long[] keys, int count, int[] bytes) throws IOException {
        for (int i = 0; i < count; i++) {
            begin(3, "SET", keys[i]);
            if (value.length < bytes[i]) {
                value = new byte[bytes[i]];
                Arrays.fill(value, (byte) 'v');
            }
            text("$" + bytes[i] + "\r\n");
            request.write(value, 0, bytes[i]);
            text("\r\n");
        }
        send();
        for (int i = 0; i < count; i++) {
            expect('+');
        }
    }

    /// Deletes keys.
    public void delete(long[] keys, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            begin(2, "DEL", keys[i]);
        }
        send();
        for (int i = 0; i < count; i++) {
            expect(':');
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private void begin(int words, String command, long key) {
        String name = "key:" + key;
        text("*" + words + "\r\n$" + command.length() + "\r\n" + command + "\r\n");
        text("$" + name.length() + "\r\n" + name + "\r\n");
    }

    private void text(String text) {
        request.writeBytes(text.getBytes(ISO_8859_1));
    }

    private void send() throws IOException {
        request.writeTo(socket.getOutputStream());
        request.reset();
    }

    private void expect(char type) throws IOException {
        String line = line();
        if (line.charAt(0) != type) {
            throw new WrongReply("expected a reply of type '" + type + "' and got: " + line);
        }
    }

    private boolean readBulk() throws IOException {
        String line = line();
        if (line.charAt(0) != '$') {
            throw new WrongReply("expected a value and got: " + line);
        }
        int bytes = Integer.parseInt(line.substring(1));
        if (bytes >= 0) {
            in.skipNBytes(bytes + 2);
        }
        return bytes >= 0;
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int b = in.read(); b != '\r'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the server closed the connection");
            }
            line.append((char) b);
        }
        in.skipNBytes(1);
        return line.toString();
    }
}
