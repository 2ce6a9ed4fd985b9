// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;

/// Answers every request with a line that the test chooses, and remembers the keys it saw.
///
/// Thread: a virtual thread per connection; closed with all its connections.
final class FakeServer implements AutoCloseable {
    private final ServerSocket listener =
            new ServerSocket(0, 128, InetAddress.getLoopbackAddress());
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<String> keys = ConcurrentHashMap.newKeySet();
    private final AtomicLong requests = new AtomicLong();
    private final LongFunction<String> reply;

    /// @param reply what to answer to the n-th request, counted from 1
    FakeServer(LongFunction<String> reply) throws IOException {
        this.reply = reply;
        Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    Set<String> keys() {
        return keys;
    }

    long requests() {
        return requests.get();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException _) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                var in =
                        new BufferedReader(
                                new InputStreamReader(socket.getInputStream(), ISO_8859_1))) {
            for (String head = in.readLine(); head != null; head = in.readLine()) {
                int words = Integer.parseInt(head.substring(1));
                for (int i = 0; i < words; i++) {
                    in.readLine();
                    String word = in.readLine();
                    if (i == 1) {
                        keys.add(word);
                    }
                }
                String answer = reply.apply(requests.incrementAndGet());
                socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
            }
        } catch (IOException _) {
            // The generator or the test closed the connection: nothing is left to answer.
        }
    }
}
