// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// `clusterctl version`.
@Command(name = "version", description = "Print the version of clusterctl and of its Java.")
final class VersionCommand implements Callable<Integer> {
    private final Session session;

    VersionCommand(Session session) {
        this.session = session;
    }

    /// {@return the version of this build}
    static String version() {
        String version = VersionCommand.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    @Override
    public Integer call() {
        session.terminal()
                .out()
                .println("clusterctl " + version() + " (Java " + Runtime.version() + ")");
        return ExitCode.OK.status();
    }
}
