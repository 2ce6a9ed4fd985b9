// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Our INFO section beside redis-server's, with the roles crossed.
@Timeout(60)
class ReplicationInfoTest {
    @TempDir private Path directory;

    private static List<String> names(String section) {
        return section.lines()
                .filter(line -> line.contains(":"))
                .map(line -> line.substring(0, line.indexOf(':')))
                .toList();
    }

    private static String info(FakeNode node) throws Exception {
        StringBuilder text = new StringBuilder();
        node.run(replication -> ReplicationInfo.DEFAULTS.write(text, replication, node.nowMs()));
        return text.toString();
    }

    @Test
    void givenBothAsPrimary_whenAsked_thenTheFieldsAreTheSame() throws Exception {
        try (var node = new FakeNode(directory, FakeNode.config());
                var redis = new RedisServer(directory)) {
            assertThat(names(info(node))).isEqualTo(names(redis.call("INFO", "replication")));
        }
    }

    @Test
    void givenBothAsReplica_whenTheLinkIsUpOrDown_thenTheFieldsAreTheSame() throws Exception {
        try (var primary = new RedisServer(directory);
                var node = new FakeNode(directory, FakeNode.config());
                var redis = new RedisServer(directory)) {
            node.run(replication -> replication.follow("127.0.0.1", primary.port()));
            redis.call("REPLICAOF", "127.0.0.1", Integer.toString(primary.port()));
            Await.until("redis is up", () -> redis.info("master_link_status").equals("up"));
            Await.until("node is up", () -> node.linkState() == LinkState.CONNECTED);
            assertThat(names(info(node))).isEqualTo(names(redis.call("INFO", "replication")));
            assertThat(info(node)).contains("role:slave", "master_link_status:up");

            primary.kill();
            Await.until("redis is down", () -> redis.info("master_link_status").equals("down"));
            Await.until("node is down", () -> node.linkState() == LinkState.CONNECT);
            assertThat(names(info(node))).isEqualTo(names(redis.call("INFO", "replication")));
        }
    }

    @Test
    void givenAReplica_whenAsked_thenItsLineIsRediss() throws Exception {
        try (var node = new FakeNode(directory, FakeNode.config());
                var redis = new RedisServer(directory)) {
            redis.call("REPLICAOF", "127.0.0.1", Integer.toString(node.port()));
            Await.until("it is online", () -> info(node).contains("state=online"));

            assertThat(info(node))
                    .containsPattern(
                            "connected_slaves:1\r\nslave0:ip=127\\.0\\.0\\.1,port="
                                    + redis.port()
                                    + ",state=online,offset=\\d+,lag=\\d\r\n");
        }
    }
}
