// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What connections cost that say nothing, in a node with a process of its own.
class IdleConnectionsTest {
    private static final int WANTED = 10_000;
    private static final int SPARE_DESCRIPTORS = 500;
    private static final long BYTES_PER_CONNECTION_MAX = 20 * 1024;

    @TempDir private Path dir;

    @Test
    void givenTenThousandIdleConnections_whenOneAsks_thenItIsServedAndEachCostsLittle()
            throws Exception {
        int count = Math.min(WANTED, descriptors() - SPARE_DESCRIPTORS);
        List<Socket> idle = new ArrayList<>();
        try (var node =
                new ServerProcess(
                        ServerProcess.Kind.DUNLIN,
                        dir,
                        1000,
                        "--maxclients",
                        Integer.toString(2 * WANTED))) {
            TestNodes.await("it answers", 30, node::answers);
            // What the first connections cost is the price of starting up.
            connect(idle, node.port(), count / 10);
            long before = node.residentBytes();

            connect(idle, node.port(), count - count / 10);

            TestNodes.await(
                    "all are in",
                    30,
                    () -> node.info("connected_clients").equals(Integer.toString(count + 1)));
            long each = (node.residentBytes() - before) / (count - count / 10);
            assertThat(each)
                    .describedAs("bytes per idle connection")
                    .isLessThan(BYTES_PER_CONNECTION_MAX);
            long startNs = System.nanoTime();
            assertThat(node.ask("PING")).isEqualTo("+PONG");
            assertThat((System.nanoTime() - startNs) / 1_000_000).isLessThan(2000);
        } finally {
            for (Socket socket : idle) {
                socket.close();
            }
        }
    }

    /// Each says something once, so that nothing is left to be set up.
    private static void connect(List<Socket> sockets, int port, int count) throws IOException {
        byte[] pong = new byte[7];
        for (int i = 0; i < count; i++) {
            var socket = new Socket(InetAddress.getLoopbackAddress(), port);
            sockets.add(socket);
            socket.getOutputStream()
                    .write("PING\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
            assertThat(socket.getInputStream().readNBytes(pong, 0, pong.length))
                    .isEqualTo(pong.length);
        }
    }

    /// {@return how many files this process, and one it starts, may have open}
    private static int descriptors() {
        try (var lines = Files.lines(Path.of("/proc/self/limits"))) {
            return lines.filter(line -> line.startsWith("Max open files"))
                    .mapToInt(line -> Integer.parseInt(line.strip().split(" +", -1)[3]))
                    .findFirst()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
