// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import dev.dunlin.chaos.HarnessException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The temporary folder of one run, the list of what the run created outside of it, and the watchdog that removes all
/// of that: on [#close], when this JVM dies, and when it falls silent.
///
/// `resources` has one line per process, namespace or interface; the latter two are written before the thing exists. The same
/// script cleans up in every case, so the path for bad days is taken on every good day. Runs whose JVM is gone are swept by the next one.
///
/// Thread: any.
public final class RunDirectory implements AutoCloseable {
    private static final String PREFIX = "run-";
    private static final long HEARTBEAT_MS = 1_000;
    private static final long CLEANUP_SECONDS = 30;

    private final String id;
    private final Path path;
    private final Process watchdog;
    private final Thread heartbeat;
    private final Object lock = new Object();

    private RunDirectory(String id, Path path, Process watchdog) {
        this.id = id;
        this.path = path;
        this.watchdog = watchdog;
        this.heartbeat = Thread.ofPlatform().daemon().name("chaos-heartbeat").start(this::beat);
    }

    /// Sweeps what dead runs left, then creates a run of its own.
    public static RunDirectory create() {
        Path base = base();
        try {
            Files.createDirectories(
                    base,
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            Path script = base.resolve("cleanup.sh");
            copyScript(script);
            sweep(base, script);
            byte[] random = new byte[3];
            new SecureRandom().nextBytes(random);
            String id = HexFormat.of().formatHex(random);
            Path path = Files.createDirectory(base.resolve(PREFIX + id));
            long pid = ProcessHandle.current().pid();
            long startTicks = ProcStat.of(pid).orElseThrow().startTicks();
            Files.writeString(path.resolve("owner"), pid + " " + startTicks + "\n");
            Process watchdog =
                    new ProcessBuilder(
                                    "setsid", "bash", script.toString(), "watch", path.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(path.resolve("watchdog.log").toFile())
                            .start();
            return new RunDirectory(id, path, watchdog);
        } catch (IOException e) {
            throw new HarnessException("cannot prepare a run below " + base, e);
        }
    }

    /// {@return six hex digits, unique among the runs of this machine}
    public String id() {
        return id;
    }

    /// {@return the folder}
    public Path path() {
        return path;
    }

    /// Notes a process that was just started.
    void addProcess(long pid) {
        ProcStat.of(pid).ifPresent(stat -> add("pid " + pid + " " + stat.startTicks()));
    }

    /// Notes a network namespace about to be created.
    void addNamespace(String name) {
        add("netns " + name);
    }

    /// Notes an interface about to be created in the host's namespace.
    void addInterface(String name) {
        add("link " + name);
    }

    /// Lets the watchdog remove everything and waits for it; a leftover is a harness failure.
    @Override
    public void close() {
        synchronized (lock) {
            if (!watchdog.isAlive() && !Files.exists(path)) {
                return;
            }
            try {
                watchdog.getOutputStream().close();
                if (!watchdog.waitFor(CLEANUP_SECONDS, TimeUnit.SECONDS)) {
                    throw new HarnessException("clean-up of " + path + " does not end");
                }
            } catch (IOException e) {
                throw new HarnessException("cannot tell the watchdog of " + path + " to end", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HarnessException("interrupted while cleaning up " + path, e);
            }
        }
        heartbeat.interrupt();
        if (watchdog.exitValue() != 0) {
            throw new HarnessException("clean-up of " + path + " left something; see watchdog.log");
        }
    }

    private void add(String line) {
        synchronized (lock) {
            try {
                Files.writeString(
                        path.resolve("resources"),
                        line + "\n",
                        StandardOpenOption.CREATE,
                        StandardOpenOption.APPEND);
            } catch (IOException e) {
                throw new HarnessException("cannot note " + line, e);
            }
        }
    }

    private void beat() {
        try {
            while (watchdog.isAlive()) {
                synchronized (lock) {
                    OutputStream stdin = watchdog.getOutputStream();
                    stdin.write('\n');
                    stdin.flush();
                }
                Thread.sleep(HEARTBEAT_MS);
            }
        } catch (IOException | InterruptedException _) {
            // The pipe was closed: the run is over, and so is this thread.
        }
    }

    private static Path base() {
        return Path.of(
                System.getProperty("java.io.tmpdir"),
                "dunlin-chaos-" + System.getProperty("user.name"));
    }

    private static void sweep(Path base, Path script) throws IOException {
        List<Path> dead = new ArrayList<>();
        try (Stream<Path> runs = Files.list(base)) {
            runs.filter(run -> String.valueOf(run.getFileName()).startsWith(PREFIX))
                    .filter(run -> !ownerLives(run))
                    .forEach(dead::add);
        }
        for (Path run : dead) {
            Shell.run("bash", script.toString(), "now", run.toString());
        }
    }

    private static boolean ownerLives(Path run) {
        try {
            String[] owner = Files.readString(run.resolve("owner")).strip().split(" ", -1);
            return ProcStat.of(Long.parseLong(owner[0]))
                    .map(stat -> stat.startTicks() == Long.parseLong(owner[1]))
                    .orElse(false);
        } catch (IOException _) {
            // A folder without an owner file is being created right now, or its owner died at once:
            // leave it to
            // whoever comes after its first minute.
            return run.toFile().lastModified() > System.currentTimeMillis() - 60_000;
        }
    }

    private static void copyScript(Path target) throws IOException {
        try (InputStream in = RunDirectory.class.getResourceAsStream("cleanup.sh")) {
            if (in == null) {
                throw new HarnessException("cleanup.sh is not on the class path");
            }
            byte[] script = in.readAllBytes();
            Path fresh = Files.createTempFile(target.getParent(), "cleanup", ".tmp");
            Files.writeString(fresh, new String(script, StandardCharsets.UTF_8));
            Files.move(
                    fresh,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
