// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessesTest {
    private static final int PORT = 7999;

    @TempDir Path temp;
    private final List<ManagedProcess> started = new ArrayList<>();

    /// A program that runs until it is stopped; `script` has the port in its command line.
    private ManagedProcess start(String script) {
        var process =
                Processes.start(
                        new ManagedProcess("it", ManagedProcess.Kind.NODE, PORT, 1, 0, 0),
                        List.of("/bin/sh", "-c", script, "sh", "--port", "7999"),
                        temp,
                        temp.resolve("log"));
        started.add(process);
        return process;
    }

    @AfterEach
    void stopAll() {
        for (ManagedProcess process : started) {
            ProcessHandle.of(process.pid()).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    @Test
    void givenAProcess_whenStopped_thenItIsGone() {
        var process = start("exec sleep 7999");
        assertThat(Processes.isRunning(process)).isTrue();

        var killed = Processes.stop(List.of(process), Duration.ofSeconds(10));

        assertThat(Processes.isRunning(process)).isFalse();
        assertThat(killed).isEmpty();
    }

    @Test
    void givenAProcessThatIgnoresTheSignal_whenStopped_thenItIsKilled() {
        var process = start("trap '' TERM; echo ready; exec sleep 7999");
        awaitLog("ready");

        var killed = Processes.stop(List.of(process), Duration.ofMillis(200));

        assertThat(killed).containsExactly("it");
        assertThat(Processes.isRunning(process)).isFalse();
    }

    @Test
    void givenThePidBelongsToAnother_whenStopped_thenThatOneLives() {
        var process = start("exec sleep 7999");
        var olderStart =
                new ManagedProcess(
                        "old",
                        ManagedProcess.Kind.NODE,
                        PORT,
                        1,
                        process.pid(),
                        process.startMs() - 60_000);
        var otherPort =
                new ManagedProcess(
                        "other",
                        ManagedProcess.Kind.NODE,
                        12_345,
                        1,
                        process.pid(),
                        process.startMs());

        var killed = Processes.stop(List.of(olderStart, otherPort), Duration.ofSeconds(1));

        assertThat(killed).isEmpty();
        assertThat(Processes.isRunning(olderStart)).isFalse();
        assertThat(Processes.isRunning(process)).isTrue();
    }

    private void awaitLog(String text) {
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!Processes.tail(temp.resolve("log")).contains(text)) {
            assertThat(System.nanoTime()).as("no \"%s\" in the log", text).isLessThan(deadlineNs);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
