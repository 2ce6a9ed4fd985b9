// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static dev.dunlin.node.replication.RespText.resp;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What goes wrong on a link, on either side, and what is left afterwards.
@Timeout(60)
class ReplicationFaultTest {
    private static final ReplicationId A = new ReplicationId("a".repeat(40));

    @TempDir private Path directory;

    private static void follow(FakeNode replica, int port) throws Exception {
        replica.run(replication -> replication.follow("127.0.0.1", port));
    }

    private static String rdb(long offset) {
        byte[] file =
                MiniRdb.write(
                        new SnapshotCut(A, offset, 0), Map.of(0, Map.of("k", "from the rdb")));
        return "$" + file.length + "\r\n" + new String(file, ISO_8859_1);
    }

    private void noFileIsLeft() throws Exception {
        Await.until(
                "files are deleted",
                () -> {
                    try (var files = Files.list(directory)) {
                        return files.findAny().isEmpty();
                    }
                });
    }

    private static String firstRequest(ScriptedPrimary.Connection connection) throws Exception {
        String request = connection.next();
        assertThat(request).startsWith("PSYNC ");
        return request;
    }

    @Test
    void givenATransferThatBreaks_whenTheReplicaComesBack_thenItsOldDataStood() throws Exception {
        try (var primary = new ScriptedPrimary();
                var node = new FakeNode(directory, FakeNode.config())) {
            node.set(0, "old", "stays");
            follow(node, primary.port());
            String first;
            try (var connection = primary.acceptPsync()) {
                first = firstRequest(connection);
                connection.send("+FULLRESYNC " + A + " 100\r\n\n$1000\r\nREDIS0010");
                Await.until("transfer", () -> node.linkState() == LinkState.TRANSFER);
            }
            try (var connection = primary.acceptPsync()) {
                assertThat(node.get(0, "old")).isEqualTo("stays");
                assertThat(connection.next()).isEqualTo(first);
                connection.send("+FULLRESYNC " + A + " 100\r\n" + rdb(100));
                connection.expect("REPLCONF ACK 100");
            }
            assertThat(node.get(0, "old")).isEqualTo("(nil)");
            assertThat(node.get(0, "k")).isEqualTo("from the rdb");
            noFileIsLeft();
        }
    }

    @Test
    void givenTheStreamRightBehindTheData_whenLoaded_thenNotAByteIsLost() throws Exception {
        try (var primary = new ScriptedPrimary();
                var node = new FakeNode(directory, FakeNode.config())) {
            node.holdLoads();
            follow(node, primary.port());
            try (var connection = primary.acceptPsync()) {
                firstRequest(connection);
                connection.send(
                        "+FULLRESYNC " + A + " 100\r\n" + rdb(100) + resp("SET", "k", "1") + "*1");
                Await.until("loading", () -> node.linkState() == LinkState.LOADING);
                connection.send("\r\n$4\r\nping\r\n");
                node.releaseLoad();

                connection.expect("REPLCONF ACK 100");
                connection.expect("REPLCONF ACK " + (100 + 27 + 14));
                assertThat(node.get(0, "k")).isEqualTo("1");
            }
        }
    }

    @Test
    void givenARequestForTheOffset_whenAnswered_thenItIsTheOneBeforeTheRequest() throws Exception {
        try (var primary = new ScriptedPrimary();
                var node = new FakeNode(directory, FakeNode.config())) {
            follow(node, primary.port());
            try (var connection = primary.acceptPsync()) {
                firstRequest(connection);
                connection.send("+FULLRESYNC " + A + " 100\r\n" + rdb(100));
                connection.expect("REPLCONF ACK 100");
                connection.send(resp("SET", "k", "1") + resp("REPLCONF", "GETACK", "*"));

                String ack = connection.next();
                while (ack.equals("REPLCONF ACK 100")) {
                    // The heartbeat of a second ago.
                    ack = connection.next();
                }
                assertThat(ack).isEqualTo("REPLCONF ACK 127");
                connection.expect("REPLCONF ACK 164");
            }
        }
    }

    @Test
    void givenALinkLostWhileLoading_whenLoaded_thenItGoesOnWithAPartialSync() throws Exception {
        try (var primary = new ScriptedPrimary();
                var node = new FakeNode(directory, FakeNode.config())) {
            node.holdLoads();
            follow(node, primary.port());
            try (var connection = primary.acceptPsync()) {
                firstRequest(connection);
                connection.send("+FULLRESYNC " + A + " 100\r\n" + rdb(100));
                Await.until("loading", () -> node.linkState() == LinkState.LOADING);
            }
            node.releaseLoad();
            try (var connection = primary.acceptPsync()) {
                connection.expect("PSYNC " + A + " 101");
                connection.send("+CONTINUE\r\n" + resp("SET", "k", "2"));
                connection.expect("REPLCONF ACK 100");
                Await.until("stream goes on", () -> node.get(0, "k").equals("2"));
            }
        }
    }

    @Test
    void givenALoadThatFails_whenTheReplicaComesBack_thenItAsksForEverything() throws Exception {
        try (var primary = new ScriptedPrimary();
                var node = new FakeNode(directory, FakeNode.config())) {
            node.failLoads(1);
            follow(node, primary.port());
            try (var connection = primary.acceptPsync()) {
                firstRequest(connection);
                connection.send("+FULLRESYNC " + A + " 100\r\n" + rdb(100));
            }
            try (var connection = primary.acceptPsync()) {
                connection.expect("PSYNC ? -1");
                connection.send("+FULLRESYNC " + A + " 200\r\n" + rdb(200));
                connection.expect("REPLCONF ACK 200");
            }
        }
    }

    @Test
    void givenAPromotionWhileLoading_whenAskedForTheOldHistory_thenItIsNotClaimed()
            throws Exception {
        try (var primary = new ScriptedPrimary();
                var node = new FakeNode(directory, FakeNode.config())) {
            node.set(0, "old", "1");
            node.holdLoads();
            follow(node, primary.port());
            try (var connection = primary.acceptPsync()) {
                firstRequest(connection);
                connection.send("+FULLRESYNC " + A + " 100\r\n" + rdb(100));
                Await.until("loading", node::loadIsHeld);
                node.run(Replication::promote);
            }
            node.run(replication -> {
                assertThat(replication.history().previous()).isEqualTo(ReplicationId.NONE);
                assertThat(replication.history().id()).isNotEqualTo(A);
            });
            assertThat(node.size(0)).isZero();
            noFileIsLeft();
        }
    }

    @Test
    void givenAnInlineCommandInTheStream_whenTheReplicaComesBack_thenItTrustsNothing()
            throws Exception {
        try (var primary = new ScriptedPrimary();
                var node = new FakeNode(directory, FakeNode.config())) {
            follow(node, primary.port());
            try (var connection = primary.acceptPsync()) {
                firstRequest(connection);
                connection.send("+FULLRESYNC " + A + " 100\r\n" + rdb(100) + "SET k v\r\n");
                connection.expect("REPLCONF ACK 100");
            }
            try (var connection = primary.acceptPsync()) {
                connection.expect("PSYNC ? -1");
            }
        }
    }

    @Test
    void givenATransactionThatIsCutOff_whenTheReplicaComesBack_thenItAsksFromBeforeIt()
            throws Exception {
        try (var primary = new ScriptedPrimary();
                var node = new FakeNode(directory, FakeNode.config())) {
            follow(node, primary.port());
            try (var connection = primary.acceptPsync()) {
                firstRequest(connection);
                connection.send("+FULLRESYNC " + A + " 100\r\n" + rdb(100));
                connection.expect("REPLCONF ACK 100");
                connection.send(
                        resp("SET", "k", "1")
                                + resp("MULTI")
                                + resp("SET", "k", "torn")
                                + resp("ping").substring(0, 3));
                Await.until("first is applied", () -> node.offset() == 127);
                connection.send("");
            }
            try (var connection = primary.acceptPsync()) {
                connection.expect("PSYNC " + A + " 128");
                assertThat(node.get(0, "k")).isEqualTo("1");
            }
        }
    }

    @Test
    void givenAnOldPrimary_whenItDoesNotKnowPsync_thenSyncWorks() throws Exception {
        try (var primary = new ScriptedPrimary();
                var node = new FakeNode(directory, FakeNode.config())) {
            follow(node, primary.port());
            try (var connection = primary.acceptPsync()) {
                firstRequest(connection);
                connection.send("-ERR unknown command 'PSYNC'\r\n");
                connection.expect("SYNC");
                connection.send("\n\n" + rdb(0) + resp("SET", "x", "1"));
                Await.until("stream flows", () -> node.get(0, "x").equals("1"));
            }
            try (var connection = primary.acceptPsync()) {
                // Whatever name it gave that history, it is no name of the primary's.
                assertThat(firstRequest(connection)).doesNotContain(A.hex());
            }
        }
    }

    @Test
    void givenASilentPrimary_whenTheTimeoutPasses_thenTheLinkIsMadeAnew() throws Exception {
        ReplicationConfig impatient = FakeNode.config().withTimes(300, 10_000);
        try (var primary = new ScriptedPrimary();
                var node = new FakeNode(directory, impatient);
                var mute = primary(node, primary)) {
            // Says nothing at all.
            assertThat(mute.next()).isEqualTo("PING");
            try (var connection = primary.acceptPsync()) {
                firstRequest(connection);
                connection.send("+FULLRESYNC " + A + " 100\r\n$500\r\nREDIS");
                try (var next = primary.acceptPsync()) {
                    firstRequest(next);
                    next.send("+FULLRESYNC " + A + " 100\r\n" + rdb(100));
                    next.expect("REPLCONF ACK 100");
                    try (var last = primary.acceptPsync()) {
                        last.expect("PSYNC " + A + " 101");
                    }
                }
            }
        }
    }

    private static ScriptedPrimary.Connection primary(FakeNode node, ScriptedPrimary primary)
            throws Exception {
        follow(node, primary.port());
        return primary.accept();
    }

    @Test
    void givenGarbageInsteadOfReplies_whenRead_thenTheLinkClosesAndRetries() throws Exception {
        try (var primary = new ScriptedPrimary();
                var node = new FakeNode(directory, FakeNode.config())) {
            follow(node, primary.port());
            try (var connection = primary.accept()) {
                connection.send("x".repeat(5_000));
                connection.expect("PING");
                Await.until("refused", () -> node.linkState() == LinkState.CONNECT);
            }
            try (var connection = primary.acceptPsync()) {
                firstRequest(connection);
                connection.send("+FULLRESYNC " + A + " 5\r\n+what\r\n");
                Await.until("refused", () -> node.linkState() == LinkState.CONNECT);
            }
            noFileIsLeft();
        }
    }

    @Test
    void givenAReplicaThatDoesNotRead_whenBeyondTheLimit_thenItIsDroppedAndMemoryFreed()
            throws Exception {
        ReplicationConfig defaults = FakeNode.config();
        ReplicationConfig tight =
                new ReplicationConfig(
                        defaults.timeoutMs(),
                        defaults.pingPeriodMs(),
                        64 << 10,
                        0,
                        true,
                        0,
                        0,
                        new LogReaderLimit(1 << 20, 0, 0),
                        defaults.user(),
                        defaults.password(),
                        0,
                        defaults.announceIp());
        try (var node = new FakeNode(directory, tight);
                var lazy = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
            lazy.getOutputStream().write(resp("PSYNC", "?", "-1").getBytes(ISO_8859_1));
            Await.until("attached", () -> replicas(node) == 1);
            for (int i = 0; i < 100_000 && replicas(node) == 1; i++) {
                node.run(replication -> {
                    for (int k = 0; k < 100; k++) {
                        node.propagate(0, "SET", "k", "v".repeat(1_000));
                    }
                });
            }

            assertThat(replicas(node)).isZero();
            long[] bytes = new long[1];
            Await.until(
                    "memory is given back",
                    () -> {
                        node.run(replication -> bytes[0] = replication.log().memoryBytes());
                        return bytes[0] < 100_000;
                    });
        }
    }

    private static int replicas(FakeNode node) throws Exception {
        int[] count = new int[1];
        node.run(replication -> count[0] = replication.acks().replicas().size());
        return count[0];
    }

    @Test
    void givenReplicasThatLeaveAnywhere_whenASnapshotIsOnItsWay_thenItIsClosed() throws Exception {
        for (boolean diskless : new boolean[] {true, false}) {
            try (var node =
                            new FakeNode(
                                    directory, FakeNode.config().withSnapshots(diskless, 0, 0));
                    var one = new Socket(InetAddress.getLoopbackAddress(), node.port());
                    var two = new Socket(InetAddress.getLoopbackAddress(), node.port())) {
                node.set(0, "k", "v".repeat(10_000));
                node.holdSnapshots(100);
                byte[] words =
                        (resp("REPLCONF", "capa", "eof") + resp("PSYNC", "?", "-1"))
                                .getBytes(ISO_8859_1);
                one.getOutputStream().write(words);
                Await.until("snapshot is cut", () -> node.openSnapshots() == 1);
                two.getOutputStream().write(words);
                Await.until("both wait", () -> replicas(node) == 2);

                one.shutdownOutput();
                Await.until("one is gone", () -> replicas(node) == 1);
                two.shutdownOutput();
                Await.until("both are gone", () -> replicas(node) == 0);
                Await.until("snapshot is closed", () -> node.openSnapshots() == 0);
            }
            noFileIsLeft();
        }
    }

    @Test
    void givenASnapshotThatFails_whenReplicasWait_thenTheyAreSentAwayAndTheNextOneWorks()
            throws Exception {
        for (boolean diskless : new boolean[] {true, false}) {
            try (var node =
                            new FakeNode(
                                    directory, FakeNode.config().withSnapshots(diskless, 0, 0));
                    var replica = new FakeNode(directory, FakeNode.config())) {
                node.set(0, "k", "v".repeat(10_000));
                node.failSnapshots(true);
                follow(replica, node.port());
                Await.until("refused", () -> replica.linkState() == LinkState.CONNECT);
                assertThat(replica.loads()).isZero();

                node.failSnapshots(false);
                Await.until("link is up", () -> replica.linkState() == LinkState.CONNECTED);
                node.append(0, "k", "!");
                Await.until("same", () -> replica.get(0, "k").endsWith("v!"));
                assertThat(replica.offset()).isEqualTo(node.offset());
                assertThat(node.openSnapshots()).isZero();
            }
            noFileIsLeft();
        }
    }

    @Test
    void givenTracesOfAnEarlierSnapshot_whenAReplicaComes_thenItWaitsAndGetsWhatIsThereLater()
            throws Exception {
        try (var node = new FakeNode(directory, FakeNode.config());
                var replica = new FakeNode(directory, FakeNode.config())) {
            node.set(0, "k", "v");
            node.mayOpenSnapshot(false);
            follow(replica, node.port());
            Await.until("asked for", () -> node.fullSyncs() == 1);
            node.append(0, "k", "1");
            assertThat(node.openSnapshots()).isZero();
            assertThat(replica.loads()).isZero();

            node.mayOpenSnapshot(true);
            Await.until("link is up", () -> replica.linkState() == LinkState.CONNECTED);
            assertThat(replica.get(0, "k")).isEqualTo("v1");
            assertThat(replica.applied()).doesNotContain("0 append k 1");
            assertThat(replica.loads()).isEqualTo(1);
        }
    }

    @Test
    void givenAReplicaWithoutALink_whenSomebodyWantsToFollowIt_thenItSaysSo() throws Exception {
        try (var primary = new ScriptedPrimary();
                var node = new FakeNode(directory, FakeNode.config());
                var client = new RedisClient(node.port())) {
            follow(node, primary.port());

            assertThat(client.call("PSYNC", "?", "-1"))
                    .isEqualTo("-NOMASTERLINK Can't SYNC while not connected with my master");
            assertThat(client.call("PSYNC", "?", "-1", "FAILOVER"))
                    .isEqualTo("-ERR PSYNC FAILOVER replid must match my replid.");
            node.run(Replication::promote);
            assertThat(client.call("PSYNC", "?", "-1", "FAILOVER"))
                    .isEqualTo("-ERR PSYNC FAILOVER can't be sent to a master.");
            assertThat(client.call("PSYNC", "?", "x"))
                    .isEqualTo("-ERR value is not an integer or out of range");
        }
    }
}
