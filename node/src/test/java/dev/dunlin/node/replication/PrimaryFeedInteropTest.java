// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A node of ours as the primary of a real redis-server.
@Timeout(60)
class PrimaryFeedInteropTest {
    @TempDir private Path directory;

    private static void attach(RedisServer redis, FakeNode node) throws Exception {
        redis.call("REPLICAOF", "127.0.0.1", Integer.toString(node.port()));
        Await.until("link is up", () -> redis.info("master_link_status").equals("up"));
    }

    private static void sameOffset(RedisServer redis, FakeNode node) throws Exception {
        Await.until(
                "same offset",
                () -> redis.info("slave_repl_offset").equals(Long.toString(node.offset())));
    }

    private static long[] syncs(FakeNode node) throws Exception {
        long[] counts = new long[2];
        node.run(replication -> {
            counts[0] = replication.fullSyncs();
            counts[1] = replication.partialSyncs();
        });
        return counts;
    }

    private static int waitFor(FakeNode node, int replicas, long timeoutMs) throws Exception {
        AtomicInteger answer = new AtomicInteger(-1);
        node.run(replication -> {
            long offset = replication.log().offset();
            var wait =
                    replication.waitForAcks(
                            acks -> acks.countAcked(offset) >= replicas,
                            node.nowMs() + timeoutMs,
                            () -> answer.set(replication.acks().countAcked(offset)));
            assertThat(wait.isPresent()).isEqualTo(answer.get() < 0);
        });
        Await.until("WAIT is answered", () -> answer.get() >= 0);
        return answer.get();
    }

    @ParameterizedTest
    @CsvSource({"true,false", "false,false", "false,true", "true,true"})
    void givenWritesDuringTheTransfer_whenAReplicaAttaches_thenEachIsAppliedOnce(
            boolean diskless, boolean sizesKnown) throws Exception {
        try (var node = new FakeNode(directory, FakeNode.config().withSnapshots(diskless, 0, 0));
                var redis = new RedisServer(directory)) {
            node.knowSizes(sizesKnown);
            for (int i = 0; i < 2_000; i++) {
                node.set(0, "key:" + i, "value " + i);
            }
            node.set(4, "count", "x");
            node.holdSnapshots(1_000);

            redis.call("REPLICAOF", "127.0.0.1", Integer.toString(node.port()));
            Await.until("snapshot is cut", () -> syncs(node)[0] == 1);
            // The cut is made; these belong to the stream, and must not reach the replica before
            // its ACK.
            for (int i = 0; i < 50; i++) {
                node.append(4, "count", "y");
            }
            node.append(0, "key:5", "!");
            node.releaseSnapshot();
            Await.until("link is up", () -> redis.info("master_link_status").equals("up"));

            assertThat(waitFor(node, 1, 15_000)).isEqualTo(1);
            assertThat(redis.call("DBSIZE")).isEqualTo("2000");
            assertThat(redis.call("GET", "key:5")).isEqualTo("value 5!");
            redis.call("SELECT", "4");
            assertThat(redis.call("GET", "count")).isEqualTo("x" + "y".repeat(50));
            sameOffset(redis, node);
            assertThat(redis.alive()).isTrue();
            try (var files = Files.list(directory)) {
                assertThat(files.filter(file -> file.toString().endsWith(".rdb"))).isEmpty();
            }
        }
    }

    @Test
    void givenALinkThatIsCut_whenTheReplicaComesBack_thenItGetsOnlyTheRest() throws Exception {
        try (var node = new FakeNode(directory, FakeNode.config());
                var redis = new RedisServer(directory)) {
            attach(redis, node);
            node.append(7, "k", "a");
            sameOffset(redis, node);

            redis.call("CLIENT", "KILL", "TYPE", "master");
            node.append(7, "k", "b");
            Await.until("it is back", () -> syncs(node)[1] == 1);
            node.append(7, "k", "c");

            sameOffset(redis, node);
            redis.call("SELECT", "7");
            assertThat(redis.call("GET", "k")).isEqualTo("abc");
            assertThat(syncs(node)).containsExactly(1, 1);
        }
    }

    @Test
    void givenMoreWritesThanTheBacklogHolds_whenTheReplicaComesBack_thenItGetsEverything()
            throws Exception {
        try (var node = new FakeNode(directory, FakeNode.config());
                var redis = new RedisServer(directory)) {
            attach(redis, node);
            sameOffset(redis, node);

            redis.call("CLIENT", "PAUSE", "1", "WRITE");
            redis.call("REPLICAOF", "127.0.0.1", "1");
            node.run(replication -> {
                for (int i = 0; i < 1_500; i++) {
                    node.propagate(0, "SET", "big", "z".repeat(1_000));
                }
            });
            node.set(0, "big", "last");
            attach(redis, node);

            assertThat(syncs(node)).containsExactly(2, 0);
            assertThat(redis.call("GET", "big")).isEqualTo("last");
            sameOffset(redis, node);
        }
    }

    @Test
    void givenUnitsAndPings_whenStreamed_thenRedisCountsEveryByteAsWeDo() throws Exception {
        ReplicationConfig pings = FakeNode.config().withTimes(60_000, 1_000);
        try (var node = new FakeNode(directory, pings);
                var redis = new RedisServer(directory)) {
            attach(redis, node);
            node.run(replication -> {
                replication.log().beginUnit();
                node.propagate(1, "SET", "a", "1");
                node.propagate(2, "SET", "b", "2");
                replication.log().endUnit();
                replication.log().beginUnit();
                node.propagate(1, "SET", "c", "3");
                replication.log().endUnit();
            });
            long before = node.offset();
            Await.until("two pings", () -> node.offset() >= before + 28);

            assertThat(waitFor(node, 1, 15_000)).isEqualTo(1);
            sameOffset(redis, node);
            redis.call("SELECT", "2");
            assertThat(redis.call("GET", "b")).isEqualTo("2");
            assertThat(redis.call("EXISTS", "c")).isEqualTo("0");
            assertThat(waitFor(node, 2, 50)).isEqualTo(1);
            assertThat(redis.info("sync_full")).isEqualTo("0");
        }
    }

    @Test
    void givenTwoReplicas_whenTheyComeTogether_thenTheyShareOneSnapshot() throws Exception {
        ReplicationConfig patient = FakeNode.config().withSnapshots(true, 20_000, 2);
        try (var node = new FakeNode(directory, patient);
                var one = new RedisServer(directory);
                var two = new RedisServer(directory)) {
            node.set(0, "k", "v");
            one.call("REPLICAOF", "127.0.0.1", Integer.toString(node.port()));
            Await.until("the first waits", () -> syncs(node)[0] == 1);
            two.call("REPLICAOF", "127.0.0.1", Integer.toString(node.port()));

            Await.until("first is up", () -> one.info("master_link_status").equals("up"));
            Await.until("second is up", () -> two.info("master_link_status").equals("up"));
            node.set(0, "k", "w");
            assertThat(waitFor(node, 2, 15_000)).isEqualTo(2);
            assertThat(one.call("GET", "k")).isEqualTo("w");
            assertThat(two.call("GET", "k")).isEqualTo("w");
        }
    }

    @Test
    void givenAStreamInSomeDatabase_whenAnotherReplicaAttaches_thenTheNextWriteSelectsAgain()
            throws Exception {
        try (var node = new FakeNode(directory, FakeNode.config());
                var one = new RedisServer(directory);
                var two = new RedisServer(directory)) {
            attach(one, node);
            node.set(4, "k", "v");
            attach(two, node);

            // A peer that does not read repl-stream-db would take db 0 otherwise.
            node.run(replication ->
                    assertThat(replication.log().streamDb()).isEqualTo(ReplicationLog.NO_DB));
            node.append(4, "k", "w");
            sameOffset(two, node);
            two.call("SELECT", "4");
            assertThat(two.call("GET", "k")).isEqualTo("vw");
        }
    }

    @Test
    void givenARedisReplicaIsPromoted_whenWeFollowIt_thenItIsAPartialSyncAndBack()
            throws Exception {
        try (var node = new FakeNode(directory, FakeNode.config());
                var redis = new RedisServer(directory)) {
            attach(redis, node);
            node.set(0, "a", "1");
            sameOffset(redis, node);

            redis.call("REPLICAOF", "NO", "ONE");
            redis.call("SET", "b", "2");
            node.run(replication -> replication.follow("127.0.0.1", redis.port()));
            Await.until("we have its write", () -> node.get(0, "b").equals("2"));
            assertThat(redis.info("sync_partial_ok")).isEqualTo("1");
            assertThat(redis.info("sync_full")).isEqualTo("0");
            assertThat(node.loads()).isZero();

            // And the roles back.
            node.run(Replication::promote);
            attach(redis, node);
            node.set(0, "c", "3");
            Await.until("it has ours", () -> redis.call("GET", "c").equals("3"));
            assertThat(syncs(node)).containsExactly(1, 1);
        }
    }

    @Test
    void givenRedisCli_whenItAsksForAnRdb_thenItGetsOneAndTheConnectionEnds() throws Exception {
        try (var node = new FakeNode(directory, FakeNode.config())) {
            node.set(0, "k", "v");
            Path file = directory.resolve("got.file");

            Process cli =
                    new ProcessBuilder(
                                    "/usr/bin/redis-cli",
                                    "-p",
                                    Integer.toString(node.port()),
                                    "--rdb",
                                    file.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("cli.log").toFile())
                            .start();
            try {
                assertThat(cli.waitFor(20, TimeUnit.SECONDS)).isTrue();
            } finally {
                cli.destroyForcibly();
            }

            assertThat(MiniRdb.read(Files.readAllBytes(file)).data().get(0))
                    .containsEntry("k", "v");
            Await.until(
                    "connection is closed",
                    () -> node.on(() -> true) && attachedReplicas(node) == 0);
        }
    }

    private static int attachedReplicas(FakeNode node) throws Exception {
        int[] count = new int[1];
        node.run(replication -> count[0] = replication.acks().replicas().size());
        return count[0];
    }
}
