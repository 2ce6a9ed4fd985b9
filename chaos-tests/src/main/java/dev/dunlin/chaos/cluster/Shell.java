// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import dev.dunlin.chaos.HarnessException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Runs short system commands (ip, iptables, kill).
public final class Shell {
    static final long TIMEOUT_SECONDS = 20;

    private Shell() {}

    /// A command's exit code with its standard output and error together.
    public record Result(int exitCode, String output) {
        /// {@return whether it exited with 0}
        public boolean succeeded() {
            return exitCode == 0;
        }
    }

    /// Runs a command that must succeed and returns its output.
    public static String run(String... command) {
        return runWithInput("", command);
    }

    /// Runs a command that must succeed, with `input` on its standard input.
    public static String runWithInput(String input, String... command) {
        Result result = attempt(input, command);
        if (!result.succeeded()) {
            throw new HarnessException(
                    String.join(" ", command)
                            + " exited with "
                            + result.exitCode()
                            + ": "
                            + result.output().strip());
        }
        return result.output();
    }

    /// Runs a command that may fail. A missing executable is exit code 127.
    public static Result attempt(String input, String... command) {
        Process process;
        try {
            process = new ProcessBuilder(List.of(command)).redirectErrorStream(true).start();
        } catch (IOException e) {
            return new Result(127, String.valueOf(e.getMessage()));
        }
        try {
            try (OutputStream stdin = process.getOutputStream()) {
                stdin.write(input.getBytes(StandardCharsets.UTF_8));
            }
            // Their output fits into the pipe, so waiting first cannot block them.
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                throw new HarnessException(
                        String.join(" ", command) + " still runs after " + TIMEOUT_SECONDS + " s");
            }
            byte[] output = process.getInputStream().readAllBytes();
            return new Result(process.exitValue(), new String(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new HarnessException("cannot talk to " + command[0], e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HarnessException("interrupted while running " + command[0], e);
        } finally {
            process.destroyForcibly();
        }
    }
}
