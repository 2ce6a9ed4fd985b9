// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Three shards of two nodes, over real sockets, in one process.
class ClusterTest {
    private static final int NODE_TIMEOUT_MS = 3000;

    // Slots 12182, 5061 and 866: third, first and first shard; the second shard owns "hello".
    private static final String THIRD_SHARD_KEY = "foo";
    private static final String FIRST_SHARD_KEY = "bar";

    @TempDir private Path dir;
    private List<Node> nodes = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        nodes = TestNodes.cluster(dir, NODE_TIMEOUT_MS);
    }

    @AfterEach
    void stop() {
        nodes.forEach(Node::close);
    }

    @Test
    void givenCluster_whenKeysAreElsewhere_thenClientsAreSentThere() {
        int third = nodes.get(2).port();
        try (var first = new RawConnection(nodes.get(0).port())) {
            assertThat(first.call("SET", FIRST_SHARD_KEY, "1")).isEqualTo("+OK");
            assertThat(first.call("SET", THIRD_SHARD_KEY, "1"))
                    .isEqualTo("-MOVED 12182 127.0.0.1:" + third);
            assertThat(first.call("MGET", FIRST_SHARD_KEY, THIRD_SHARD_KEY))
                    .isEqualTo("-CROSSSLOT Keys in request don't hash to the same slot");
            assertThat(first.call("MSET", "{bar}1", "a", "{bar}2", "b")).isEqualTo("+OK");
            assertThat(first.call("MGET", "{bar}1", "{bar}2", "{bar}3")).isEqualTo("[$a $b $-1]");
            assertThat(first.call("SELECT", "1"))
                    .isEqualTo("-ERR SELECT is not allowed in cluster mode");
        }
    }

    @Test
    void givenReplica_whenRead_thenOnlyAfterReadonly() {
        TestNodes.ask(nodes.get(0), "SET", FIRST_SHARD_KEY, "value");
        try (var replica = new RawConnection(nodes.get(3).port())) {
            assertThat(replica.call("GET", FIRST_SHARD_KEY)).startsWith("-MOVED 5061 ");
            assertThat(replica.call("READONLY")).isEqualTo("+OK");
            TestNodes.await(
                    "write arrives",
                    10,
                    () -> replica.call("GET", FIRST_SHARD_KEY).equals("$value"));
            assertThat(replica.call("SET", FIRST_SHARD_KEY, "x")).startsWith("-MOVED 5061 ");
        }
    }

    @Test
    void givenPrimaryGoes_whenNodeTimeoutPasses_thenItsReplicaTakesOverWithTheData()
            throws Exception {
        try (var primary = new RawConnection(nodes.get(0).port())) {
            for (int i = 0; i < 200; i++) {
                assertThat(primary.call("SET", "{bar}" + i, "v" + i)).isEqualTo("+OK");
            }
            assertThat(primary.call("WAIT", "1", "10000")).isEqualTo(":1");
        }

        nodes.get(0).close();

        Node heir = nodes.get(3);
        TestNodes.await(
                "replica serves the slots",
                30,
                () -> TestNodes.ask(heir, "SET", FIRST_SHARD_KEY, "new").equals("+OK"));
        for (int i = 0; i < 200; i++) {
            assertThat(TestNodes.ask(heir, "GET", "{bar}" + i)).isEqualTo("$v" + i);
        }
        TestNodes.await(
                "others follow",
                30,
                () ->
                        TestNodes.ask(nodes.get(1), "GET", FIRST_SHARD_KEY)
                                .equals("-MOVED 5061 127.0.0.1:" + heir.port()));
    }

    @Test
    void givenSlotOnTheMove_whenKeysAreMigrated_thenClientsAreSentAfterThem() {
        String source = TestNodes.ask(nodes.get(0), "CLUSTER", "MYID").substring(1);
        String target = TestNodes.ask(nodes.get(1), "CLUSTER", "MYID").substring(1);
        String targetPort = Integer.toString(nodes.get(1).port());
        try (var from = new RawConnection(nodes.get(0).port());
                var to = new RawConnection(nodes.get(1).port())) {
            from.call("SET", "{bar}moved", "1");
            from.call("SET", "{bar}stays", "2");
            assertThat(to.call("CLUSTER", "SETSLOT", "5061", "IMPORTING", source)).isEqualTo("+OK");
            assertThat(from.call("CLUSTER", "SETSLOT", "5061", "MIGRATING", target))
                    .isEqualTo("+OK");

            assertThat(
                            from.call(
                                    "MIGRATE",
                                    "127.0.0.1",
                                    targetPort,
                                    "",
                                    "0",
                                    "5000",
                                    "KEYS",
                                    "{bar}moved",
                                    "{bar}absent"))
                    .isEqualTo("+OK");

            assertThat(from.call("GET", "{bar}stays")).isEqualTo("$2");
            assertThat(from.call("GET", "{bar}moved"))
                    .isEqualTo("-ASK 5061 127.0.0.1:" + targetPort);
            assertThat(from.call("MGET", "{bar}moved", "{bar}stays"))
                    .isEqualTo("-TRYAGAIN Multiple keys request during rehashing of slot");
            assertThat(to.call("GET", "{bar}moved")).startsWith("-MOVED 5061 ");
            assertThat(to.call("ASKING")).isEqualTo("+OK");
            assertThat(to.call("GET", "{bar}moved")).isEqualTo("$1");
            assertThat(from.call("CLUSTER", "SETSLOT", "5061", "NODE", target))
                    .isEqualTo(
                            "-ERR Can't assign hashslot 5061 to a different node while I still"
                                    + " hold keys for this hash slot.");
            assertThat(from.call("CLUSTER", "GETKEYSINSLOT", "5061", "10"))
                    .isEqualTo("[${bar}stays]");

            from.call("MIGRATE", "127.0.0.1", targetPort, "{bar}stays", "0", "5000");
            assertThat(to.call("CLUSTER", "SETSLOT", "5061", "NODE", target)).isEqualTo("+OK");
            assertThat(from.call("CLUSTER", "SETSLOT", "5061", "NODE", target)).isEqualTo("+OK");
            assertThat(to.call("MGET", "{bar}moved", "{bar}stays")).isEqualTo("[$1 $2]");
            assertThat(from.call("GET", "{bar}stays"))
                    .isEqualTo("-MOVED 5061 127.0.0.1:" + targetPort);
        }
    }

    @Test
    void givenPrimaryCutOff_whenItsLeaseIsGone_thenItStillSaysHowItIs() {
        nodes.subList(1, 6).forEach(Node::close);
        Node alone = nodes.getFirst();
        TestNodes.await("it knows", 30, () -> !TestNodes.isOk(alone));

        try (var c = new RawConnection(alone.port())) {
            // Long enough that the loop's clock moves on within the batch.
            c.send("INFO everything\r\n".repeat(500));

            for (int i = 0; i < 500; i++) {
                assertThat(c.reply()).contains("cluster_enabled:1");
            }
            assertThat(c.call("GET", FIRST_SHARD_KEY))
                    .isEqualTo("-CLUSTERDOWN The cluster is down");
        }
    }

    @Test
    void givenRunningCluster_whenSettingsOfTheBusChange_thenItFollowsThem() throws Exception {
        Node first = nodes.get(0);
        Node second = nodes.get(1);
        assertThat(
                        TestNodes.ask(
                                first, "CONFIG", "SET", "cluster-announce-hostname", "one.example"))
                .isEqualTo("+OK");
        assertThat(TestNodes.ask(first, "CONFIG", "SET", "cluster-announce-port", "7777"))
                .isEqualTo("+OK");
        TestNodes.await(
                "the others know how the first is to be reached",
                20,
                () -> {
                    String nodesOfSecond = TestNodes.ask(second, "CLUSTER", "NODES");
                    return nodesOfSecond.contains("127.0.0.1:7777@")
                            && nodesOfSecond.contains(",one.example");
                });
        assertThat(TestNodes.ask(first, "CONFIG", "SET", "cluster-node-timeout", "0"))
                .startsWith("-ERR CONFIG SET failed");

        assertThat(TestNodes.ask(first, "CLUSTER", "DELSLOTS", "5061")).isEqualTo("+OK");
        TestNodes.await("a slot is missing", 20, () -> !TestNodes.isOk(first));
        TestNodes.ask(first, "CONFIG", "SET", "cluster-require-full-coverage", "no");
        TestNodes.await("and is not needed any more", 20, () -> TestNodes.isOk(first));
    }

    @Test
    void givenNoFailoverWasWanted_whenThatAndTheTimeoutChange_thenTheReplicaTakesOver()
            throws Exception {
        for (Node node : nodes) {
            TestNodes.ask(node, "CONFIG", "SET", "cluster-replica-no-failover", "yes");
            TestNodes.ask(node, "CONFIG", "SET", "cluster-node-timeout", "1000");
        }
        nodes.get(0).close();
        Node heir = nodes.get(3);
        TestNodes.await(
                "failure is noticed",
                30,
                () ->
                        TestNodes.ask(heir, "CLUSTER", "NODES")
                                .matches("(?s).* master[a-z,]*,fail[ ,].*"));
        assertThat(TestNodes.ask(heir, "ROLE")).startsWith("[$slave");

        TestNodes.ask(heir, "CONFIG", "SET", "cluster-replica-no-failover", "no");
        TestNodes.await(
                "replica serves the slots",
                30,
                () -> TestNodes.ask(heir, "SET", FIRST_SHARD_KEY, "new").equals("+OK"));
    }
}
