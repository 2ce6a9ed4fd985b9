// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli;

import dev.dunlin.cli.command.Commands;
import dev.dunlin.cli.command.Session;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/// clusterctl: starts, watches and changes clusters.
public final class ClusterCtl {
    private ClusterCtl() {}

    static void main(String[] args) {
        if (System.getProperty("logback.configurationFile") == null) {
            System.setProperty("logback.configurationFile", "cli-logback.xml");
        }
        System.exit(run(systemTerminal(), Environment.system(), args));
    }

    /// Runs one command. {@return its exit status}
    public static int run(Terminal terminal, Environment environment, String... args) {
        return Commands.commandLine(new Session(terminal, environment)).execute(args);
    }

    /// Java cannot tell which streams are terminals, so the launcher says so: `-Ddunlin.tty=012` names the descriptors.
    private static Terminal systemTerminal() {
        String tty = System.getProperty("dunlin.tty", "");
        boolean out = tty.contains("1");
        boolean err = tty.contains("2");
        return new Terminal(
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)),
                new PrintStream(System.out, false, StandardCharsets.UTF_8),
                System.err,
                tty.contains("0") && err,
                out,
                err,
                out && System.getenv("NO_COLOR") == null);
    }
}
