// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.command;

import dev.dunlin.clusterbus.testkit.Ports;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The redis-server of this machine, on a free port of loopback, by which our replies are judged. Stopped by [#close].
final class ReferenceServer implements AutoCloseable {
    private static final Duration START_TIMEOUT = Duration.ofSeconds(20);

    private final Process process;
    private final int port;

    private ReferenceServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /// {@return whether there is one to be judged by}
    static boolean isInstalled() {
        String path = System.getenv("PATH");
        return path != null
                && Arrays.stream(path.split(File.pathSeparator, -1))
                        .anyMatch(folder -> Files.isExecutable(Path.of(folder, "redis-server")));
    }

    static ReferenceServer start(Path folder, String... directives) throws IOException {
        int port = Ports.free();
        List<String> command = new ArrayList<>(List.of("redis-server", "--port", "" + port));
        command.addAll(List.of("--dir", folder.toString(), "--bind", "127.0.0.1"));
        command.addAll(List.of("--save", "", "--daemonize", "no"));
        command.addAll(List.of("--enable-debug-command", "yes"));
        command.addAll(List.of(directives));
        Path log = folder.resolve("redis.log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        var server = new ReferenceServer(process, port);
        long deadlineNs = System.nanoTime() + START_TIMEOUT.toNanos();
        while (process.isAlive() && System.nanoTime() < deadlineNs) {
            if (answers(port)) {
                return server;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        server.close();
        throw new IOException("redis-server did not start: " + Files.readString(log));
    }

    private static boolean answers(int port) {
        try (var socket = new java.net.Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
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
