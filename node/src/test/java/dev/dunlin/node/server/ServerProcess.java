// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import dev.dunlin.clusterbus.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A node in a process of its own, Dunlin or redis-server, so that it can be killed as a machine kills it. It is a cluster's unless its options
/// say otherwise.
final class ServerProcess implements AutoCloseable {
    /// Which program it is.
    enum Kind {
        DUNLIN,
        REDIS;

        Kind other() {
            return this == DUNLIN ? REDIS : DUNLIN;
        }
    }

    static final Path REDIS_SERVER = Path.of("/usr/bin/redis-server");

    private final Kind kind;
    private final Path home;
    private final int port;
    private final int nodeTimeoutMs;
    private final List<String> options;
    private @Nullable Process process;

    ServerProcess(Kind kind, Path directory, int nodeTimeoutMs, String... options)
            throws IOException {
        this.kind = kind;
        this.options = List.of(options);
        this.port = Ports.free();
        this.home = Files.createDirectories(directory.resolve(kind + "-" + port));
        this.nodeTimeoutMs = nodeTimeoutMs;
        start();
    }

    /// Starts it, with what its last life has left in its directory. It saves no data itself unless its options say so.
    void start() {
        List<String> command = new ArrayList<>(program());
        Stream.of("--port", port, "--bind", "127.0.0.1", "--dir", home, "--cluster-enabled", "yes")
                .map(Object::toString)
                .forEach(command::add);
        command.addAll(List.of("--cluster-node-timeout", Integer.toString(nodeTimeoutMs)));
        command.addAll(List.of("--repl-diskless-sync-delay", "0", "--save", ""));
        command.addAll(options);
        try {
            process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(
                                    ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()))
                            .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> program() {
        if (kind == Kind.REDIS) {
            return List.of(REDIS_SERVER.toString());
        }
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return List.of(
                java,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx128m",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.dunlin.node.Main");
    }

    /// {@return resident memory in bytes, as the kernel counts it}
    long residentBytes() {
        Path status =
                Path.of("/proc", Long.toString(Objects.requireNonNull(process).pid()), "status");
        try (var lines = Files.lines(status)) {
            return 1024
                    * lines.filter(line -> line.startsWith("VmRSS:"))
                            .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                            .findFirst()
                            .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// {@return how nice the threads are whose names begin so; empty when there are none}
    List<Integer> nicenessOf(String threads) throws IOException {
        Path tasks = Path.of("/proc", Long.toString(Objects.requireNonNull(process).pid()), "task");
        try (var all = Files.list(tasks)) {
            List<Integer> found = new ArrayList<>();
            for (Path thread : all.toList()) {
                String stat = Files.readString(thread.resolve("stat"));
                if (stat.contains("(" + threads)) {
                    // The name may hold blanks; niceness is the 17th field behind it.
                    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                    found.add(Integer.parseInt(fields[16]));
                }
            }
            return found;
        }
    }

    Kind kind() {
        return kind;
    }

    int port() {
        return port;
    }

    /// {@return its directory}
    Path home() {
        return home;
    }

    String address() {
        return "127.0.0.1:" + port;
    }

    /// Sends one command on a connection of its own.
    String ask(String... words) {
        try (var c = new RawConnection(port)) {
            return c.call(words);
        }
    }

    boolean answers() {
        try {
            return ask("PING").equals("+PONG");
        } catch (UncheckedIOException notYet) {
            return false;
        }
    }

    String id() {
        return ask("CLUSTER", "MYID").substring(1);
    }

    /// {@return a field of INFO, empty when there is none}
    String info(String field) {
        return ask("INFO", "everything")
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    boolean isPrimary() {
        return info("role").equals("master");
    }

    /// As kill -9.
    void kill() {
        Objects.requireNonNull(process).destroyForcibly().onExit().join();
    }

    /// Ends it as an operator does, with its data saved.
    void shutDown() {
        try (var c = new RawConnection(port)) {
            c.send("SHUTDOWN SAVE\r\n");
        }
        int status = Objects.requireNonNull(process).onExit().join().exitValue();
        if (status != 0) {
            throw new AssertionError(this + " ended with " + status + ":\n" + log());
        }
    }

    /// {@return what it has logged, for the report of a test that failed}
    String log() {
        try {
            return Files.readString(home.resolve("log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
    }

    @Override
    public String toString() {
        return kind + ":" + port;
    }
}
