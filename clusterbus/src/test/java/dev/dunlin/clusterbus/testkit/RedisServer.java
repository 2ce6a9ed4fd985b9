// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.testkit;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A real redis-server in cluster mode on loopback, in a directory of its own; gone when closed.
public final class RedisServer implements AutoCloseable {
    private static final long START_TIMEOUT_MS = 20_000;
    private static final long STOP_TIMEOUT_MS = 5_000;
    private static final Path BINARY = Path.of("/usr/bin/redis-server");

    private final Process process;
    private final Thread reaper;
    private final int port;
    private final int busPort;
    private final Path directory;
    private @Nullable RespClient client;

    private RedisServer(Process process, int port, int busPort, Path directory) {
        this.process = process;
        this.port = port;
        this.busPort = busPort;
        this.directory = directory;
        // A build that is interrupted must not leave servers behind.
        this.reaper = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(reaper);
    }

    /// {@return whether there is a redis-server to start}
    public static boolean isInstalled() {
        return Files.isExecutable(BINARY);
    }

    /// Starts a server and waits until it answers.
    public static RedisServer start(Path parent, long nodeTimeoutMs, String... settings)
            throws Exception {
        List<Integer> ports = Ports.free(2);
        int port = ports.get(0);
        int busPort = ports.get(1);
        Path directory = Files.createDirectory(parent.resolve("redis-" + port));
        var command = new ArrayList<String>();
        command.addAll(List.of(BINARY.toString(), "--port", "" + port, "--bind", "127.0.0.1"));
        command.addAll(List.of("--cluster-enabled", "yes", "--cluster-port", "" + busPort));
        command.addAll(List.of("--cluster-node-timeout", "" + nodeTimeoutMs));
        command.addAll(List.of("--cluster-announce-ip", "127.0.0.1"));
        command.addAll(List.of("--save", "", "--appendonly", "no", "--dir", directory.toString()));
        command.addAll(List.of("--loglevel", "debug", "--repl-diskless-sync-delay", "0"));
        command.addAll(List.of(settings));
        var process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("log").toFile())
                        .start();
        var server = new RedisServer(process, port, busPort, directory);
        try {
            Await.until("redis-server answers", START_TIMEOUT_MS, server::answers);
        } catch (Exception | AssertionError failure) {
            server.close();
            throw failure;
        }
        return server;
    }

    private boolean answers() {
        if (!process.isAlive()) {
            throw new AssertionError("redis-server ended, see " + directory.resolve("log"));
        }
        try {
            return call("ping").equals("PONG");
        } catch (IOException _) {
            return false;
        }
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public int port() {
        return port;
    }

    public int busPort() {
        return busPort;
    }

    /// {@return what the server has logged so far}
    public String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    /// {@return the content of nodes.conf}
    public String nodesConf() throws IOException {
        return Files.readString(directory.resolve("nodes.conf"));
    }

    /// Sends one command; an error reply throws.
    public String call(Object... arguments) throws IOException {
        if (client == null) {
            client = new RespClient(port);
        }
        try {
            return client.call(arguments);
        } catch (EOFException | SocketException broken) {
            client.close();
            client = null;
            throw broken;
        }
    }

    /// {@return the line of CLUSTER NODES that starts with `id`, empty when there is none}
    public String line(String id) throws IOException {
        for (String line : call("cluster", "nodes").split("\n", -1)) {
            if (line.startsWith(id)) {
                return line;
            }
        }
        return "";
    }

    public String id() throws IOException {
        return call("cluster", "myid");
    }

    /// Kills it without warning.
    public void kill() {
        process.destroyForcibly().onExit().join();
    }

    @Override
    public void close() throws IOException {
        if (client != null) {
            client.close();
        }
        process.destroy();
        process.onExit().completeOnTimeout(process, STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS).join();
        if (process.isAlive()) {
            kill();
        }
        Runtime.getRuntime().removeShutdownHook(reaper);
    }
}
