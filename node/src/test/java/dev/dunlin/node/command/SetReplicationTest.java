// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dunlin.node.Node;
import dev.dunlin.node.config.Directives;
import dev.dunlin.node.config.Settings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Sets under random commands while a replica attaches: a node of ours and redis-server, either as the other's replica, have the same in
/// the end.
class SetReplicationTest {
    private static final int COMMANDS = 6000;
    private static final long SEED = Long.getLong("seed", System.nanoTime() & 0xFFFF);
    private static final long DEADLINE_NS = 30_000_000_000L;

    @TempDir private Path folder;

    @Test
    void givenSets_whenRedisReplicatesThem_thenDigestsAreEqual() throws Exception {
        check(true);
    }

    @Test
    void givenSets_whenRedisIsThePrimary_thenDigestsAreEqual() throws Exception {
        check(false);
    }

    private void check(boolean oursIsPrimary) throws Exception {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        try (var redis =
                ReferenceServer.start(
                        folder, "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0")) {
            Node node = Node.start(settings(), () -> {});
            try (var ours = new RespConnection(node.port());
                    var theirs = new RespConnection(redis.port())) {
                RespConnection primary = oursIsPrimary ? ours : theirs;
                RespConnection replica = oursIsPrimary ? theirs : ours;
                var random = new Random(SEED);
                fill(primary);
                change(primary, random);
                int port = oursIsPrimary ? node.port() : redis.port();
                replica.call("REPLICAOF", "127.0.0.1", "" + port);
                change(primary, random);
                await(() -> replica.call("INFO", "replication").string().contains("status:up"));
                change(primary, random);
                await(() -> offset(primary, "master_repl").equals(offset(replica, "slave_repl")));
                assertThat(replica.call("DEBUG", "DIGEST"))
                        .as("-Dseed=%d", SEED)
                        .hasToString(primary.call("DEBUG", "DIGEST").toString());
                assertThat(primary.call("DBSIZE").integer()).isPositive();
            } finally {
                node.close();
            }
        }
    }

    private Settings settings() {
        var settings = new Settings();
        settings.set(Directives.PORT, 0);
        settings.set(Directives.BIND, List.of("127.0.0.1"));
        settings.set(Directives.DIR, folder.toString());
        settings.set(Directives.IO_TRANSPORT, "nio");
        settings.set(Directives.REPL_DISKLESS_SYNC_DELAY, 0);
        settings.set(Directives.ENABLE_DEBUG_COMMAND, "yes");
        return settings;
    }

    private static void fill(RespConnection primary) throws IOException {
        for (int i = 0; i < 20_000; i += 100) {
            List<String> command = new ArrayList<>(List.of("SADD", "huge"));
            for (int j = i; j < i + 100; j++) {
                command.add("member:" + j);
            }
            primary.call(command);
        }
    }

    private static void change(RespConnection primary, Random random) throws IOException {
        for (int i = 0; i < COMMANDS; i++) {
            List<String> command =
                    switch (random.nextInt(10)) {
                        case 0 -> List.of("SPOP", "s" + random.nextInt(5));
                        case 1 -> List.of("SPOP", "large", "" + random.nextInt(40));
                        case 2 -> List.of("SREM", "huge", "member:" + random.nextInt(20_000));
                        case 3 -> List.of("SPOP", "huge", "" + random.nextInt(4));
                        default -> SetGenerator.next(random);
                    };
            primary.call(command);
        }
    }

    private static String offset(RespConnection connection, String name) throws IOException {
        return connection
                .call("INFO", "replication")
                .string()
                .lines()
                .filter(line -> line.startsWith(name + "_offset:"))
                .findFirst()
                .map(line -> line.substring(line.indexOf(':')))
                .orElse("");
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
