// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.rdb;

import dev.dunlin.clusterbus.testkit.Ports;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/// A redis-server of this machine on a free port, with a directory of its own, stopped by [#close].
public final class RealRedis implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

    private final Process process;
    private final Jedis client;

    private RealRedis(Process process, Jedis client) {
        this.process = process;
        this.client = client;
    }

    /// {@return whether the program is there to be judged by}
    public static boolean isInstalled(String program) {
        String path = System.getenv("PATH");
        return path != null
                && Arrays.stream(path.split(File.pathSeparator, -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    public static RealRedis start(Path folder, String... directives) throws IOException {
        int port = Ports.free();
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "redis-server",
                                "--port",
                                Integer.toString(port),
                                "--dir",
                                folder.toString()));
        command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--daemonize", "no"));
        command.addAll(List.of(directives));
        Path log = folder.resolve("redis.log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        long deadlineNs = System.nanoTime() + START_TIMEOUT.toNanos();
        try {
            while (process.isAlive() && System.nanoTime() < deadlineNs) {
                Jedis client = connect(port);
                if (client != null) {
                    return new RealRedis(process, client);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            }
        } catch (RuntimeException e) {
            process.destroyForcibly();
            throw e;
        }
        process.destroyForcibly();
        throw new IOException("redis-server did not start: " + Files.readString(log));
    }

    /// {@return a client that was answered, or null while the server does not listen or is still loading}
    private static @Nullable Jedis connect(int port) {
        Jedis client = null;
        try {
            client = new Jedis("127.0.0.1", port, 10_000);
            client.ping();
            return client;
        } catch (JedisConnectionException | JedisDataException e) {
            if (client != null) {
                client.close();
            }
            return null;
        }
    }

    public Jedis client() {
        return client;
    }

    @Override
    public void close() {
        client.close();
        process.destroyForcibly();
        boolean gone;
        try {
            gone = process.waitFor(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            gone = false;
        }
        if (!gone) {
            throw new IllegalStateException("redis-server " + process.pid() + " does not stop");
        }
    }
}
