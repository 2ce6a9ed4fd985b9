// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.controlplane.nodeclient;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.controlplane.topology.HostPort;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LettuceNodeClientTest {
    private static final int ROUNDS = 30;
    private static final int THREADS = 8;

    @Test
    void givenManyWhoAskANodeForTheFirstTime_whenTheyConnectAtOnce_thenTheyShareOneConnection()
            throws Exception {
        try (var node = new OneLiner();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int round = 1; round <= ROUNDS; round++) {
                var together = new CyclicBarrier(THREADS);
                try (var client = new LettuceNodeClient()) {
                    Callable<String> asking =
                            () -> {
                                together.await();
                                return String.valueOf(client.info(node.address()).get("role"));
                            };
                    var answers = new ArrayList<Future<String>>();
                    for (int i = 0; i < THREADS; i++) {
                        answers.add(threads.submit(asking));
                    }
                    for (var answer : answers) {
                        assertThat(answer.get()).isEqualTo("master");
                    }
                    assertThat(node.connections.getAndSet(0)).isOne();
                }
            }
        }
    }

    /// A node that answers every command with the same line.
    private static final class OneLiner implements AutoCloseable {
        private static final byte[] ANSWER =
                "$11\r\nrole:master\r\n".getBytes(StandardCharsets.US_ASCII);

        private final ServerSocket server =
                new ServerSocket(0, THREADS, InetAddress.getLoopbackAddress());
        private final AtomicInteger connections = new AtomicInteger();

        OneLiner() throws IOException {
            Thread.ofVirtual().start(this::accept);
        }

        HostPort address() {
            return new HostPort("127.0.0.1", server.getLocalPort());
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = server.accept();
                    connections.incrementAndGet();
                    Thread.ofVirtual().start(() -> serve(socket));
                }
            } catch (SocketException _) {
                // Closed at the end of the test.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /// Commands come as arrays of strings without line breaks: `*n`, then `$length` and the string n times.
        private static void serve(Socket socket) {
            try (socket;
                    var in =
                            new BufferedReader(
                                    new InputStreamReader(
                                            socket.getInputStream(), StandardCharsets.US_ASCII))) {
                for (String array = in.readLine(); array != null; array = in.readLine()) {
                    int strings = Integer.parseInt(array.substring(1));
                    for (int line = 0; line < 2 * strings; line++) {
                        in.readLine();
                    }
                    socket.getOutputStream().write(ANSWER);
                }
            } catch (IOException _) {
                // The client has gone.
            }
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
