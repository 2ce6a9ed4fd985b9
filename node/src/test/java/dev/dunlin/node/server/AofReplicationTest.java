// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.node.Node;
import dev.dunlin.node.replication.RedisServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Append-only files of primaries and replicas, and WAITAOF over both.
@Timeout(90)
class AofReplicationTest {
    @TempDir private Path dir;

    private Node start(String name, String... more) throws Exception {
        var directives = new ArrayList<>(List.of("save", "", "repl-diskless-sync-delay", "0"));
        directives.addAll(List.of(more));
        Node node = TestNodes.start(dir.resolve(name), directives.toArray(String[]::new));
        TestNodes.await("it serves", 20, () -> TestNodes.ask(node, "PING").equals("+PONG"));
        return node;
    }

    private static void follow(Node replica, int port) {
        TestNodes.ask(replica, "REPLICAOF", "127.0.0.1", Integer.toString(port));
        TestNodes.await(
                "replica is synced",
                20,
                () -> TestNodes.ask(replica, "ROLE").contains("$connected"));
    }

    private static void awaitOn(Node node) {
        TestNodes.await(
                "its file is on",
                20,
                () -> {
                    String info = TestNodes.ask(node, "INFO", "persistence");
                    return info.contains("aof_rewrite_in_progress:0")
                            && info.contains("aof_rewrites:1");
                });
    }

    @Test
    void givenBothHaveFiles_whenWaitedFor_thenDisksOfBothAreCounted() throws Exception {
        try (Node primary = start("p", "appendonly", "yes");
                Node replica = start("r", "appendonly", "yes");
                var c = new RawConnection(primary.port())) {
            assertThat(c.call("SET", "old", "1")).isEqualTo("+OK");
            follow(replica, primary.port());
            awaitOn(replica);
            assertThat(c.call("SET", "a", "1")).isEqualTo("+OK");
            assertThat(c.call("WAITAOF", "1", "1", "20000")).isEqualTo("[:1 :1]");
            assertThat(c.call("WAITAOF", "0", "2", "50")).isEqualTo("[:1 :1]");
            c.call("MULTI");
            c.call("WAITAOF", "1", "9", "0");
            // Not waited for, so what it says depends on how far both are.
            assertThat(c.call("EXEC")).startsWith("[[:");
            assertThat(TestNodes.ask(replica, "WAITAOF", "0", "0", "0"))
                    .startsWith("-ERR WAITAOF cannot be used with replica instances.");
        }
        try (Node alone = start("r", "appendonly", "yes")) {
            assertThat(TestNodes.ask(alone, "MGET", "old", "a")).isEqualTo("[$1 $1]");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1 0 0 | -ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.",
                "2 0 0 | -ERR value is out of range, value must between 0 and 1",
                "x 0 0 | -ERR value is not an integer or out of range",
                "0 -1 0 | -ERR value is out of range, must be positive",
                "0 0 -1 | -ERR timeout is negative",
                "0 0 x | -ERR timeout is not an integer or out of range",
                "0 0 0 | [:0 :0]"
            })
    void givenNoFile_whenWaitedFor_thenTheAnswerIsRediss(String arguments, String answer)
            throws Exception {
        try (Node node = start("n")) {
            assertThat(TestNodes.ask(node, ("WAITAOF " + arguments).split(" "))).isEqualTo(answer);
        }
    }

    @Test
    void givenRedisAsPrimary_whenItPingsAndAsks_thenOurFileHoldsItsWritesAndNothingElse()
            throws Exception {
        try (var redis = new RedisServer(dir);
                Node replica = start("r", "appendonly", "yes", "appendfsync", "always")) {
            redis.call("CONFIG", "SET", "repl-ping-replica-period", "1");
            redis.call("CONFIG", "SET", "repl-diskless-sync-delay", "0");
            redis.call("SET", "old", "1");
            follow(replica, redis.port());
            awaitOn(replica);
            redis.call("SELECT", "3");
            for (int i = 0; i < 20; i++) {
                redis.call("SET", "k" + i, "1");
                redis.call("WAIT", "1", "100");
            }
            redis.call("EVAL", "redis.call('incr','n') redis.call('incr','n')", "0");
            long offset = Long.parseLong(redis.info("master_repl_offset"));
            TestNodes.await(
                    "a ping has come", 20, () -> Long.parseLong(offsetOf(replica)) > offset);
        }
        Path increment = dir.resolve("r/appendonlydir");
        String text = "";
        try (var files = Files.list(increment)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".incr.aof")).toList()) {
                text += Files.readString(file, ISO_8859_1);
            }
        }
        assertThat(text.toLowerCase(Locale.ROOT))
                .contains("$3\r\nk19\r\n")
                .doesNotContain("ping")
                .doesNotContain("getack");
        try (Node alone = start("r", "appendonly", "yes")) {
            assertThat(TestNodes.ask(alone, "GET", "old")).isEqualTo("$1");
            try (var c = new RawConnection(alone.port())) {
                c.call("SELECT", "3");
                assertThat(c.call("MGET", "k0", "k19", "n")).isEqualTo("[$1 $1 $2]");
            }
        }
    }

    private static String offsetOf(Node node) {
        return TestNodes.ask(node, "INFO", "replication")
                .lines()
                .filter(line -> line.startsWith("slave_repl_offset:"))
                .map(line -> line.substring("slave_repl_offset:".length()).strip())
                .findFirst()
                .orElseThrow();
    }
}
