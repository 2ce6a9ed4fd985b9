// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.replication;

import dev.dunlin.clusterbus.testkit.Ports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/// A real redis-server on a free port of the loopback, stopped with the test.
public final class RedisServer implements AutoCloseable {
    private static final Path BINARY = Path.of("/usr/bin/redis-server");

    private final Process process;
    private final int port;
    private final RedisClient client;

    public RedisServer(Path directory, String... options) throws Exception {
        Assumptions.assumeTrue(
                Files.isExecutable(BINARY), "redis-server is not installed: skipped");
        port = Ports.free();
        Path home = Files.createTempDirectory(directory, "redis");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                BINARY.toString(),
                                "--port",
                                Integer.toString(port),
                                "--bind",
                                "127.0.0.1",
                                "--dir",
                                home.toString(),
                                "--save",
                                "",
                                "--rdbcompression",
                                "no",
                                "--repl-diskless-sync-delay",
                                "0"));
        command.addAll(List.of(options));
        process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(home.resolve("log").toFile())
                        .start();
        try {
            Await.until("redis-server answers", this::answers);
            client = new RedisClient(port);
        } catch (Exception | AssertionError failed) {
            process.destroyForcibly();
            throw failed;
        }
    }

    private boolean answers() {
        try (RedisClient probe = new RedisClient(port)) {
            String reply = probe.call("PING");
            return reply.equals("PONG") || reply.startsWith("-NOAUTH");
        } catch (IOException notYet) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    RedisClient client() {
        return client;
    }

    public String call(String... words) throws IOException {
        return client.call(words);
    }

    public String info(String field) throws IOException {
        return client.info(field);
    }

    public boolean alive() {
        return process.isAlive();
    }

    /// As kill -9.
    void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() throws IOException {
        kill();
        client.close();
    }
}
