// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;

/// A client that sends and reads bare RESP, so that replies can be compared as they are.
final class RespConnection implements AutoCloseable {
    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    RespConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(20_000);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
        out = socket.getOutputStream();
    }

    /// Sends a command, one byte per char, and waits for its reply.
    Reply call(List<String> words) throws IOException {
        send(words);
        return read();
    }

    Reply call(String... words) throws IOException {
        return call(List.of(words));
    }

    /// {@return the next reply}
    Reply read() throws IOException {
        return Reply.read(in);
    }

    void send(List<String> words) throws IOException {
        sendAll(List.of(words));
    }

    /// Sends several commands at once.
    void sendAll(List<List<String>> commands) throws IOException {
        var request = new ByteArrayOutputStream();
        for (List<String> words : commands) {
            write(words, request);
        }
        out.write(request.toByteArray());
    }

    /// Sends bytes as they are, one per char.
    void sendRaw(String bytes) throws IOException {
        out.write(bytes.getBytes(ISO_8859_1));
    }

    private static void write(List<String> words, ByteArrayOutputStream request) {
        request.writeBytes(("*" + words.size() + "\r\n").getBytes(ISO_8859_1));
        for (String word : words) {
            byte[] bytes = word.getBytes(ISO_8859_1);
            request.writeBytes(("$" + bytes.length + "\r\n").getBytes(ISO_8859_1));
            request.writeBytes(bytes);
            request.writeBytes(new byte[] {'\r', '\n'});
        }
    }

    /// {@return all that comes, one byte per char, up to and with this text}
    String readUntil(String end) throws IOException {
        var text = new StringBuilder();
        while (text.length() < end.length()
                || text.lastIndexOf(end) < text.length() - end.length()) {
            text.append((char) in.readUnsignedByte());
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
