// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.testkit.Ports;
import dev.dunlin.node.Node;
import dev.dunlin.node.config.Settings;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BindTest {
    @TempDir private Path dir;

    @Test
    void givenNoBind_whenStartedAsAClusterNode_thenItListensEverywhere() throws Exception {
        int port = Ports.free();
        var settings = new Settings();
        settings.parse("port", List.of(Integer.toString(port)));
        settings.parse("dir", List.of(dir.toString()));
        settings.parse("cluster-enabled", List.of("yes"));
        Node node = Node.start(settings, () -> {});
        try (var connection = new RawConnection(port);
                var bus = new Socket(InetAddress.getLoopbackAddress(), port + 10_000)) {
            assertThat(connection.call("PING")).isEqualTo("+PONG");
            assertThat(bus.isConnected()).isTrue();
        } finally {
            node.close();
        }
    }
}
