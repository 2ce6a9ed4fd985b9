// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A node of ours as the replica of a real redis-server.
@Timeout(60)
class ReplicaLinkInteropTest {
    @TempDir private Path directory;

    private static void fill(RedisServer redis, int db, int keys) throws Exception {
        redis.call("SELECT", Integer.toString(db));
        for (int i = 0; i < keys; i++) {
            redis.call("SET", "key:" + i, i % 3 == 0 ? Integer.toString(i) : "value " + i);
        }
        redis.call("SELECT", "0");
    }

    private static void follow(FakeNode node, RedisServer redis) throws Exception {
        node.run(replication -> replication.follow("127.0.0.1", redis.port()));
        Await.until("link is up", () -> node.linkState() == LinkState.CONNECTED);
    }

    private static void sameOffset(FakeNode node, RedisServer redis) throws Exception {
        Await.until(
                "same offset",
                () -> redis.info("master_repl_offset").equals(Long.toString(node.offset())));
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no"})
    void givenARealPrimary_whenFollowed_thenDataStreamAndOffsetAreItsOwn(String diskless)
            throws Exception {
        try (var redis = new RedisServer(directory, "--repl-diskless-sync", diskless);
                var node = new FakeNode(directory, FakeNode.config())) {
            fill(redis, 0, 3_000);
            fill(redis, 3, 10);

            follow(node, redis);
            assertThat(node.size(0)).isEqualTo(3_000);
            assertThat(node.get(0, "key:999")).isEqualTo("999");
            assertThat(node.get(3, "key:7")).isEqualTo("value 7");

            redis.call("SET", "a", "1");
            redis.call("SELECT", "3");
            redis.call("DEL", "key:7");
            redis.call("MULTI");
            redis.call("HSET", "h", "f", "v");
            redis.call("SET", "b", "2");
            redis.call("EXEC");
            assertThat(redis.call("WAIT", "1", "10000")).isEqualTo("1");

            assertThat(node.applied())
                    .containsExactly(
                            "0 SET a 1", "3 DEL key:7", "(", "3 HSET h f v", "3 SET b 2", ")");
            assertThat(node.get(3, "h.f")).isEqualTo("v");
            sameOffset(node, redis);
            assertThat(node.on(() -> redis.info("master_replid")))
                    .isEqualTo(history(node).id().hex());
            assertThat(redis.info("slave0"))
                    .contains("state=online")
                    .contains("port=" + FakeNode.config().listeningPort());
        }
    }

    private static ReplicationHistory history(FakeNode node) throws Exception {
        var holder = new ReplicationHistory[1];
        node.run(replication -> holder[0] = replication.history());
        return holder[0];
    }

    @Test
    void givenALinkThatIsCut_whenItComesBack_thenOnlyTheMissingBytesAreSent() throws Exception {
        try (var redis = new RedisServer(directory);
                var node = new FakeNode(directory, FakeNode.config())) {
            follow(node, redis);
            redis.call("SELECT", "5");
            redis.call("APPEND", "k", "a");
            sameOffset(node, redis);

            // The kill and the write are one turn of redis: the replica cannot be back in between.
            redis.call("MULTI");
            redis.call("CLIENT", "KILL", "TYPE", "replica");
            redis.call("APPEND", "k", "b");
            redis.call("EXEC");
            Await.until("it is back", () -> redis.info("sync_partial_ok").equals("1"));
            redis.call("APPEND", "k", "c");
            Await.until("stream goes on", () -> node.get(5, "k").equals("abc"));

            assertThat(redis.info("sync_full")).isEqualTo("1");
            assertThat(node.loads()).isEqualTo(1);
            sameOffset(node, redis);
        }
    }

    @Test
    void givenAPassword_whenFollowed_thenTheLinkComesUpOnlyWithIt() throws Exception {
        try (var redis = new RedisServer(directory, "--requirepass", "secret")) {
            ReplicationConfig plain = FakeNode.config();
            ReplicationConfig withPassword =
                    new ReplicationConfig(
                            plain.timeoutMs(),
                            plain.pingPeriodMs(),
                            plain.backlogBytes(),
                            plain.backlogTtlMs(),
                            true,
                            0,
                            0,
                            plain.outputLimit(),
                            Optional.empty(),
                            Optional.of("secret"),
                            7_777,
                            Optional.of("10.1.2.3"));
            try (var node = new FakeNode(directory, withPassword)) {
                follow(node, redis);
                redis.call("AUTH", "secret");
                assertThat(redis.info("slave0")).contains("ip=10.1.2.3,port=7777");
            }
        }
    }

    @Test
    void givenAFullSyncInPieces_whenRedisPings_thenTheyAreCountedAndNotApplied() throws Exception {
        try (var redis = new RedisServer(directory, "--repl-ping-replica-period", "1");
                var node = new FakeNode(directory, FakeNode.config())) {
            follow(node, redis);
            long before = node.offset();

            Await.until("two pings", () -> node.offset() >= before + 28);

            assertThat(node.applied()).isEmpty();
            Await.until("acknowledged", () -> redis.info("slave0").contains("lag=0"));
        }
    }

    @Test
    void givenAReplicaOfOurReplica_whenThePrimaryWrites_thenTheBytesGoThroughUnchanged()
            throws Exception {
        try (var redis = new RedisServer(directory);
                var node = new FakeNode(directory, FakeNode.config());
                var sub = new RedisServer(directory)) {
            fill(redis, 2, 5);
            follow(node, redis);
            // The stream stands in db 2 when the sub-replica's data set is made.
            redis.call("SELECT", "2");
            redis.call("SET", "x", "1");
            sameOffset(node, redis);

            sub.call("REPLICAOF", "127.0.0.1", Integer.toString(node.port()));
            Await.until("sub is up", () -> sub.info("master_link_status").equals("up"));
            redis.call("SET", "y", "2");
            redis.call("MULTI");
            redis.call("SET", "z", "3");
            redis.call("DEL", "x");
            redis.call("EXEC");

            Await.until(
                    "same offset",
                    () -> sub.info("slave_repl_offset").equals(redis.info("master_repl_offset")));
            sub.call("SELECT", "2");
            assertThat(sub.call("GET", "y")).isEqualTo("2");
            assertThat(sub.call("GET", "z")).isEqualTo("3");
            assertThat(sub.call("EXISTS", "x")).isEqualTo("0");
            assertThat(sub.info("master_replid")).isEqualTo(redis.info("master_replid"));
        }
    }

    @Test
    void givenASibling_whenOurReplicaIsPromoted_thenItGoesOnUnderTheNewName() throws Exception {
        try (var redis = new RedisServer(directory);
                var node = new FakeNode(directory, FakeNode.config());
                var sibling = new RedisServer(directory)) {
            sibling.call("REPLICAOF", "127.0.0.1", Integer.toString(redis.port()));
            follow(node, redis);
            Await.until("sibling is up", () -> sibling.info("master_link_status").equals("up"));
            redis.call("SET", "a", "1");
            sameOffset(node, redis);
            Await.until(
                    "sibling has it",
                    () -> sibling.info("slave_repl_offset").equals(Long.toString(node.offset())));
            String oldId = redis.info("master_replid");
            long fork = node.offset();
            redis.kill();

            node.run(Replication::promote);
            assertThat(history(node).previous().hex()).isEqualTo(oldId);
            assertThat(history(node).forkOffset()).isEqualTo(fork + 1);
            sibling.call("REPLICAOF", "127.0.0.1", Integer.toString(node.port()));
            Await.until("sibling is up", () -> sibling.info("master_link_status").equals("up"));
            node.set(0, "b", "2");
            Await.until("stream goes on", () -> sibling.call("GET", "b").equals("2"));

            assertThat(node.on(() -> sibling.info("master_replid2"))).isEqualTo(oldId);
            var counts = new long[2];
            node.run(replication -> {
                counts[0] = replication.fullSyncs();
                counts[1] = replication.partialSyncs();
            });
            assertThat(counts).containsExactly(0, 1);
        }
    }

    @Test
    void givenAPrimaryThatIsDown_whenFollowed_thenTheLinkRetriesUntilItIsUp() throws Exception {
        try (var node = new FakeNode(directory, FakeNode.config());
                var redis = new RedisServer(directory)) {
            node.run(replication -> replication.follow("127.0.0.1", 1));
            Await.until("refused", () -> node.linkState() == LinkState.CONNECT);
            node.run(replication -> replication.follow("no-such-host.invalid", 1));
            Await.until("unknown", () -> node.linkState() == LinkState.CONNECT);

            follow(node, redis);
            assertThat(node.loads()).isEqualTo(1);
        }
    }
}
