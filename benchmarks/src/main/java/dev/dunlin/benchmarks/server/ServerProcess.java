// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.server;

import dev.dunlin.benchmarks.os.Pinning;
import dev.dunlin.benchmarks.os.ProcessMemory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/// A running server: started on a free port, with persistence off unless directives say otherwise, in a directory of its own that goes
/// with it unless one was given.
///
/// A launcher may start the real server as a child or replace itself by it: `INFO` says which process it became. Closing stops
/// exactly what was started here.
public final class ServerProcess implements AutoCloseable {
    private static final Duration START_MAX = Duration.ofMinutes(2);
    private static final Duration STOP_MAX = Duration.ofSeconds(20);
    private static final long RETRY_NANOS = 20_000_000;
    private static final int LOG_TAIL_CHARS = 2000;

    private final ServerSpec spec;
    private final Path directory;
    private final boolean keepsDirectory;
    private final Process process;
    private final int port;
    private final long startNanos;
    private final Thread killer;
    private final ControlClient control;
    private final long pid;

    private ServerProcess(
            ServerSpec spec, Path directory, boolean keepsDirectory, Process process, int port)
            throws IOException, InterruptedException {
        long startedNanos = System.nanoTime();
        this.spec = spec;
        this.directory = directory;
        this.keepsDirectory = keepsDirectory;
        this.process = process;
        this.port = port;
        // An interrupted run leaves no server behind.
        this.killer = new Thread(() -> destroyAll(processes(process)));
        Runtime.getRuntime().addShutdownHook(killer);
        try {
            control = awaitStart();
            startNanos = System.nanoTime() - startedNanos;
            pid = Long.parseLong(control.info("server", "process_id"));
        } catch (IOException | InterruptedException | RuntimeException e) {
            stop();
            throw e;
        }
    }

    /// Starts a server and waits until it answers PING.
    ///
    /// @throws IOException with the end of the server's output when it does not come up
    public static ServerProcess start(ServerSpec spec, Pinning pinning)
            throws IOException, InterruptedException {
        return start(spec, pinning, Map.of());
    }

    /// Starts a server with further directives, which win over those that turn persistence off.
    public static ServerProcess start(
            ServerSpec spec, Pinning pinning, Map<String, String> directives)
            throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("dunlin-bench-");
        return start(spec, pinning, directives, directory, false);
    }

    /// Starts a server on the files in `directory`, which stays when the server goes.
    public static ServerProcess startIn(
            Path directory, ServerSpec spec, Pinning pinning, Map<String, String> directives)
            throws IOException, InterruptedException {
        return start(spec, pinning, directives, directory, true);
    }

    private static ServerProcess start(
            ServerSpec spec,
            Pinning pinning,
            Map<String, String> directives,
            Path directory,
            boolean keepsDirectory)
            throws IOException, InterruptedException {
        int port = freePort();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("port", Integer.toString(port));
        all.put("bind", "127.0.0.1");
        all.put("save", "");
        all.put("appendonly", "no");
        all.put("maxclients", "10100");
        all.put("dir", directory.toString());
        all.putAll(directives);
        List<String> command = new ArrayList<>(pinning.onServerCore(spec.command()));
        all.forEach((name, value) -> command.addAll(List.of("--" + name, value)));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("output").toFile())
                        .start();
        return new ServerProcess(spec, directory, keepsDirectory, process, port);
    }

    /// {@return time from the start of the process until it answered PING, and so had loaded its files}
    public long startNanos() {
        return startNanos;
    }

    /// {@return the name that the tables use}
    public String name() {
        return spec.name();
    }

    /// {@return the port on 127.0.0.1}
    public int port() {
        return port;
    }

    /// {@return the process that serves, which is not the launcher's when that started a child}
    public long pid() {
        return pid;
    }

    /// {@return a connection for questions; it must not be used while a load is measured}
    public ControlClient control() {
        return control;
    }

    /// {@return what the server says it is, such as `redis 7.0.15`}
    public String version() throws IOException {
        return control.info("server", "redis_version");
    }

    /// {@return bytes of physical memory that the server holds}
    public long residentBytes() throws IOException {
        return ProcessMemory.residentBytes(pid);
    }

    /// {@return bytes that the server itself accounts for}
    public long usedBytes() throws IOException {
        return Long.parseLong(control.info("memory", "used_memory"));
    }

    @Override
    public void close() throws IOException {
        control.close();
        stop();
    }

    private ControlClient awaitStart() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + START_MAX.toNanos();
        while (true) {
            try {
                var client = new ControlClient(port);
                try {
                    client.ask("PING");
                    return client;
                } catch (IOException e) {
                    client.close(); // still loading, or not a Redis: the deadline decides
                    throw e;
                }
            } catch (IOException e) {
                boolean ended = !process.isAlive();
                if (ended || System.nanoTime() - deadline > 0) {
                    throw new IOException(
                            spec.name()
                                    + (ended ? " ended at its start" : " does not answer PING")
                                    + "; its output ends with:\n"
                                    + outputTail(),
                            e);
                }
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private String outputTail() throws IOException {
        String output = Files.readString(directory.resolve("output"));
        return output.substring(Math.max(0, output.length() - LOG_TAIL_CHARS));
    }

    private void stop() throws IOException {
        List<ProcessHandle> all = processes(process);
        destroyAll(all);
        long deadline = System.nanoTime() + STOP_MAX.toNanos();
        while (all.stream().anyMatch(ProcessHandle::isAlive)) {
            if (System.nanoTime() - deadline > 0) {
                all.forEach(ProcessHandle::destroyForcibly);
                break;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        Runtime.getRuntime().removeShutdownHook(killer);
        if (!keepsDirectory) {
            Directories.delete(directory);
        }
    }

    private static List<ProcessHandle> processes(Process process) {
        return Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    }

    private static void destroyAll(List<ProcessHandle> processes) {
        processes.forEach(ProcessHandle::destroy);
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
