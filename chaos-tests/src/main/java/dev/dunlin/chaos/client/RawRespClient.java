// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One socket to one node. Nothing is retried, redirected or pooled behind the caller's back, because a silent
/// resend turns an unknown outcome into a duplicate and hides exactly what these tests look for.
///
/// After an unknown outcome the socket is closed; the next operation connects anew. Thread: one owner.
public final class RawRespClient implements AutoCloseable {
    private final InetSocketAddress node;
    private final @Nullable InetAddress localAddress;
    private final long timeoutNs;
    private @Nullable Socket socket;
    private @Nullable RespReader reader;

    /// A client of `node`, bound to `localAddress` when one is given, so that it can be cut off on its own.
    public RawRespClient(
            InetSocketAddress node, @Nullable InetAddress localAddress, Duration timeout) {
        this.node = node;
        this.localAddress = localAddress;
        this.timeoutNs = timeout.toNanos();
    }

    /// Sends one command and waits for its reply.
    public Outcome invoke(String... command) {
        Optional<Outcome> unsent = send(command);
        return unsent.isPresent() ? unsent.get() : receive();
    }

    /// Sends one command without waiting. Empty: it is on its way, call [#receive] once. Present: it is already
    /// decided, because the node refused the connection (fail) or the socket broke while writing (info).
    public Optional<Outcome> send(String... command) {
        Socket open;
        try {
            open = connect();
        } catch (IOException e) {
            close();
            return Optional.of(new Outcome.Fail("connect: " + describe(e)));
        }
        try {
            open.getOutputStream().write(encode(command));
            return Optional.empty();
        } catch (IOException e) {
            close();
            return Optional.of(new Outcome.Info("send: " + describe(e)));
        }
    }

    /// Waits for the next reply of the commands sent so far, in order.
    public Outcome receive() {
        RespReader current = reader;
        if (current == null) {
            return new Outcome.Info("receive: connection was closed");
        }
        try {
            return Outcome.ofReply(current.read(System.nanoTime() + timeoutNs));
        } catch (IOException e) {
            close();
            return new Outcome.Info("receive: " + describe(e));
        }
    }

    /// {@return whether a connection stands, connecting if there is none}
    public boolean tryConnect() {
        try {
            connect();
            return true;
        } catch (IOException _) {
            // The answer is the result; the caller decides what an unreachable node means.
            close();
            return false;
        }
    }

    @Override
    public void close() {
        Socket open = socket;
        socket = null;
        reader = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException _) {
                // Closing is the end of this socket either way.
            }
        }
    }

    private Socket connect() throws IOException {
        if (socket != null) {
            return socket;
        }
        var fresh = new Socket();
        try {
            fresh.setTcpNoDelay(true);
            if (localAddress != null) {
                fresh.bind(new InetSocketAddress(localAddress, 0));
            }
            fresh.connect(node, (int) Math.max(1, timeoutNs / 1_000_000));
            reader = new RespReader(fresh);
        } catch (IOException e) {
            fresh.close();
            throw e;
        }
        socket = fresh;
        return fresh;
    }

    static byte[] encode(String... command) {
        var out = new ByteArrayOutputStream(64);
        writeAscii(out, "*" + command.length + "\r\n");
        for (String argument : command) {
            byte[] bytes = argument.getBytes(StandardCharsets.UTF_8);
            writeAscii(out, "$" + bytes.length + "\r\n");
            out.writeBytes(bytes);
            writeAscii(out, "\r\n");
        }
        return out.toByteArray();
    }

    private static void writeAscii(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static String describe(IOException e) {
        return e.getClass().getSimpleName() + ": " + e.getMessage();
    }
}
