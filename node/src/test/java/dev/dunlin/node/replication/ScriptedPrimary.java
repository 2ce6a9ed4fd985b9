// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/// A primary whose every byte the test decides.
final class ScriptedPrimary implements AutoCloseable {
    private static final int TIMEOUT_MS = 20_000;

    private final ServerSocket server;

    ScriptedPrimary() throws IOException {
        server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
        server.setSoTimeout(TIMEOUT_MS);
    }

    int port() {
        return server.getLocalPort();
    }

    /// Waits for a replica and answers its words up to PSYNC.
    Connection acceptPsync() throws IOException {
        Connection connection = accept();
        connection.expect("PING");
        connection.send("+PONG\r\n");
        connection.expect("REPLCONF listening-port 0");
        connection.expect("REPLCONF capa eof capa psync2 capa dunlin-field-times");
        connection.send("+OK\r\n+OK\r\n");
        return connection;
    }

    Connection accept() throws IOException {
        return new Connection(server.accept());
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    static final class Connection implements AutoCloseable {
        private final Socket socket;
        private final BufferedReader in;

        private Connection(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(TIMEOUT_MS);
            in = new BufferedReader(new InputStreamReader(socket.getInputStream(), ISO_8859_1));
        }

        /// {@return the next command, its words joined by spaces}
        String next() throws IOException {
            String count = line();
            while (count.isEmpty()) {
                count = line();
            }
            if (!count.startsWith("*")) {
                return count;
            }
            List<String> words = new ArrayList<>();
            for (int i = Integer.parseInt(count, 1, count.length(), 10); i > 0; i--) {
                line();
                words.add(line());
            }
            return String.join(" ", words);
        }

        private String line() throws IOException {
            String line = in.readLine();
            if (line == null) {
                throw new IOException("replica closed the connection");
            }
            return line;
        }

        void expect(String command) throws IOException {
            String got = next();
            if (!got.equals(command)) {
                throw new AssertionError("expected " + command + ", got " + got);
            }
        }

        void send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(ISO_8859_1));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
