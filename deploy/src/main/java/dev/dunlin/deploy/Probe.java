// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.deploy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;

/// Asks the node of this container how it is, for Kubernetes: `Probe live|ready PORT TIMEOUT_MS`.
///
/// `live`: the node answers a PING, with whatever reply; loading its data or waiting for its primary is alive. `ready`: it serves,
/// it has met other nodes, and a replica is in sync with its primary. Neither asks other nodes, and neither fails because the
/// cluster is down: a restart would not help, and readiness must stay so that the cluster can heal.
///
/// The exit code is 0 for yes, 1 for no with the reason on standard output, 2 for a wrong command line. Nothing but `java.base` is
/// used, so that it starts in some 50 ms.
public final class Probe {
    private static final int REPLY_BYTES_MAX = 1 << 20;

    private final Socket socket;
    private final InputStream in;
    private final long deadlineNanos;

    private Probe(Socket socket, long deadlineNanos) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.deadlineNanos = deadlineNanos;
    }

    /// Runs and ends the process with the exit code.
    public static void main(String[] args) {
        if (args.length != 3
                || !args[0].matches("live|ready")
                || !args[1].matches("\\d{1,5}")
                || !args[2].matches("\\d{1,6}")) {
            System.out.println("usage: Probe live|ready PORT TIMEOUT_MS");
            System.exit(2);
        }
        String reason = check(args[0], Integer.parseInt(args[1]), Integer.parseInt(args[2]));
        System.out.println(reason.isEmpty() ? args[0] : "not " + args[0] + ": " + reason);
        System.exit(reason.isEmpty() ? 0 : 1);
    }

    /// {@return why the node at 127.0.0.1:`port` is not `live` or `ready`, or nothing when it is}
    static String check(String what, int port, int timeoutMs) {
        long deadlineNanos = System.nanoTime() + timeoutMs * 1_000_000L;
        try (var socket = new Socket()) {
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    Math.max(1, timeoutMs));
            var probe = new Probe(socket, deadlineNanos);
            String reply = probe.ask("PING");
            if (what.equals("live")) {
                return "";
            }
            return reply.equals("+PONG") ? probe.whyNotReady() : reply;
        } catch (SocketTimeoutException _) {
            return "no answer within " + timeoutMs + " ms";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    private String whyNotReady() throws IOException {
        if (field(ask("CLUSTER INFO"), "cluster_known_nodes").equals("1")) {
            return "has not met any other node";
        }
        String replication = ask("INFO replication");
        if (field(replication, "role").equals("slave")
                && !field(replication, "master_link_status").equals("up")) {
            return "replica not in sync with its primary";
        }
        return "";
    }

    /// {@return the reply: a line with its type, or a bulk's text}
    private String ask(String words) throws IOException {
        // An inline command: these words need no quoting.
        socket.getOutputStream().write((words + "\r\n").getBytes(ISO_8859_1));
        String head = line();
        if (!head.startsWith("$")) {
            return head;
        }
        int bytes;
        try {
            bytes = Integer.parseInt(head, 1, head.length(), 10);
        } catch (NumberFormatException e) {
            throw new IOException("a bulk length that is no number", e);
        }
        if (bytes < 0 || bytes > REPLY_BYTES_MAX) {
            throw new IOException("a reply of " + bytes + " bytes");
        }
        var text = new StringBuilder(bytes);
        for (int i = 0; i < bytes + 2; i++) {
            text.append((char) read());
        }
        return text.toString();
    }

    private String line() throws IOException {
        var line = new StringBuilder();
        for (int b = read(); b != '\n'; b = read()) {
            if (line.length() == REPLY_BYTES_MAX) {
                throw new IOException("a reply line without end");
            }
            line.append((char) b);
        }
        return line.toString().strip();
    }

    private int read() throws IOException {
        if (in.available() == 0) {
            // One deadline for the whole probe, also against a server that sends a byte now and
            // then.
            long leftMs = (deadlineNanos - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                throw new SocketTimeoutException();
            }
            socket.setSoTimeout((int) leftMs);
        }
        int b = in.read();
        if (b < 0) {
            throw new EOFException("the node closed the connection");
        }
        return b;
    }

    private static String field(String info, String name) throws IOException {
        for (String line : info.split("\r\n", -1)) {
            if (line.startsWith(name + ":")) {
                return line.substring(name.length() + 1);
            }
        }
        throw new IOException("no " + name + " in: " + info.lines().findFirst().orElse(""));
    }
}
