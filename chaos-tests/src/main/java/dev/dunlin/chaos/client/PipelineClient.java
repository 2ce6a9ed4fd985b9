// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/// One socket through which many commands are on their way at a time. Nothing is retried and no reply is judged here.
///
/// Thread: one owner. After an `IOException` it is only good for [#close].
public final class PipelineClient implements AutoCloseable {
    private final Socket socket;
    private final RespReader reader;
    private final long timeoutNs;

    /// Connects.
    ///
    /// @param timeout for connecting, and for each reply
    public PipelineClient(InetSocketAddress node, Duration timeout) throws IOException {
        timeoutNs = timeout.toNanos();
        socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(node, (int) timeout.toMillis());
            reader = new RespReader(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// Sends commands that are encoded already.
    public void write(byte[] bytes, int count) throws IOException {
        socket.getOutputStream().write(bytes, 0, count);
    }

    /// Sends one command.
    public void send(String... command) throws IOException {
        byte[] bytes = RawRespClient.encode(command);
        write(bytes, bytes.length);
    }

    /// Waits for the next reply.
    public Reply read() throws IOException {
        return reader.read(System.nanoTime() + timeoutNs);
    }

    /// Sends one command and waits for its reply; no other reply may be due.
    public Reply ask(String... command) throws IOException {
        send(command);
        return read();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException _) {
            // Closing is the end of this socket either way.
        }
    }
}
