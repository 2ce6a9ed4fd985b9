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
import org.junit.jupiter.params.provider.ValueSource;

/// What one client does to others, over real sockets: CLIENT PAUSE, KILL, UNBLOCK, LIST.
class ClientControlTest {
    private static final String LONG_MS = "60000";

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

    private RawConnection connect() {
        return new RawConnection(node.port());
    }

    private static String id(RawConnection client) {
        return client.call("CLIENT", "ID").substring(1);
    }

    private static boolean isBlocked(RawConnection asked, String id) {
        return asked.call("CLIENT", "LIST", "ID", id).contains(" flags=b ");
    }

    @Test
    void givenWritesPaused_whenAWriteComes_thenItWaitsWithoutErrorAndReadsGoOn() {
        try (var admin = connect();
                var writer = connect()) {
            String writerId = id(writer);
            assertThat(admin.call("CLIENT", "PAUSE", LONG_MS, "WRITE")).isEqualTo("+OK");
            // Quoted: what is parsed again must read the same.
            writer.send("SET k \"a v\\x21\"\r\nGET k\r\n");
            TestNodes.await("write is held", 10, () -> isBlocked(admin, writerId));
            assertThat(admin.call("GET", "k")).isEqualTo("$-1");
            // A wait of a pause is none that UNBLOCK could end.
            assertThat(admin.call("CLIENT", "UNBLOCK", writerId)).isEqualTo(":0");

            assertThat(admin.call("CLIENT", "UNPAUSE")).isEqualTo("+OK");

            assertThat(writer.reply()).isEqualTo("+OK");
            assertThat(writer.reply()).isEqualTo("$a v!");
        }
    }

    @Test
    void givenAllPaused_whenCommandsCome_thenTheyWaitUntilUnpause() {
        try (var admin = connect();
                var reader = connect();
                var other = connect()) {
            assertThat(admin.call("CLIENT", "PAUSE", LONG_MS)).isEqualTo("+OK");
            reader.send("PING held\r\n");
            // What is wrong is said at once, as in Redis.
            assertThat(other.call("NOSUCH")).startsWith("-ERR unknown command");

            assertThat(other.call("CLIENT", "UNPAUSE")).isEqualTo("+OK");

            assertThat(reader.reply()).isEqualTo("$held");
            // The time of the pause is far from over, so it was UNPAUSE.
            assertThat(admin.call("PING")).isEqualTo("+PONG");
        }
    }

    @Test
    void givenPause_whenItsTimeIsOver_thenHeldClientsGoOnByThemselves() {
        try (var admin = connect();
                var writer = connect()) {
            admin.call("CLIENT", "PAUSE", "200", "WRITE");

            assertThat(writer.call("SET", "k", "v")).isEqualTo("+OK");
        }
    }

    @Test
    void givenReplica_whenWritesArePaused_thenReplicationGoesOn(@TempDir Path other)
            throws Exception {
        try (Node replica = TestNodes.start(other);
                var admin = connect();
                var follower = new RawConnection(replica.port())) {
            follower.call("REPLICAOF", "127.0.0.1", Integer.toString(node.port()));
            TestNodes.await("synced", 30, () -> follower.call("ROLE").contains("$connected"));
            admin.call("SET", "k", "v");
            assertThat(admin.call("CLIENT", "PAUSE", LONG_MS, "WRITE")).isEqualTo("+OK");

            assertThat(admin.call("WAIT", "1", "10000")).isEqualTo(":1");
            assertThat(follower.call("GET", "k")).isEqualTo("$v");
            assertThat(admin.call("CLIENT", "LIST", "TYPE", "replica")).contains(" flags=S ");
            assertThat(admin.call("CLIENT", "UNPAUSE")).isEqualTo("+OK");
            assertThat(admin.call("CLIENT", "KILL", "TYPE", "slave")).isEqualTo(":1");
            admin.call("SET", "k", "again");
            TestNodes.await(
                    "replica comes back", 30, () -> follower.call("GET", "k").equals("$again"));
        }
    }

    @Test
    void givenBlockedClient_whenUnblocked_thenTimeoutOrErrorAndItGoesOn() {
        try (var admin = connect();
                var waiting = connect()) {
            String id = id(waiting);
            waiting.send("WAIT 1 0\r\nPING next\r\n");
            TestNodes.await("it waits", 10, () -> isBlocked(admin, id));

            // Both in one batch: the second finds nobody blocked.
            admin.send("CLIENT UNBLOCK " + id + "\r\nCLIENT UNBLOCK " + id + "\r\n");

            assertThat(admin.reply()).isEqualTo(":1");
            assertThat(admin.reply()).isEqualTo(":0");
            assertThat(waiting.reply()).isEqualTo(":0");
            assertThat(waiting.reply()).isEqualTo("$next");

            waiting.send("WAIT 1 0\r\n");
            TestNodes.await("it waits again", 10, () -> isBlocked(admin, id));
            assertThat(admin.call("CLIENT", "UNBLOCK", id, "ERROR")).isEqualTo(":1");
            assertThat(waiting.reply()).isEqualTo("-UNBLOCKED client unblocked via CLIENT UNBLOCK");
        }
    }

    @Test
    void givenSkippedReply_whenItsCommandBlocks_thenOnlyThatReplyIsLeftOut() {
        try (var client = connect()) {
            client.send("CLIENT REPLY SKIP\r\nWAIT 1 100\r\nPING next\r\n");

            assertThat(client.reply()).isEqualTo("$next");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"ID", "ADDR", "OLD"})
    void givenClient_whenKilledByAnother_thenItsConnectionIsClosedAtOnce(String how) {
        try (var admin = connect();
                var victim = connect()) {
            String id = id(victim);
            String line = admin.call("CLIENT", "LIST", "ID", id);
            String address = line.replaceAll("(?s).* addr=(\\S+) .*", "$1");
            String kill =
                    switch (how) {
                        case "ID" -> "CLIENT KILL ID " + id + " SKIPME yes\r\n";
                        case "ADDR" -> "CLIENT KILL ADDR " + address + " USER default\r\n";
                        default -> "CLIENT KILL " + address + "\r\n";
                    };

            admin.send(kill + "CLIENT LIST ID " + id + "\r\n" + kill);

            assertThat(admin.reply()).isEqualTo(how.equals("OLD") ? "+OK" : ":1");
            assertThat(admin.reply()).isEqualTo("$");
            assertThat(admin.reply()).isEqualTo(how.equals("OLD") ? "-ERR No such client" : ":0");
            assertThat(victim.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void givenClientInWait_whenKilled_thenNothingWaitsForItAnyMore() {
        try (var admin = connect();
                var victim = connect()) {
            String id = id(victim);
            victim.send("MULTI\r\nSET a b\r\nDISCARD\r\nWATCH a\r\nWAIT 1 0\r\n");
            TestNodes.await("it waits", 10, () -> isBlocked(admin, id));

            assertThat(admin.call("CLIENT", "KILL", "ID", id)).isEqualTo(":1");

            assertThat(victim.isClosedByPeer()).isTrue();
            assertThat(admin.call("INFO", "clients")).contains("blocked_clients:0");
        }
    }

    @Test
    void givenClientThatKillsItself_whenDone_thenItHearsTheReplyFirst() {
        try (var client = connect();
                var other = connect()) {
            assertThat(other.call("PING")).isEqualTo("+PONG");
            assertThat(client.call("CLIENT", "KILL", "SKIPME", "no")).isEqualTo(":2");
            assertThat(client.isClosedByPeer()).isTrue();
            assertThat(other.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void givenQuit_whenMoreFollows_thenOkAndNothingMoreRuns() {
        try (var client = connect()) {
            client.send("QUIT\r\nSET k v\r\n");

            assertThat(client.reply()).isEqualTo("+OK");
            assertThat(client.isClosedByPeer()).isTrue();
        }
        assertThat(TestNodes.ask(node, "GET", "k")).isEqualTo("$-1");
    }

    @Test
    void givenRepliesOff_whenCommandsRun_thenTheyHaveEffectButNoReply() {
        try (var client = connect()) {
            client.send("CLIENT REPLY OFF\r\nSET k v\r\nNOSUCH\r\nGET k\r\nCLIENT REPLY ON\r\n");

            assertThat(client.reply()).isEqualTo("+OK");
            assertThat(client.call("GET", "k")).isEqualTo("$v");
        }
    }

    @Test
    void givenLibraryAndModes_whenListed_thenTheyAreInTheFieldsOfRedis72() {
        try (var client = connect()) {
            assertThat(client.call("CLIENT", "SETINFO", "lib-name", "tool(v1)")).isEqualTo("+OK");
            assertThat(client.call("CLIENT", "SETINFO", "LIB-VER", "1.2.3")).isEqualTo("+OK");
            assertThat(client.call("CLIENT", "SETINFO", "lib-ver", "1 2"))
                    .isEqualTo(
                            "-ERR lib-ver cannot contain spaces, newlines or special characters.");
            assertThat(client.call("CLIENT", "SETINFO", "nosuch", "x"))
                    .isEqualTo("-ERR Unrecognized option 'nosuch'");
            assertThat(client.call("CLIENT", "NO-TOUCH", "maybe")).isEqualTo("-ERR syntax error");
            assertThat(client.call("CLIENT", "NO-TOUCH", "on")).isEqualTo("+OK");
            assertThat(client.call("CLIENT", "NO-EVICT", "on")).isEqualTo("+OK");
            assertThat(client.call("CLIENT", "SETNAME", "me")).isEqualTo("+OK");

            assertThat(client.call("CLIENT", "INFO"))
                    .contains(" name=me ", " flags=eT ", " cmd=client|info user=default redir=-1")
                    .endsWith(" resp=2 lib-name=tool(v1) lib-ver=1.2.3\n");

            assertThat(client.call("RESET")).isEqualTo("+RESET");
            assertThat(client.call("CLIENT", "INFO"))
                    .contains(" name= ", " flags=N ")
                    .endsWith(" resp=2 lib-name=tool(v1) lib-ver=1.2.3\n");
        }
    }
}
