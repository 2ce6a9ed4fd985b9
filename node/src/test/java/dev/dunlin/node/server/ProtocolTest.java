// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProtocolTest {
    @TempDir private Path dir;
    private Node node;

    @BeforeEach
    void start() throws Exception {
        node = TestNodes.start(dir);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"io_uring", "epoll", "nio"})
    void givenEachTransport_whenCommandsArePipelined_thenAllAreAnsweredInOrder(String transport)
            throws Exception {
        try (Node other = TestNodes.start(dir.resolve(transport), "io-transport", transport);
                var c = new RawConnection(other.port())) {
            var request = new StringBuilder();
            for (int i = 0; i < 1000; i++) {
                request.append("SET key:").append(i).append(' ').append(i).append("\r\n");
                request.append("GET key:").append(i).append("\r\n");
            }
            c.send(request.toString());

            for (int i = 0; i < 1000; i++) {
                assertThat(c.reply()).isEqualTo("+OK");
                assertThat(c.reply()).isEqualTo("$" + i);
            }
        }
    }

    @Test
    void givenRequestByteByByte_whenComplete_thenItRuns() {
        try (var c = new RawConnection(node.port())) {
            for (char b : "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$2\r\nxy\r\n".toCharArray()) {
                c.send(String.valueOf(b));
            }

            assertThat(c.reply()).isEqualTo("+OK");
            assertThat(c.call("GET", "a")).isEqualTo("$xy");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*x | -ERR Protocol error: invalid multibulk length",
                "*3x | -ERR Protocol error: invalid multibulk length",
                "*2~GET | -ERR Protocol error: expected '$', got 'G'",
                "*1~$x | -ERR Protocol error: invalid bulk length",
                "*1~$-1 | -ERR Protocol error: invalid bulk length",
                "*1~$999999999999 | -ERR Protocol error: invalid bulk length",
                "*9999999999999 | -ERR Protocol error: invalid multibulk length",
                "SET \"a | -ERR Protocol error: unbalanced quotes in request",
            })
    void givenGarbage_whenSent_thenRedissErrorAndTheConnectionIsClosed(String sent, String error) {
        try (var c = new RawConnection(node.port())) {
            c.send(sent.replace("~", "\r\n") + "\r\n");

            assertThat(c.reply()).isEqualTo(error);
            assertThat(c.isClosedByPeer()).isTrue();
        }
        assertThat(TestNodes.ask(node, "PING")).isEqualTo("+PONG");
    }

    @Test
    void givenInlineWithoutEnd_whenItGetsTooLong_thenRedissError() {
        try (var c = new RawConnection(node.port())) {
            c.send("A".repeat(70_000));

            assertThat(c.reply()).isEqualTo("-ERR Protocol error: too big inline request");
            assertThat(c.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void givenInlineQuotes_whenSent_thenArgumentsAreAsInRedis() {
        try (var c = new RawConnection(node.port())) {
            assertThat(c.send("set k \"a\\x41\\n b\"\r\n").reply()).isEqualTo("+OK");
            assertThat(c.call("GET", "k")).isEqualTo("$aA\n b");
            assertThat(c.send("set k 'it\\'s'\n").reply()).isEqualTo("+OK");
            assertThat(c.call("GET", "k")).isEqualTo("$it's");
        }
    }

    @Test
    void givenAnnouncedHugeBulks_whenNothingFollows_thenMemoryStaysBounded() {
        List<RawConnection> connections = new ArrayList<>();
        try {
            for (int i = 0; i < 100; i++) {
                connections.add(
                        new RawConnection(node.port())
                                .send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\nabc"));
            }

            // 50 GiB were announced; the node has taken what was sent.
            assertThat(TestNodes.ask(node, "PING")).isEqualTo("+PONG");
            assertThat(TestNodes.ask(node, "GET", "k")).isEqualTo("$-1");
        } finally {
            connections.forEach(RawConnection::close);
        }
    }

    @Test
    void givenValueOfManyBuffers_whenSetAndRead_thenItIsTheSame() {
        String value = "0123456789abcdef".repeat(1 << 17);
        try (var c = new RawConnection(node.port())) {
            assertThat(c.call("SET", "big", value)).isEqualTo("+OK");
            assertThat(c.call("GET", "big")).isEqualTo("$" + value);
            assertThat(c.call("STRLEN", "big")).isEqualTo(":" + value.length());
        }
    }

    @Test
    void givenMillionArguments_whenSent_thenTheCommandRunsAndOthersAreServed() {
        int keys = 500_000;
        var request = new StringBuilder("*" + (2 * keys + 1) + "\r\n$4\r\nMSET\r\n");
        for (int i = 0; i < keys; i++) {
            String key = "k" + i;
            request.append('$')
                    .append(key.length())
                    .append("\r\n")
                    .append(key)
                    .append("\r\n$1\r\nv\r\n");
        }
        try (var c = new RawConnection(node.port());
                var other = new RawConnection(node.port())) {
            c.send(request.toString());

            assertThat(c.reply()).isEqualTo("+OK");
            assertThat(other.call("GET", "k499999")).isEqualTo("$v");
        }
    }

    @Test
    void givenClientThatNeverReads_whenOthersAsk_thenTheyAreServed() {
        String value = "x".repeat(100_000);
        try (var writer = new RawConnection(node.port());
                var slow = new RawConnection(node.port())) {
            writer.call("SET", "v", value);
            slow.send("GET v\r\n".repeat(500));

            for (int i = 0; i < 100; i++) {
                assertThat(writer.call("PING")).isEqualTo("+PONG");
            }
        }
        assertThat(TestNodes.ask(node, "PING")).isEqualTo("+PONG");
    }

    @Test
    void givenThousandsOfIdleConnections_whenOneAsks_thenItIsServed() {
        List<RawConnection> idle = new ArrayList<>();
        try {
            for (int i = 0; i < 3000; i++) {
                idle.add(new RawConnection(node.port()));
            }

            assertThat(TestNodes.ask(node, "SET", "a", "1")).isEqualTo("+OK");
        } finally {
            idle.forEach(RawConnection::close);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void givenRandomBytes_whenSent_thenTheNodeGoesOn(long seed) {
        var random = new SplittableRandom(seed);
        for (int i = 0; i < 200; i++) {
            byte[] garbage = new byte[1 + random.nextInt(2000)];
            random.nextBytes(garbage);
            if (random.nextBoolean()) {
                garbage[0] = '*';
            }
            try (var c = new RawConnection(node.port())) {
                c.send(garbage);
            }
        }

        assertThat(TestNodes.ask(node, "PING")).isEqualTo("+PONG");
    }
}
