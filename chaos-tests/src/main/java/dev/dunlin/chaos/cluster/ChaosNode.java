// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import dev.dunlin.chaos.HarnessException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// One node's process. Every method returns only when the kernel shows that the change has happened.
///
/// Thread: any; calls on one node exclude each other.
public final class ChaosNode {
    private static final long SIGNAL_DEADLINE_NS = TimeUnit.SECONDS.toNanos(5);

    private final String name;
    private final InetSocketAddress address;
    private final Path dir;
    private final List<String> command;
    private final RunDirectory run;
    private @Nullable Process process;
    private long serverPid;

    ChaosNode(
            String name,
            InetSocketAddress address,
            Path dir,
            List<String> command,
            RunDirectory run) {
        this.name = name;
        this.address = address;
        this.dir = dir;
        this.command = List.copyOf(command);
        this.run = run;
    }

    /// {@return its name, such as `n1`}
    public String name() {
        return name;
    }

    /// {@return where clients connect}
    public InetSocketAddress address() {
        return address;
    }

    /// {@return its working folder, kept over restarts}
    public Path dir() {
        return dir;
    }

    /// {@return the file with its standard output and error}
    public Path log() {
        return dir.resolve("node.log");
    }

    /// Starts the process; it need not serve yet.
    public synchronized void start() {
        if (isRunning()) {
            throw new HarnessException(name + " runs already");
        }
        try {
            Files.createDirectories(dir);
            process =
                    new ProcessBuilder(command)
                            .directory(dir.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                            .start();
        } catch (IOException e) {
            throw new HarnessException("cannot start " + name + ": " + command.getFirst(), e);
        }
        serverPid = process.pid();
        run.addProcess(serverPid);
    }

    /// Tells the node which process really serves, when the started one is a launcher that stayed in between.
    synchronized void adoptServerPid(long pid) {
        if (pid != serverPid) {
            if (process == null || process.descendants().noneMatch(child -> child.pid() == pid)) {
                throw new HarnessException(name + " is served by a foreign process " + pid);
            }
            serverPid = pid;
            run.addProcess(pid);
        }
    }

    /// {@return the process that serves, or served last}
    synchronized long pid() {
        return serverPid;
    }

    /// {@return whether its process exists, frozen or not}
    public synchronized boolean isRunning() {
        return process != null && ProcStat.alive(serverPid);
    }

    /// Ends the process at once; nothing to do when it is gone.
    public synchronized void kill() {
        Process current = process;
        if (current == null) {
            return;
        }
        if (ProcStat.alive(serverPid) && serverPid != current.pid()) {
            Shell.attempt("", "kill", "-KILL", Long.toString(serverPid));
        }
        current.destroyForcibly();
        await("end", () -> !ProcStat.alive(serverPid) && !current.isAlive());
        process = null;
    }

    /// Freezes the process.
    public synchronized void pause() {
        signal("-STOP");
        await("stop", () -> ProcStat.of(serverPid).map(stat -> stat.state() == 'T').orElse(false));
    }

    /// Thaws the process; nothing to do when it is not frozen or gone.
    public synchronized void resume() {
        if (isRunning()) {
            signal("-CONT");
            await(
                    "continue",
                    () -> ProcStat.of(serverPid).map(stat -> stat.state() != 'T').orElse(true));
        }
    }

    private void signal(String signal) {
        if (!isRunning()) {
            throw new HarnessException(name + " is not running");
        }
        Shell.run("kill", signal, Long.toString(serverPid));
    }

    private void await(String what, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + SIGNAL_DEADLINE_NS;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                throw new HarnessException(name + " (" + serverPid + ") does not " + what);
            }
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new HarnessException("interrupted while " + name + " should " + what, e);
            }
        }
    }
}
