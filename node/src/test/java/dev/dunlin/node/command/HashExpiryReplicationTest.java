// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.Node;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Fields that expire, on replicas: one of ours knows the times, redis-server 7.0 does not, and both lose a field when the primary says so.
class HashExpiryReplicationTest {
    private static final long DEADLINE_NS = 30_000_000_000L;

    @TempDir private Path folder;

    @Test
    void givenAReplicaOfOurs_whenSynced_thenItHasTheTimesAndLosesWhatThePrimaryExpires()
            throws Exception {
        Node first = start("a");
        Node second = start("b");
        try (var primary = new RespConnection(first.port());
                var replica = new RespConnection(second.port())) {
            fill(primary);
            replica.call("REPLICAOF", "127.0.0.1", "" + first.port());
            await(() -> replica.call("INFO", "replication").string().contains("status:up"));
            assertThat(times(replica)).isEqualTo(times(primary));
            assertThat(digest(replica)).isEqualTo(digest(primary));
            streamed(primary);

            await(() -> digest(replica).equals(digest(primary)));
            assertThat(times(replica)).isEqualTo(times(primary));
            await(() -> primary.call("HLEN", "brief").integer() == 0);
            await(() -> replica.call("EXISTS", "brief").integer() == 0);
            await(() -> primary.call("HLEN", "large").integer() == 1998);
            await(() -> replica.call("HLEN", "large").integer() == 1998);
            assertThat(digest(replica)).isEqualTo(digest(primary));
        } finally {
            second.close();
            first.close();
        }
    }

    @Test
    void givenRedisAsReplica_whenSynced_thenItHasTheFieldsUntilThePrimaryExpiresThem()
            throws Exception {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        Node node = start("a");
        try (var redis = ReferenceServer.start(folder);
                var primary = new RespConnection(node.port());
                var replica = new RespConnection(redis.port())) {
            fill(primary);
            replica.call("REPLICAOF", "127.0.0.1", "" + node.port());
            await(() -> replica.call("INFO", "replication").string().contains("status:up"));
            assertThat(pairs(replica, "small")).isEqualTo(pairs(primary, "small"));
            assertThat(pairs(replica, "large")).isEqualTo(pairs(primary, "large"));
            streamed(primary);

            await(() -> replica.call("HGET", "streamed", "late").string().equals("2"));
            await(() -> replica.call("EXISTS", "brief").integer() == 0);
            await(() -> pairs(replica, "streamed").equals(pairs(primary, "streamed")));
            assertThat(replica.call("HGETALL", "streamed").elements()).hasSize(2);
        } finally {
            node.close();
        }
    }

    @Test
    void givenADump_whenRedisRestoresIt_thenItHasTheFieldsWithoutTimes() throws Exception {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        Node node = start("a");
        try (var redis = ReferenceServer.start(folder);
                var ours = new RespConnection(node.port());
                var theirs = new RespConnection(redis.port())) {
            fill(ours);
            for (String key : List.of("small", "large")) {
                String dump = ours.call("DUMP", key).string();
                assertThat(theirs.call("RESTORE", key, "0", dump)).hasToString("+OK");
                assertThat(pairs(theirs, key)).isEqualTo(pairs(ours, key));
                assertThat(
                                ours.call(
                                        "MIGRATE",
                                        "127.0.0.1",
                                        "" + redis.port(),
                                        key,
                                        "0",
                                        "5000",
                                        "COPY",
                                        "REPLACE"))
                        .hasToString("+OK");
                assertThat(pairs(theirs, key)).isEqualTo(pairs(ours, key));
            }
        } finally {
            node.close();
        }
    }

    /// One small hash and one large, with times far away and without.
    private static void fill(RespConnection primary) throws IOException {
        primary.call("HSET", "small", "a", "1", "b", "2", "3", "4");
        primary.call("HEXPIRE", "small", "1000", "FIELDS", "2", "a", "3");
        for (int i = 0; i < 2000; i++) {
            primary.call("HSET", "large", "field:" + i, "" + i);
        }
        for (int i = 0; i < 2000; i += 3) {
            primary.call("HPEXPIRE", "large", "" + (500_000 + i), "FIELDS", "1", "field:" + i);
        }
    }

    private static void streamed(RespConnection primary) throws IOException {
        primary.call("HSETEX", "streamed", "EX", "1000", "FIELDS", "1", "late", "1");
        primary.call("HSETEX", "streamed", "KEEPTTL", "FIELDS", "2", "late", "2", "x", "y");
        primary.call("HPEXPIRE", "streamed", "30", "FIELDS", "1", "x");
        primary.call("HSETEX", "brief", "PX", "50", "FIELDS", "2", "a", "1", "b", "2");
        primary.call("HPEXPIRE", "large", "40", "FIELDS", "2", "field:1", "field:2");
    }

    private static List<String> times(RespConnection connection) throws IOException {
        List<String> times = new ArrayList<>();
        for (String key : List.of("small", "large")) {
            List<String> command = new ArrayList<>(List.of("HPEXPIRETIME", key, "FIELDS", "2003"));
            command.addAll(List.of("a", "b", "3"));
            for (int i = 0; i < 2000; i++) {
                command.add("field:" + i);
            }
            times.add(connection.call(command).toString());
        }
        return times;
    }

    private static String pairs(RespConnection connection, String key) throws IOException {
        return connection.call("HGETALL", key).sorted(2).toString();
    }

    private static String digest(RespConnection connection) throws IOException {
        return connection.call("DEBUG", "DIGEST").toString();
    }

    private Node start(String name) throws Exception {
        var settings = new Settings();
        settings.set(Directives.PORT, 0);
        settings.set(Directives.BIND, List.of("127.0.0.1"));
        settings.set(
                Directives.DIR,
                Objects.requireNonNull(Files.createDirectory(folder.resolve(name))).toString());
        settings.set(Directives.IO_TRANSPORT, "nio");
        settings.set(Directives.REPL_DISKLESS_SYNC_DELAY, 0);
        settings.set(Directives.ENABLE_DEBUG_COMMAND, "yes");
        return Node.start(settings, () -> {});
    }

    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Condition condition) throws IOException {
        long endNs = System.nanoTime() + DEADLINE_NS;
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(endNs);
            LockSupport.parkNanos(5_000_000);
        }
    }
}
