// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A node with an append-only file, over sockets: through restarts, rewrites, and changes of its settings.
@Timeout(60)
class AppendOnlyTest {
    @TempDir private Path dir;

    private Node start(String... more) throws Exception {
        var directives = new java.util.ArrayList<>(List.of("appendonly", "yes", "save", ""));
        directives.addAll(List.of(more));
        Node node = TestNodes.start(dir, directives.toArray(String[]::new));
        TestNodes.await("it serves", 20, () -> TestNodes.ask(node, "PING").equals("+PONG"));
        return node;
    }

    private List<String> files() throws Exception {
        try (var files = Files.list(dir.resolve("appendonlydir"))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private String manifest() throws Exception {
        return Files.readString(dir.resolve("appendonlydir/appendonly.aof.manifest"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"always", "everysec", "no"})
    void givenWrites_whenTheNodeIsClosedAndStarted_thenAllAreThere(String policy) throws Exception {
        try (Node node = start("appendfsync", policy);
                var c = new RawConnection(node.port())) {
            assertThat(c.call("SET", "a", "1")).isEqualTo("+OK");
            assertThat(c.call("SELECT", "3")).isEqualTo("+OK");
            assertThat(c.call("RPUSH", "l", "x", "y")).isEqualTo(":2");
            c.call("MULTI");
            c.call("INCR", "n");
            c.call("INCR", "n");
            assertThat(c.call("EXEC")).isEqualTo("[:1 :2]");
            assertThat(c.call("SET", "t", "1", "PXAT", "3000000000000")).isEqualTo("+OK");
        }
        assertThat(files())
                .containsExactly(
                        "appendonly.aof.1.base.rdb",
                        "appendonly.aof.1.incr.aof",
                        "appendonly.aof.manifest");
        try (Node node = start("appendfsync", policy);
                var c = new RawConnection(node.port())) {
            assertThat(c.call("GET", "a")).isEqualTo("$1");
            c.call("SELECT", "3");
            assertThat(c.call("LRANGE", "l", "0", "-1")).isEqualTo("[$x $y]");
            assertThat(c.call("GET", "n")).isEqualTo("$2");
            assertThat(c.call("PEXPIRETIME", "t")).isEqualTo(":3000000000000");
            assertThat(c.call("INCR", "n")).isEqualTo(":3");
        }
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            c.call("SELECT", "3");
            assertThat(c.call("GET", "n")).isEqualTo("$3");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no"})
    void givenRewrite_whenStartedAnew_thenTheNewBaseAndItsIncrementStandForAll(String preamble)
            throws Exception {
        try (Node node = start("aof-use-rdb-preamble", preamble);
                var c = new RawConnection(node.port())) {
            for (int i = 0; i < 1000; i++) {
                c.call("SET", "k" + i % 10, "v" + i);
            }
            c.call("ZADD", "z", "1.5", "m", "-inf", "n");
            c.call("XADD", "s", "1-1", "f", "v");
            c.call("XGROUP", "CREATE", "s", "g", "0");
            c.call("XREADGROUP", "GROUP", "g", "c", "STREAMS", "s", ">");
            assertThat(c.call("BGREWRITEAOF"))
                    .isEqualTo("+Background append only file rewriting started");
            c.call("SELECT", "2");
            c.call("SET", "during", "1");
            TestNodes.await(
                    "rewritten", 20, () -> TestNodes.info(node, "aof_rewrites").equals("1"));
            TestNodes.await("tidied", 20, () -> manifestHas(2));
            c.call("SET", "after", "1");
        }
        String base = "appendonly.aof.2.base." + (preamble.equals("yes") ? "rdb" : "aof");
        assertThat(files())
                .containsExactly(base, "appendonly.aof.2.incr.aof", "appendonly.aof.manifest");
        assertThat(manifest())
                .isEqualTo(
                        "file "
                                + base
                                + " seq 2 type b\n"
                                + "file appendonly.aof.2.incr.aof seq 2 type i\n");
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            assertThat(c.call("DBSIZE")).isEqualTo(":12");
            assertThat(c.call("GET", "k9")).isEqualTo("$v999");
            assertThat(c.call("ZRANGE", "z", "0", "-1", "WITHSCORES"))
                    .isEqualTo("[$n $-inf $m $1.5]");
            assertThat(c.call("XPENDING", "s", "g")).isEqualTo("[:1 $1-1 $1-1 [[$c $1]]]");
            c.call("SELECT", "2");
            assertThat(c.call("MGET", "during", "after")).isEqualTo("[$1 $1]");
        }
    }

    private boolean manifestHas(int lines) {
        try {
            return manifest().lines().count() == lines;
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void givenNodeWithoutFile_whenTurnedOn_thenItsDataAndAllThatFollowsAreInIt() throws Exception {
        try (Node node = start("appendonly", "no");
                var c = new RawConnection(node.port())) {
            c.call("SET", "before", "1");
            assertThat(c.call("CONFIG", "SET", "appendonly", "yes")).isEqualTo("+OK");
            c.call("SET", "during", "1");
            TestNodes.await(
                    "rewritten", 20, () -> TestNodes.info(node, "aof_rewrites").equals("1"));
            c.call("SET", "after", "1");
        }
        assertThat(files())
                .containsExactly(
                        "appendonly.aof.1.base.rdb",
                        "appendonly.aof.1.incr.aof",
                        "appendonly.aof.manifest");
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            assertThat(c.call("MGET", "before", "during", "after")).isEqualTo("[$1 $1 $1]");
            assertThat(c.call("CONFIG", "SET", "appendonly", "no")).isEqualTo("+OK");
            c.call("SET", "not", "logged");
            assertThat(c.call("CONFIG", "SET", "appendonly", "yes")).isEqualTo("+OK");
            TestNodes.await(
                    "rewritten", 20, () -> TestNodes.info(node, "aof_rewrites").equals("1"));
        }
        assertThat(manifest())
                .contains("appendonly.aof.2.base.rdb seq 2 type b")
                .contains("appendonly.aof.2.incr.aof seq 2 type i");
    }

    @Test
    void givenCutOffTail_whenStarted_thenItIsTakenAwayOrRefused() throws Exception {
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            c.call("SET", "a", "1");
            c.call("MULTI");
            c.call("SET", "b", "1");
            c.call("SET", "c", "1");
            c.call("EXEC");
        }
        Path increment = dir.resolve("appendonlydir/appendonly.aof.1.incr.aof");
        byte[] all = Files.readAllBytes(increment);
        Files.write(increment, java.util.Arrays.copyOf(all, all.length - 3));
        Node refused =
                TestNodes.start(dir, "appendonly", "yes", "save", "", "aof-load-truncated", "no");
        try (refused) {
            TestNodes.await("it is refused", 20, () -> isLoading(refused));
        }
        assertThat(Files.size(increment)).isEqualTo(all.length - 3);
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            assertThat(c.call("MGET", "a", "b", "c")).isEqualTo("[$1 $-1 $-1]");
            c.call("SET", "d", "1");
        }
        try (Node node = start();
                var c = new RawConnection(node.port())) {
            assertThat(c.call("MGET", "a", "b", "d")).isEqualTo("[$1 $-1 $1]");
        }
    }

    private static boolean isLoading(Node node) {
        return TestNodes.ask(node, "GET", "a").startsWith("-LOADING");
    }

    @Test
    void givenAlways_whenManyClientsWriteInPipelines_thenRepliesKeepTheirOrder() throws Exception {
        try (Node node = start("appendfsync", "always")) {
            var threads = new java.util.ArrayList<Thread>();
            var wrong = new java.util.concurrent.ConcurrentLinkedQueue<String>();
            for (int t = 0; t < 6; t++) {
                String key = "n" + t;
                threads.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    try (var c = new RawConnection(node.port())) {
                                        for (int round = 0; round < 40; round++) {
                                            var text = new StringBuilder();
                                            for (int i = 0; i < 8; i++) {
                                                text.append(
                                                        "INCR " + key + "\r\nGET " + key + "\r\n");
                                            }
                                            c.send(text.toString());
                                            for (int i = 1; i <= 8; i++) {
                                                int n = round * 8 + i;
                                                String one = c.reply() + c.reply();
                                                if (!one.equals(":" + n + "$" + n)) {
                                                    wrong.add(one + " for " + n);
                                                }
                                            }
                                        }
                                    } catch (RuntimeException e) {
                                        wrong.add(e.toString());
                                    }
                                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(wrong).isEmpty();
            assertThat(TestNodes.ask(node, "WAITAOF", "1", "0", "0")).isEqualTo("[:1 :0]");
        }
    }

    @Test
    void givenClusterNode_whenStartedAnew_thenItsSlotsHaveTheirKeys() throws Exception {
        for (int round = 0; round < 2; round++) {
            try (Node node = start("cluster-enabled", "yes");
                    var c = new RawConnection(node.port())) {
                if (round == 0) {
                    c.call("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
                }
                TestNodes.await("its cluster is up", 20, () -> TestNodes.isOk(node));
                for (int i = 0; i < 50; i++) {
                    if (round == 0) {
                        assertThat(c.call("SET", "k" + i, "v" + i)).isEqualTo("+OK");
                    }
                    assertThat(c.call("GET", "k" + i)).isEqualTo("$v" + i);
                }
                if (round == 0) {
                    assertThat(c.call("BGREWRITEAOF")).startsWith("+");
                    TestNodes.await(
                            "done", 20, () -> TestNodes.info(node, "aof_rewrites").equals("1"));
                    c.call("DEL", "k0");
                    c.call("SET", "k0", "v0");
                }
                assertThat(c.call("CLUSTER", "COUNTKEYSINSLOT", "7629")).startsWith(":");
            }
        }
    }

    @Test
    void givenHistoryThatIsKept_whenStartedWithoutThatWish_thenItIsDeleted() throws Exception {
        try (Node node = start("aof-disable-auto-gc", "yes")) {
            TestNodes.ask(node, "SET", "a", "1");
            TestNodes.ask(node, "BGREWRITEAOF");
            TestNodes.await(
                    "rewritten", 20, () -> TestNodes.info(node, "aof_rewrites").equals("1"));
        }
        assertThat(manifest())
                .isEqualTo(
                        """
                        file appendonly.aof.2.base.rdb seq 2 type b
                        file appendonly.aof.1.base.rdb seq 1 type h
                        file appendonly.aof.1.incr.aof seq 1 type h
                        file appendonly.aof.2.incr.aof seq 2 type i
                        """);
        try (Node node = start()) {
            TestNodes.await("tidied", 20, () -> manifestHas(2));
            assertThat(TestNodes.ask(node, "GET", "a")).isEqualTo("$1");
        }
        assertThat(files())
                .containsExactly(
                        "appendonly.aof.2.base.rdb",
                        "appendonly.aof.2.incr.aof",
                        "appendonly.aof.manifest");
    }

    @Test
    void givenNodeThatAppendsNothing_whenRewritten_thenThereIsABaseToStartFrom() throws Exception {
        try (Node node = start("appendonly", "no")) {
            TestNodes.ask(node, "SET", "a", "1");
            assertThat(TestNodes.ask(node, "BGREWRITEAOF"))
                    .isEqualTo("+Background append only file rewriting started");
            TestNodes.await(
                    "rewritten", 20, () -> TestNodes.info(node, "aof_rewrites").equals("1"));
        }
        assertThat(manifest()).isEqualTo("file appendonly.aof.1.base.rdb seq 1 type b\n");
        try (Node node = start()) {
            assertThat(TestNodes.ask(node, "GET", "a")).isEqualTo("$1");
        }
    }

    @Test
    void givenFileThatGrows_whenItHasDoubled_thenItIsRewrittenByItself() throws Exception {
        try (Node node = start("auto-aof-rewrite-min-size", "20kb");
                var c = new RawConnection(node.port())) {
            String value = "v".repeat(1000);
            for (int i = 0; i < 100 && TestNodes.info(node, "aof_rewrites").equals("0"); i++) {
                assertThat(c.call("SET", "k", value)).isEqualTo("+OK");
            }
            TestNodes.await(
                    "rewritten", 20, () -> !TestNodes.info(node, "aof_rewrites").equals("0"));
            // What was written while it was rewritten is in another file.
            assertThat(dir.resolve("appendonlydir/appendonly.aof.2.base.rdb"))
                    .isRegularFile()
                    .satisfies(base -> assertThat(Files.size(base)).isLessThan(2_000));
        }
    }
}
