// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.Node;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `requirepass`: what a client may do before it has said the password. Replies are those of redis-server 7.0.15.
class AuthenticationTest {
    private static final String PASSWORD = "sesame";
    private static final int UNAUTHENTICATED_BULK_BYTES_MAX = 16384;

    @TempDir private Path dir;
    private Node node;

    @BeforeEach
    void start() throws Exception {
        node = TestNodes.start(dir, "requirepass", PASSWORD);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private RawConnection connect() {
        return new RawConnection(node.port());
    }

    @Test
    void givenNoPasswordSaid_whenCommandsCome_thenOnlyThoseToLogInRun() {
        try (var client = connect()) {
            assertThat(client.call("PING")).isEqualTo("-NOAUTH Authentication required.");
            assertThat(client.call("CLIENT", "ID")).isEqualTo("-NOAUTH Authentication required.");
            assertThat(client.call("RESET")).isEqualTo("+RESET");
            assertThat(client.call("HELLO", "3")).startsWith("-NOAUTH HELLO must be called");
            assertThat(client.call("AUTH", "wrong")).startsWith("-WRONGPASS ");
            assertThat(client.call("AUTH", PASSWORD)).isEqualTo("+OK");
            assertThat(client.call("PING")).isEqualTo("+PONG");
            assertThat(client.call("AUTH", "wrong")).startsWith("-WRONGPASS ");
            assertThat(client.call("PING")).isEqualTo("+PONG");
            assertThat(client.call("RESET")).isEqualTo("+RESET");
            assertThat(client.call("PING")).isEqualTo("-NOAUTH Authentication required.");
        }
    }

    @Test
    void givenHelloWithPassword_whenMoreIsPipelined_thenTheProtocolSwitchesInBetween() {
        try (var client = connect()) {
            client.send(
                    """
                    HELLO 2 AUTH default sesame
                    CLIENT GETNAME
                    HELLO 3 SETNAME me
                    GET nothing
                    CLIENT GETNAME
                    RESET
                    AUTH sesame
                    GET nothing
                    """);

            assertThat(client.reply()).startsWith("[$server $redis $version ").endsWith(" []]");
            assertThat(client.reply()).isEqualTo("$-1");
            assertThat(client.reply()).contains(" $proto :3 ");
            assertThat(client.reply()).isEqualTo("_");
            assertThat(client.reply()).isEqualTo("$me");
            assertThat(client.reply()).isEqualTo("+RESET");
            assertThat(client.reply()).isEqualTo("+OK");
            assertThat(client.reply()).isEqualTo("$-1");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*11 | -ERR Protocol error: unauthenticated multibulk length",
                "*2~$4~PING~$16385 | -ERR Protocol error: unauthenticated bulk length"
            })
    void givenNoPasswordSaid_whenARequestIsLong_thenTheConnectionIsClosed(
            String sent, String error) {
        try (var client = connect()) {
            client.send(sent.replace("~", "\r\n") + "\r\n");

            assertThat(client.reply()).isEqualTo(error);
            assertThat(client.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void givenNoPasswordSaid_whenRequestsAreAsLongAsAllowed_thenTheyAreRefusedInPeace() {
        try (var client = connect()) {
            client.send("*10\r\n" + "$4\r\nPING\r\n".repeat(10));
            assertThat(client.reply()).isEqualTo("-NOAUTH Authentication required.");
            assertThat(client.call("PING", "x".repeat(UNAUTHENTICATED_BULK_BYTES_MAX)))
                    .isEqualTo("-NOAUTH Authentication required.");
        }
    }

    @Test
    void givenPasswordAndALongRequestInOneBatch_whenSent_thenBothAreServed() {
        String big = "x".repeat(2 * UNAUTHENTICATED_BULK_BYTES_MAX);
        try (var client = connect()) {
            client.send(
                    "*2\r\n$4\r\nAUTH\r\n$6\r\nsesame\r\n*12\r\n$3\r\nDEL\r\n"
                            + "$1\r\nx\r\n".repeat(11)
                            + "*2\r\n$4\r\nPING\r\n$"
                            + big.length()
                            + "\r\n"
                            + big
                            + "\r\n*1\r\n$4\r\nPI");

            assertThat(client.reply()).isEqualTo("+OK");
            assertThat(client.reply()).isEqualTo(":0");
            assertThat(client.reply()).isEqualTo("$" + big);
            assertThat(client.send("NG\r\n").reply()).isEqualTo("+PONG");
        }
    }

    @Test
    void givenPasswordChangedWhileClientsAreConnected_whenTheyGoOn_thenOnlyNewOnesMustSayIt() {
        try (var before = connect();
                var outside = connect()) {
            assertThat(before.call("AUTH", PASSWORD)).isEqualTo("+OK");
            assertThat(before.call("CONFIG", "SET", "requirepass", "")).isEqualTo("+OK");
            // Whoever has not said it does not need to any more.
            assertThat(outside.call("PING")).isEqualTo("+PONG");
            assertThat(outside.call("AUTH", "x"))
                    .isEqualTo(
                            "-ERR AUTH <password> called without any password configured for the"
                                    + " default user. Are you sure your configuration is correct?");
            assertThat(outside.call("AUTH", "default", "anything")).isEqualTo("+OK");
            assertThat(before.call("CONFIG", "SET", "requirepass", "other")).isEqualTo("+OK");
            assertThat(before.call("ACL", "LIST")).startsWith("[$user default on #");
            assertThat(before.call("PING")).isEqualTo("+PONG");
            assertThat(outside.call("PING")).isEqualTo("+PONG");
            assertThat(TestNodes.ask(node, "PING")).startsWith("-NOAUTH ");
        }
    }
}
