// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node;

import dev.dunlin.clusterbus.store.NodesConfException;
import dev.dunlin.node.config.ConfigException;
import dev.dunlin.node.config.Settings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;

/// `dunlin-node --warm-up`: starts a node, asks it a few things, stops it and leaves nothing behind. The launcher records the
/// classes that this loads, so that later starts find them linked already.
///
/// Thread: the one that calls.
final class WarmUp {
    private static final String QUESTIONS =
            "PING\r\nSET warm up\r\nGET warm\r\nINFO\r\nCLUSTER NODES\r\nQUIT\r\n";
    private static final int ANSWER_BYTES_MAX = 64 * 1024;
    private static final int TIMEOUT_MS = 10_000;

    private WarmUp() {}

    static void run() throws IOException, ConfigException, NodesConfException {
        Path directory = Files.createTempDirectory("dunlin-warm-up");
        try {
            int port = freePort();
            var settings = new Settings();
            settings.parse("port", List.of(Integer.toString(port)));
            settings.parse("cluster-port", List.of(Integer.toString(freePort())));
            settings.parse("bind", List.of("127.0.0.1"));
            settings.parse("dir", List.of(directory.toString()));
            settings.parse("cluster-enabled", List.of("yes"));
            Node node = Node.start(settings, () -> {});
            try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                socket.setSoTimeout(TIMEOUT_MS);
                socket.getOutputStream().write(QUESTIONS.getBytes(StandardCharsets.US_ASCII));
                byte[] _ = socket.getInputStream().readNBytes(ANSWER_BYTES_MAX);
            } finally {
                node.close();
            }
        } finally {
            try (var files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
