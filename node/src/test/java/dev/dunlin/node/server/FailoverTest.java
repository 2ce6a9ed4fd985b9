// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.Node;
import dev.dunlin.node.replication.RedisServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// FAILOVER over sockets: between two nodes of ours, and to and from redis-server.
@Timeout(90)
class FailoverTest {
    @TempDir private Path dir;

    private Node node(String name, String... directives) throws Exception {
        String[] all = java.util.Arrays.copyOf(directives, directives.length + 2);
        all[directives.length] = "repl-diskless-sync-delay";
        all[directives.length + 1] = "0";
        return TestNodes.start(dir.resolve(name), all);
    }

    private static String info(RedisServer redis, String field) {
        try {
            return redis.info(field);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void follow(Node replica, int port) {
        TestNodes.ask(replica, "REPLICAOF", "127.0.0.1", Integer.toString(port));
        TestNodes.await(
                "link is up", 20, () -> TestNodes.info(replica, "master_link_status").equals("up"));
    }

    private static void handedOver(Node from, Node to) {
        TestNodes.await(
                "roles have changed",
                20,
                () ->
                        TestNodes.info(to, "role").equals("master")
                                && TestNodes.info(from, "role").equals("slave")
                                && TestNodes.info(from, "master_link_status").equals("up")
                                && TestNodes.info(from, "master_failover_state")
                                        .equals("no-failover"));
    }

    @Test
    void givenTwoNodes_whenRolesAreHandedToAndFro_thenNoWriteAndNoFullSyncIsNeeded()
            throws Exception {
        try (Node one = node("one");
                Node two = node("two")) {
            follow(two, one.port());
            Node primary = one;
            Node replica = two;
            int written = 0;
            for (int turn = 0; turn < 4; turn++) {
                for (int i = 0; i < 300; i++) {
                    assertThat(TestNodes.ask(primary, "SET", "k" + written++, "v"))
                            .isEqualTo("+OK");
                }
                assertThat(TestNodes.ask(primary, "FAILOVER")).isEqualTo("+OK");
                handedOver(primary, replica);
                Node before = primary;
                primary = replica;
                replica = before;
                assertThat(TestNodes.ask(primary, "DBSIZE")).isEqualTo(":" + written);
                assertThat(TestNodes.ask(replica, "SET", "x", "y"))
                        .startsWith("-READONLY You can't write");
            }
            assertThat(TestNodes.info(one, "sync_full")).isEqualTo("1");
            assertThat(TestNodes.info(two, "sync_full")).isEqualTo("0");
            // Between redis's own replicas a hand-over is a partial sync as well.
            assertThat(TestNodes.info(two, "sync_partial_ok")).isEqualTo("2");
        }
    }

    @Test
    void givenClientThatWrites_whenTheRoleIsHandedOver_thenItWaitsAndIsRefused() throws Exception {
        try (Node one = node("one");
                Node two = node("two", "enable-debug-command", "yes")) {
            follow(two, one.port());
            try (var hanging = new RawConnection(two.port());
                    var writing = new RawConnection(one.port());
                    var operator = new RawConnection(one.port())) {
                hanging.send("DEBUG SLEEP 1\r\n");
                writing.call("SET", "a", "1");
                assertThat(operator.call("FAILOVER")).isEqualTo("+OK");
                assertThat(TestNodes.info(one, "master_failover_state"))
                        .isEqualTo("waiting-for-sync");
                assertThat(operator.call("FAILOVER"))
                        .isEqualTo("-ERR FAILOVER already in progress.");
                assertThat(operator.call("REPLICAOF", "NO", "ONE"))
                        .isEqualTo("-ERR REPLICAOF not allowed while failing over.");
                writing.send("SET a 2\r\n");
                assertThat(operator.call("GET", "a")).isEqualTo("$1");

                assertThat(writing.reply())
                        .isEqualTo("-READONLY You can't write against a read only replica.");
                handedOver(one, two);
                assertThat(TestNodes.ask(two, "GET", "a")).isEqualTo("$1");
            }
        }
    }

    @Test
    void givenTargetThatHangs_whenAbortedOrTimedOut_thenThePrimaryStaysAndWritesGoOn()
            throws Exception {
        try (Node one = node("one");
                Node two = node("two", "enable-debug-command", "yes")) {
            follow(two, one.port());
            try (var hanging = new RawConnection(two.port());
                    var writing = new RawConnection(one.port());
                    var operator = new RawConnection(one.port())) {
                hanging.send("DEBUG SLEEP 3\r\n");
                writing.call("SET", "a", "1");
                assertThat(operator.call("FAILOVER")).isEqualTo("+OK");
                writing.send("SET a 2\r\n");
                assertThat(operator.call("FAILOVER", "ABORT")).isEqualTo("+OK");
                assertThat(writing.reply()).isEqualTo("+OK");
                assertThat(operator.call("FAILOVER", "TIMEOUT", "200")).isEqualTo("+OK");
                assertThat(writing.call("SET", "a", "3")).isEqualTo("+OK");
                assertThat(TestNodes.info(one, "role")).isEqualTo("master");
                assertThat(TestNodes.info(one, "master_failover_state")).isEqualTo("no-failover");
            }
        }
    }

    @Test
    void givenTargetThatRefuses_whenForced_thenThePrimaryTakesItsRoleBack() throws Exception {
        try (Node one = node("one");
                Node two = node("two")) {
            follow(two, one.port());
            String port = Integer.toString(two.port());
            assertThat(TestNodes.ask(two, "REPLICAOF", "NO", "ONE")).isEqualTo("+OK");
            TestNodes.ask(one, "SET", "a", "1");
            // It is still on the list of replicas, or gone already; either way it does not take
            // over.
            String answer =
                    TestNodes.ask(
                            one, "FAILOVER", "TO", "127.0.0.1", port, "FORCE", "TIMEOUT", "100");
            assertThat(answer).startsWith(answer.startsWith("+") ? "+OK" : "-ERR FAILOVER ");
            TestNodes.await(
                    "primary serves writes",
                    20,
                    () -> TestNodes.ask(one, "SET", "a", "2").equals("+OK"));
            assertThat(TestNodes.info(one, "role")).isEqualTo("master");
        }
    }

    @Test
    void givenRedisServer_whenTheRoleGoesThereAndBack_thenBothHaveAllData() throws Exception {
        try (Node ours = node("ours");
                var redis = new RedisServer(dir)) {
            redis.call("REPLICAOF", "127.0.0.1", Integer.toString(ours.port()));
            TestNodes.await("link is up", 20, () -> info(redis, "master_link_status").equals("up"));
            for (int i = 0; i < 500; i++) {
                TestNodes.ask(ours, "SET", "k" + i, "v");
            }
            assertThat(
                            TestNodes.ask(
                                    ours,
                                    "FAILOVER",
                                    "TO",
                                    "127.0.0.1",
                                    Integer.toString(redis.port())))
                    .isEqualTo("+OK");
            TestNodes.await(
                    "redis is the primary",
                    20,
                    () ->
                            info(redis, "role").equals("master")
                                    && TestNodes.info(ours, "master_link_status").equals("up"));
            assertThat(redis.call("DBSIZE")).isEqualTo("500");
            assertThat(info(redis, "sync_full")).isEqualTo("0");
            assertThat(info(redis, "sync_partial_ok")).isEqualTo("1");
            redis.call("SET", "there", "1");

            assertThat(redis.call("FAILOVER")).isEqualTo("OK");
            TestNodes.await(
                    "we are the primary again",
                    20,
                    () ->
                            TestNodes.info(ours, "role").equals("master")
                                    && info(redis, "master_link_status").equals("up"));
            assertThat(TestNodes.ask(ours, "DBSIZE")).isEqualTo(":501");
            assertThat(info(redis, "master_failover_state")).isEqualTo("no-failover");
        }
    }

    @Test
    void givenWhatCannotBe_whenAsked_thenRedissErrors() throws Exception {
        String[] commands = {
            "FAILOVER",
            "FAILOVER ABORT",
            "FAILOVER TO a",
            "FAILOVER TO a 1 FORCE",
            "FAILOVER TIMEOUT x",
            "FAILOVER TIMEOUT 0",
            "FAILOVER ABORT TIMEOUT 1",
            "FAILOVER TIMEOUT 100 TIMEOUT 100",
            "FAILOVER TO h x",
            "FAILOVER TO h 70000",
            "FAILOVER TO a 1 ABORT",
            "FAILOVER FORCE FORCE"
        };
        try (Node ours = node("ours");
                var redis = new RedisServer(dir);
                var c = new RawConnection(ours.port())) {
            for (String command : commands) {
                assertThat(c.call(command.split(" ")))
                        .as(command)
                        .isEqualTo(redis.call(command.split(" ")));
            }
        }
        try (Node clustered = TestNodes.start(dir.resolve("cluster"), "cluster-enabled", "yes")) {
            TestNodes.await(
                    "joined",
                    10,
                    () ->
                            TestNodes.ask(clustered, "FAILOVER")
                                    .equals(
                                            "-ERR FAILOVER not allowed in cluster mode. Use CLUSTER"
                                                    + " FAILOVER command instead."));
        }
    }

    private static String waitInTransaction(RawConnection c) {
        c.call("MULTI");
        c.call("WAIT", "5", "0");
        return c.call("EXEC");
    }

    @Test
    void givenWaitInTransaction_whenExecuted_thenItCountsWithoutWaiting() throws Exception {
        try (Node one = node("one");
                Node two = node("two");
                var c = new RawConnection(one.port())) {
            assertThat(c.call("MULTI")).isEqualTo("+OK");
            assertThat(c.call("WAIT", "1", "0")).isEqualTo("+QUEUED");
            assertThat(c.call("EXEC")).isEqualTo("[:0]");
            follow(two, one.port());
            c.call("SET", "a", "1");
            assertThat(c.call("WAIT", "1", "10000")).isEqualTo(":1");
            // Until the replica has told that it has all that this connection has seen.
            TestNodes.await("counted", 10, () -> waitInTransaction(c).equals("[:1]"));
            c.call("MULTI");
            c.call("SET", "a", "2");
            c.call("WAIT", "5", "0");
            // The transaction's own writes are not in the log yet: counted is what came before it.
            assertThat(c.call("EXEC")).isEqualTo("[+OK :1]");
        }
    }
}
