// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// Runs clusterctl inside the test and keeps what it printed.
public final class Cli {
    private final Path directory;
    private final Map<String, String> variables = new HashMap<>();

    /// A clusterctl whose working directory is `directory`.
    public Cli(Path directory) {
        this.directory = directory;
    }

    /// Sets an environment variable.
    public Cli with(String variable, String value) {
        variables.put(variable, value);
        return this;
    }

    /// What a run printed.
    public record Result(int status, String out, String err) {}

    /// Runs a command without anybody at the terminal.
    public Result run(String... args) {
        return run("", false, args);
    }

    /// Runs a command at a terminal where somebody types `input`.
    public Result runInteractive(String input, String... args) {
        return run(input, true, args);
    }

    private Result run(String input, boolean interactive, String... args) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var terminal =
                new Terminal(
                        new BufferedReader(new StringReader(input)),
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        interactive,
                        false,
                        false,
                        false);
        int status =
                ClusterCtl.run(terminal, new Environment(directory, directory, variables), args);
        return new Result(
                status, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }
}
