// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The `docker` command, as far as a test needs it.
final class Docker {
    private static final int TIMEOUT_SECONDS = 60;

    /// What a command ended with.
    record Outcome(int exitCode, String output) {}

    private Docker() {}

    /// Runs `docker` and answers with its exit code and all its output.
    static Outcome run(String... arguments) throws IOException {
        return run(List.of(arguments));
    }

    static Outcome run(List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("docker"));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        try {
            if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " does not end");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(e.getMessage());
        }
        return new Outcome(process.exitValue(), output.strip());
    }

    /// Runs `docker` and fails unless it succeeds.
    static String must(List<String> arguments) throws IOException {
        Outcome outcome = run(arguments);
        if (outcome.exitCode() != 0) {
            throw new IOException(
                    "docker " + String.join(" ", arguments) + ": " + outcome.output());
        }
        return outcome.output();
    }
}
