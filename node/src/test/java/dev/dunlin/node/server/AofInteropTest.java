// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dunlin.clusterbus.testkit.Ports;
import dev.dunlin.node.Node;
import dev.dunlin.node.command.RandomCommands;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Append-only files of ours in redis-server, and its in ours, after random commands of all types.
@Timeout(120)
class AofInteropTest {
    private static final int COMMANDS = Integer.getInteger("aof.interop.commands", 1500);

    @TempDir private Path dir;

    /// redis-server on a directory.
    private static final class Redis implements AutoCloseable {
        private final Process process;
        final int port;

        Redis(Path dir, String... more) throws Exception {
            port = Ports.free();
            var command = new ArrayList<>(List.of("redis-server", "--port", "" + port));
            command.addAll(List.of("--dir", dir.toString(), "--bind", "127.0.0.1", "--save", ""));
            command.addAll(List.of("--appendonly", "yes", "--enable-debug-command", "yes"));
            command.addAll(List.of("--auto-aof-rewrite-percentage", "0"));
            command.addAll(List.of(more));
            process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(dir.resolve("redis.log").toFile())
                            .start();
            TestNodes.await(
                    "redis-server serves",
                    20,
                    () -> {
                        assertThat(process.isAlive()).as(() -> log(dir)).isTrue();
                        try (var c = new RawConnection(port)) {
                            return c.call("PING").equals("+PONG");
                        } catch (java.io.UncheckedIOException notYet) {
                            return false;
                        }
                    });
        }

        private static String log(Path dir) {
            try {
                return Files.readString(dir.resolve("redis.log"));
            } catch (java.io.IOException e) {
                return e.toString();
            }
        }

        @Override
        public void close() {
            process.destroy();
            TestNodes.await("redis-server has ended", 20, () -> !process.isAlive());
        }
    }

    private static Node dunlin(Path dir, String... more) throws Exception {
        var directives = new ArrayList<>(List.of("appendonly", "yes", "save", ""));
        directives.addAll(List.of("enable-debug-command", "yes"));
        directives.addAll(List.of("auto-aof-rewrite-percentage", "0"));
        directives.addAll(List.of(more));
        Node node = TestNodes.start(dir, directives.toArray(String[]::new));
        TestNodes.await("it serves", 20, () -> TestNodes.ask(node, "PING").equals("+PONG"));
        return node;
    }

    private static void write(int port, long seed, int commands) throws Exception {
        RandomCommands.write(port, seed, commands);
    }

    private static void rewrite(int port) {
        try (var c = new RawConnection(port)) {
            assertThat(c.call("BGREWRITEAOF")).startsWith("+Background append only file");
            TestNodes.await(
                    "it is rewritten",
                    30,
                    () -> {
                        String info = c.call("INFO", "persistence");
                        return info.contains("aof_rewrite_in_progress:0")
                                && info.contains("aof_rewrites:1")
                                && info.contains("aof_last_bgrewrite_status:ok");
                    });
        }
    }

    @ParameterizedTest
    @CsvSource({"1,yes,false,no", "2,yes,true,yes", "3,no,true,no", "4,no,false,yes"})
    void givenOurFiles_whenRedisLoadsThem_thenItsDataIsOurs(
            long seed, String preamble, boolean rewritten, String timestamps) throws Exception {
        Map<String, String> ours;
        String[] options = {"aof-use-rdb-preamble", preamble, "aof-timestamp-enabled", timestamps};
        try (Node node = dunlin(dir, options)) {
            write(node.port(), seed, COMMANDS);
            if (rewritten) {
                rewrite(node.port());
                write(node.port(), seed + 100, COMMANDS / 2);
            }
            ours = RandomCommands.contents(node.port());
        }
        assertThat(check(dir)).contains("All AOF files and manifest are valid");
        try (var redis = new Redis(dir)) {
            assertThat(RandomCommands.contents(redis.port)).isEqualTo(ours);
        }
    }

    @ParameterizedTest
    @CsvSource({"11,yes,false,no", "12,yes,true,yes", "13,no,true,no"})
    void givenFilesOfRedis_whenWeLoadThem_thenOurDataIsItsAndItsIsOursAgain(
            long seed, String preamble, boolean rewritten, String timestamps) throws Exception {
        Map<String, String> its;
        try (var redis =
                new Redis(
                        dir,
                        "--aof-use-rdb-preamble",
                        preamble,
                        "--aof-timestamp-enabled",
                        timestamps)) {
            write(redis.port, seed, COMMANDS);
            if (rewritten) {
                rewrite(redis.port);
                write(redis.port, seed + 100, COMMANDS / 2);
            }
            its = RandomCommands.contents(redis.port);
        }
        Map<String, String> ours;
        try (Node node = dunlin(dir)) {
            assertThat(RandomCommands.contents(node.port())).isEqualTo(its);
            assertThat(TestNodes.ask(node, "DEBUG", "LOADAOF")).isEqualTo("+OK");
            assertThat(RandomCommands.contents(node.port())).isEqualTo(its);
            write(node.port(), seed + 200, COMMANDS / 2);
            ours = RandomCommands.contents(node.port());
        }
        try (var redis = new Redis(dir)) {
            assertThat(RandomCommands.contents(redis.port)).isEqualTo(ours);
        }
    }

    @Test
    void givenSingleFileOfOldRedis_whenLoaded_thenItIsTheBaseOfADirectory() throws Exception {
        Path other = Files.createDirectory(dir.resolve("other"));
        try (var redis = new Redis(other)) {
            write(redis.port, 21, 500);
        }
        Path increment = other.resolve("appendonlydir/appendonly.aof.1.incr.aof");
        Files.move(increment, dir.resolve("appendonly.aof"), StandardCopyOption.REPLACE_EXISTING);
        Map<String, String> ours;
        try (Node node = dunlin(dir)) {
            TestNodes.ask(node, "SET", "after", "1");
            ours = RandomCommands.contents(node.port());
        }
        assertThat(dir.resolve("appendonly.aof")).doesNotExist();
        assertThat(dir.resolve("appendonlydir/appendonly.aof.manifest"))
                .content()
                .isEqualTo(
                        """
                        file appendonly.aof seq 1 type b
                        file appendonly.aof.1.incr.aof seq 1 type i
                        """);
        try (var redis = new Redis(dir)) {
            assertThat(RandomCommands.contents(redis.port)).isEqualTo(ours);
        }
    }

    private static String check(Path dir) {
        var bytes = new ByteArrayOutputStream();
        Path manifest = dir.resolve("appendonlydir/appendonly.aof.manifest");
        int status =
                dev.dunlin.node.tools.CheckAof.run(
                        List.of(manifest.toString()),
                        new PrintStream(bytes, true, ISO_8859_1),
                        new BufferedReader(new StringReader("")));
        assertThat(status).as(bytes.toString(ISO_8859_1)).isZero();
        return bytes.toString(ISO_8859_1);
    }
}
