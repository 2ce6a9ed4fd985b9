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
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Lists on a node and on a real server that replicates it, or that it replicates; and lists carried over by hand.
class ListReplicationTest {
    private static final long SEED = Long.getLong("seed", System.nanoTime() & 0xFFFF);
    private static final int COMMANDS = 3000;
    private static final int LONG_LIST = 30_000;
    private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir Path folder;

    private Node node;
    private ReferenceServer redis;
    private RespConnection ours;
    private RespConnection theirs;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(ReferenceServer.isInstalled(), "redis-server is not installed");
        redis = ReferenceServer.start(folder, "--repl-diskless-sync-delay", "0");
        var settings = new Settings();
        settings.set(Directives.PORT, 0);
        settings.set(Directives.BIND, List.of("127.0.0.1"));
        settings.set(Directives.IO_TRANSPORT, "nio");
        settings.set(Directives.ENABLE_DEBUG_COMMAND, "yes");
        settings.set(Directives.REPL_DISKLESS_SYNC_DELAY, 0);
        settings.set(Directives.DIR, folder.toString());
        node = Node.start(settings, () -> {});
        ours = new RespConnection(node.port());
        theirs = new RespConnection(redis.port());
    }

    @AfterEach
    void stop() throws Exception {
        if (node != null) {
            ours.close();
            theirs.close();
            node.close();
        }
        if (redis != null) {
            redis.close();
        }
    }

    @Test
    void givenRandomListsOnANode_whenARealServerReplicatesIt_thenBothHoldTheSame()
            throws IOException {
        replicate(ours, node.port(), theirs);
    }

    @Test
    void givenRandomListsOnARealServer_whenANodeReplicatesIt_thenBothHoldTheSame()
            throws IOException {
        replicate(theirs, redis.port(), ours);
    }

    private static void replicate(RespConnection primary, int port, RespConnection replica)
            throws IOException {
        var random = new Random(SEED);
        for (int i = 0; i < LONG_LIST; i += 100) {
            List<String> push = new ArrayList<>(List.of("RPUSH", "long"));
            for (int j = 0; j < 100; j++) {
                push.add("element" + (i + j));
            }
            primary.call(push);
        }
        load(primary, random);
        replica.call("REPLICAOF", "127.0.0.1", "" + port);
        // While the copy is made and sent.
        for (int i = 0; i < 200; i++) {
            primary.call("LSET", "long", "" + random.nextInt(LONG_LIST), "changed" + i);
            primary.call("LINSERT", "long", "BEFORE", "element" + (i * 100 + 5), "inserted");
        }
        load(primary, random);
        long deadlineNs = System.nanoTime() + DEADLINE_NS;
        String expected;
        String actual;
        do {
            expected = primary.call("DEBUG", "DIGEST").text();
            actual = replica.call("DEBUG", "DIGEST").text();
        } while (!actual.equals(expected) && System.nanoTime() < deadlineNs);
        assertThat(actual).as("-Dseed=%d", SEED).isEqualTo(expected);
        assertThat(replica.call("LLEN", "long")).isEqualTo(primary.call("LLEN", "long"));
    }

    private static void load(RespConnection primary, Random random) throws IOException {
        for (int i = 0; i < COMMANDS; i++) {
            primary.call(ListGenerator.next(random));
        }
    }

    @Test
    void givenListsOfAllForms_whenDumpedAndRestoredOnTheOtherServer_thenTheyAreTheSame()
            throws IOException {
        var random = new Random(SEED);
        for (String size : List.of("-2", "-1", "3", "-5")) {
            ours.call("CONFIG", "SET", "list-max-listpack-size", size);
            theirs.call("CONFIG", "SET", "list-max-listpack-size", size);
            for (RespConnection from : List.of(ours, theirs)) {
                RespConnection to = from == ours ? theirs : ours;
                from.call("FLUSHALL");
                load(from, random);
                for (String key : List.of("l0", "l1", "l2", "l3", "l4", "large", "plain")) {
                    if (from.call("TYPE", key).text().equals("list")) {
                        from.call("PERSIST", key);
                        String payload = from.call("DUMP", key).string();
                        assertThat(to.call("RESTORE", key, "0", payload, "REPLACE").text())
                                .isEqualTo("OK");
                        assertThat(to.call("DEBUG", "DIGEST-VALUE", key))
                                .as("-Dseed=%d", SEED)
                                .isEqualTo(from.call("DEBUG", "DIGEST-VALUE", key));
                    }
                }
            }
        }
    }
}
