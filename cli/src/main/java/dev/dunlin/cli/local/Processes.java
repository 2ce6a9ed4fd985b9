// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import dev.dunlin.cli.CliException;
import dev.dunlin.cli.ExitCode;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Starts, recognises and stops processes that outlive clusterctl.
final class Processes {
    /// How far the start time of a process may seem to move: its clock ticks in hundredths of a second.
    private static final Duration START_TOLERANCE = Duration.ofSeconds(1);

    private static final int COMMAND_LINE_BYTES_MAX = 256 * 1024;
    private static final int LOG_LINES = 5;
    private static final int LOG_BYTES_MAX = 64 * 1024;

    private Processes() {}

    /// Starts `command` in a session of its own, so that Ctrl-C and a closed terminal do not reach it. Its output is
    /// appended to `log`.
    static ManagedProcess start(
            ManagedProcess process, List<String> command, Path directory, Path log) {
        try {
            Files.createDirectories(directory);
            var detached = new ArrayList<String>();
            Path setsid = Path.of("/usr/bin/setsid");
            if (Files.isExecutable(setsid)) {
                detached.add(setsid.toString());
            }
            detached.addAll(command);
            Process started =
                    new ProcessBuilder(detached)
                            .directory(directory.toFile())
                            .redirectInput(new File("/dev/null"))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start();
            long startMs =
                    started.toHandle().info().startInstant().orElseGet(Instant::now).toEpochMilli();
            return process.running(started.pid(), startMs);
        } catch (IOException e) {
            throw new CliException(
                    ExitCode.FAILED,
                    "cannot start " + process.name() + ": " + e.getMessage(),
                    "",
                    "is " + command.getFirst() + " there and executable?");
        }
    }

    /// {@return the process if it still is the one that was started}
    ///
    /// A pid is used again sooner or later, so the start time has to fit, and the command line has to name the port.
    static Optional<ProcessHandle> find(ManagedProcess process) {
        if (process.pid() == 0) {
            return Optional.empty();
        }
        return ProcessHandle.of(process.pid())
                .filter(ProcessHandle::isAlive)
                .filter(handle -> isSame(process, handle));
    }

    private static boolean isSame(ManagedProcess process, ProcessHandle handle) {
        var start = handle.info().startInstant();
        if (start.isEmpty()) {
            return false;
        }
        var apart = Duration.between(Instant.ofEpochMilli(process.startMs()), start.get()).abs();
        return apart.compareTo(START_TOLERANCE) <= 0
                && commandLine(handle)
                        // Empty for a moment while one program makes room for the next.
                        .map(line ->
                                line.isEmpty() || line.contains(Integer.toString(process.port())))
                        .orElse(true);
    }

    /// The whole command line where the system shows it; Java itself cuts it off after a page.
    private static Optional<String> commandLine(ProcessHandle handle) {
        Path file = Path.of("/proc", Long.toString(handle.pid()), "cmdline");
        try (var channel = FileChannel.open(file)) {
            // In one piece: between two reads one program may have made room for the next.
            var line = ByteBuffer.allocate(COMMAND_LINE_BYTES_MAX);
            channel.read(line);
            return Optional.of(
                    new String(line.array(), 0, line.position(), StandardCharsets.ISO_8859_1));
        } catch (IOException _) {
            return handle.info().commandLine();
        }
    }

    static boolean isRunning(ManagedProcess process) {
        return find(process).isPresent();
    }

    /// Stops processes: SIGTERM to all, and SIGKILL to those that are still there after `patience`.
    ///
    /// {@return the names of those that had to be killed}
    static List<String> stop(List<ManagedProcess> processes, Duration patience) {
        record Running(ManagedProcess process, ProcessHandle handle) {}
        var running = new ArrayList<Running>();
        for (ManagedProcess process : processes) {
            find(process).ifPresent(handle -> running.add(new Running(process, handle)));
        }
        running.forEach(one -> one.handle().destroy());
        long deadlineNs = System.nanoTime() + patience.toNanos();
        var killed = new ArrayList<String>();
        for (Running one : running) {
            if (!awaitExit(one.handle(), deadlineNs - System.nanoTime())) {
                one.handle().destroyForcibly();
                killed.add(one.process().name());
                boolean _ = awaitExit(one.handle(), patience.toNanos());
            }
        }
        return killed;
    }

    private static boolean awaitExit(ProcessHandle handle, long timeoutNs) {
        try {
            handle.onExit().get(Math.max(1, timeoutNs), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException _) {
            return !handle.isAlive();
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            return !handle.isAlive();
        } catch (ExecutionException e) {
            throw new IllegalStateException("waiting for a process cannot fail", e);
        }
    }

    /// {@return the last lines of a log, indented; empty when there is none}
    static String tail(Path log) {
        try {
            byte[] bytes = Files.exists(log) ? Files.readAllBytes(log) : new byte[0];
            int from = Math.max(0, bytes.length - LOG_BYTES_MAX);
            var lines =
                    new String(bytes, from, bytes.length - from, StandardCharsets.UTF_8)
                            .lines()
                            .toList();
            return String.join(
                    "\n        ",
                    lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "(log cannot be read: " + e.getMessage() + ")";
        }
    }
}
