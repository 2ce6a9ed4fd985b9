// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.Node;
import dev.dunlin.node.replication.RedisServer;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// SHUTDOWN over sockets, with replicas of ours and of redis-server.
@Timeout(60)
class ShutdownTest {
    @TempDir private Path dir;

    private static void follow(Node replica, int port) {
        assertThat(TestNodes.ask(replica, "REPLICAOF", "127.0.0.1", Integer.toString(port)))
                .isEqualTo("+OK");
        TestNodes.await(
                "replica is synced",
                20,
                () -> TestNodes.ask(replica, "ROLE").contains("$connected"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "SHUTDOWN X | -ERR syntax error",
                "SHUTDOWN SAVE NOSAVE | -ERR syntax error",
                "SHUTDOWN ABORT NOW | -ERR syntax error",
                "SHUTDOWN ABORT | -ERR No shutdown in progress."
            })
    void givenWhatCannotBe_whenAsked_thenRedissErrorAndTheNodeServesOn(String command, String error)
            throws Exception {
        try (Node node = TestNodes.start(dir)) {
            assertThat(TestNodes.ask(node, command.split(" "))).isEqualTo(error);
            assertThat(TestNodes.ask(node, "SET", "k", "v")).isEqualTo("+OK");
            assertThat(node.shutDown()).isNotDone();
        }
    }

    @ParameterizedTest
    @CsvSource({"NOSAVE", "NOW", "FORCE"})
    void givenNoReplicas_whenShutDown_thenTheNodeEndsAtOnce(String option) throws Exception {
        Node node = TestNodes.start(dir);
        try (var c = new RawConnection(node.port())) {
            c.send("SHUTDOWN " + option + "\r\n");
            TestNodes.await("it has ended", 5, () -> node.shutDown().isDone());
            node.close();
            assertThat(c.isClosedByPeer()).isTrue();
        }
    }

    @Test
    void givenWritesUnderWay_whenShutDown_thenTheReplicaHasEachAcknowledgedOne() throws Exception {
        Node primary = TestNodes.start(dir.resolve("p"), "repl-diskless-sync-delay", "0");
        try (Node replica = TestNodes.start(dir.resolve("r"));
                var redis = new RedisServer(dir)) {
            follow(replica, primary.port());
            redis.call("REPLICAOF", "127.0.0.1", Integer.toString(primary.port()));
            TestNodes.await("redis is synced", 20, () -> upAtRedis(redis));
            try (var c = new RawConnection(primary.port())) {
                for (int i = 0; i < 2000; i++) {
                    assertThat(c.call("SET", "k" + i, "v")).isEqualTo("+OK");
                }
                c.send("SHUTDOWN\r\n");
                TestNodes.await("it has ended", 9, () -> primary.shutDown().isDone());
                primary.close();
            }
            assertThat(TestNodes.ask(replica, "DBSIZE")).isEqualTo(":2000");
            assertThat(redis.call("DBSIZE")).isEqualTo("2000");
        } finally {
            primary.close();
        }
    }

    private static boolean upAtRedis(RedisServer redis) {
        try {
            return redis.info("master_link_status").equals("up");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void givenReplicaThatHangs_whenShutDownIsAborted_thenWritesGoOn() throws Exception {
        try (Node primary = TestNodes.start(dir.resolve("p"), "repl-diskless-sync-delay", "0");
                Node replica = TestNodes.start(dir.resolve("r"), "enable-debug-command", "yes")) {
            follow(replica, primary.port());
            try (var asking = new RawConnection(primary.port());
                    var writing = new RawConnection(primary.port());
                    var aborting = new RawConnection(primary.port());
                    var hanging = new RawConnection(replica.port())) {
                hanging.send("DEBUG SLEEP 2\r\n");
                writing.call("SET", "a", "1");
                asking.send("SHUTDOWN\r\n");
                TestNodes.await(
                        "shutdown is under way",
                        5,
                        () -> aborting.call("SHUTDOWN", "ABORT").equals("+OK"));

                assertThat(asking.reply()).isEqualTo("-ERR Errors trying to SHUTDOWN. Check logs.");
                assertThat(writing.call("SET", "a", "2")).isEqualTo("+OK");
                assertThat(asking.call("GET", "a")).isEqualTo("$2");
                assertThat(primary.shutDown()).isNotDone();
            }
        }
    }

    @Test
    void givenReplicaThatHangs_whenTheTimeIsUp_thenTheNodeEndsAllTheSame() throws Exception {
        Node primary =
                TestNodes.start(
                        dir.resolve("p"), "repl-diskless-sync-delay", "0", "shutdown-timeout", "1");
        try (Node replica = TestNodes.start(dir.resolve("r"), "enable-debug-command", "yes")) {
            follow(replica, primary.port());
            try (var hanging = new RawConnection(replica.port());
                    var asking = new RawConnection(primary.port())) {
                hanging.send("DEBUG SLEEP 4\r\n");
                asking.call("SET", "a", "1");
                asking.send("SHUTDOWN\r\n");
                TestNodes.await("it has ended", 3, () -> primary.shutDown().isDone());
            }
        } finally {
            primary.close();
        }
    }
}
