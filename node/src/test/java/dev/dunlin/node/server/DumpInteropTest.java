// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.testkit.Ports;
import dev.dunlin.node.Node;
import dev.dunlin.node.command.RandomCommands;
import dev.dunlin.node.tools.CheckRdb;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Dump files of ours in redis-server, and its in ours, after random commands of all types in all databases; key by key.
@Timeout(120)
class DumpInteropTest {
    private static final int COMMANDS = Integer.getInteger("rdb.interop.commands", 4000);
    private static final String LIBRARY =
            "#!lua name=mylib\nredis.register_function('f', function(keys, args) return 1 end)";

    @TempDir private Path dir;

    /// redis-server on the test's directory.
    private static final class Redis implements AutoCloseable {
        private final Process process;
        private final int port;

        Redis(Path dir) throws Exception {
            port = Ports.free();
            var command = new ArrayList<>(List.of("redis-server", "--port", "" + port));
            command.addAll(List.of("--dir", dir.toString(), "--bind", "127.0.0.1", "--save", ""));
            command.addAll(List.of("--enable-debug-command", "yes"));
            Path log = dir.resolve("redis.log");
            process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile())
                            .start();
            TestNodes.await(
                    "redis-server serves",
                    20,
                    () -> {
                        assertThat(process.isAlive()).as("see %s", log).isTrue();
                        try (var c = new RawConnection(port)) {
                            return c.call("PING").equals("+PONG");
                        } catch (java.io.UncheckedIOException notYet) {
                            return false;
                        }
                    });
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit()
                    .completeOnTimeout(process, 20, TimeUnit.SECONDS)
                    .thenAccept(Process::destroyForcibly)
                    .join();
        }
    }

    private static Node dunlin(Path dir) throws Exception {
        Node node = TestNodes.start(dir, "save", "", "enable-debug-command", "yes");
        node.ready().get(20, TimeUnit.SECONDS);
        return node;
    }

    private static String digest(int port) {
        try (var c = new RawConnection(port)) {
            return c.call("DEBUG", "DIGEST");
        }
    }

    private static void save(int port) {
        try (var c = new RawConnection(port)) {
            assertThat(c.call("SAVE")).isEqualTo("+OK");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2})
    void givenADumpOfRedis_whenLoadedHereAndSavedAndLoadedThereAgain_thenNothingHasChanged(
            long seed) throws Exception {
        Map<String, String> theirs;
        String theirDigest;
        try (var redis = new Redis(dir);
                var c = new RawConnection(redis.port)) {
            RandomCommands.write(redis.port, seed, COMMANDS);
            large(redis.port);
            assertThat(c.call("FUNCTION", "LOAD", LIBRARY)).isEqualTo("$mylib");
            save(redis.port);
            theirs = RandomCommands.contents(redis.port);
            theirDigest = digest(redis.port);
        }
        try (Node node = dunlin(dir)) {
            assertThat(RandomCommands.contents(node.port())).isEqualTo(theirs);
            assertThat(digest(node.port())).isEqualTo(theirDigest);
            Files.delete(dir.resolve("dump.rdb"));
            save(node.port());
        }
        check();
        try (var redis = new Redis(dir);
                var c = new RawConnection(redis.port)) {
            assertThat(digest(redis.port)).isEqualTo(theirDigest);
            assertThat(c.call("FUNCTION", "LIST")).contains("$mylib");
            assertThat(RandomCommands.contents(redis.port)).isEqualTo(theirs);
        }
    }

    @Test
    void givenOurData_whenSavedAmidWrites_thenRedisLoadsTheStateOfOneInstant() throws Exception {
        String before;
        try (Node node = dunlin(dir);
                var c = new RawConnection(node.port())) {
            RandomCommands.write(node.port(), 3, COMMANDS);
            large(node.port());
            before = digest(node.port());
            assertThat(c.call("BGSAVE")).isEqualTo("+Background saving started");
            RandomCommands.write(node.port(), 4, COMMANDS / 4);
            TestNodes.await(
                    "it is saved",
                    30,
                    () -> c.call("INFO", "persistence").contains("rdb_bgsave_in_progress:0"));
        }
        check();
        try (var redis = new Redis(dir)) {
            assertThat(digest(redis.port)).isEqualTo(before);
        }
    }

    /// Collections over all limits of the small encodings, and times to live.
    private static void large(int port) {
        try (var c = new RawConnection(port)) {
            c.call("SELECT", "7");
            for (int i = 0; i < 1500; i++) {
                c.call("HSET", "hash", "field" + i, "value".repeat(i % 30));
                c.call("RPUSH", "list", "element".repeat(i % 50) + i);
                c.call("SADD", "set", "member" + i);
                c.call("SADD", "intset", "" + i * 7L * (i % 3 == 0 ? 1 : 1_000_000_007L));
                c.call("ZADD", "zset", "" + i / 7.0, "member" + i);
                c.call("XADD", "stream", "" + (i + 1), "f" + i % 3, "v" + i);
            }
            c.call("XGROUP", "CREATE", "stream", "group", "0");
            c.call("XREADGROUP", "GROUP", "group", "me", "COUNT", "300", "STREAMS", "stream", ">");
            c.call("XACK", "stream", "group", "5-0", "6-0");
            c.call("XDEL", "stream", "7-0", "1000-0");
            c.call("SET", "text", "some text ".repeat(10_000));
            c.call("SET", "later", "v", "PXAT", "4000000000000");
            c.call("PEXPIREAT", "hash", "4100000000000");
        }
    }

    private void check() throws Exception {
        try (var log = new PrintStream(dir.resolve("check.log").toFile())) {
            int status = CheckRdb.run(List.of(dir.resolve("dump.rdb").toString()), log);
            assertThat(status).as("see check.log").isZero();
        }
        Process theirs =
                new ProcessBuilder("redis-check-rdb", dir.resolve("dump.rdb").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(dir.resolve("redis-check.log").toFile())
                        .start();
        assertThat(theirs.waitFor()).as(() -> read(dir.resolve("redis-check.log"))).isZero();
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }
}
