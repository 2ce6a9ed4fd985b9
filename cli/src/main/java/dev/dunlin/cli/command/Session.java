// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.command;

import dev.dunlin.cli.Connection;
import dev.dunlin.cli.Environment;
import dev.dunlin.cli.Terminal;
import dev.dunlin.cli.local.ClusterDirectory;
import dev.dunlin.cli.output.Document;
import dev.dunlin.cli.output.OutputFormat;
import java.nio.file.Path;
import java.util.Map;

/// What all commands of one run share.
///
/// @param terminal where to read and write
/// @param environment where this takes place
public record Session(Terminal terminal, Environment environment) {
    private static final String SERVER_DEFAULT = "127.0.0.1:7000";

    Connection connect(CommonOptions options) {
        if (options.seed != null) {
            return Connection.inProcess(options.seed, environment.seedDirectory(options.seed));
        }
        return Connection.toServer(server(options));
    }

    private String server(CommonOptions options) {
        if (options.server != null) {
            return options.server;
        }
        if (!environment.variable("DUNLIN_SERVER").isEmpty()) {
            return environment.variable("DUNLIN_SERVER");
        }
        return new ClusterDirectory(directory(options))
                .load()
                .map(state -> "127.0.0.1:" + state.controlPort())
                .orElse(SERVER_DEFAULT);
    }

    Path directory(LocalOptions options) {
        return options.directory != null
                ? environment.workingDirectory().resolve(options.directory).normalize()
                : environment.clusterDirectory();
    }

    /// Prints a result: the table, or the document in the wanted format.
    void print(OutputFormat format, String table, Map<String, Object> document) {
        if (format == OutputFormat.TABLE) {
            terminal.out().print(table);
        } else {
            terminal.out().print(Document.render(format, document));
        }
        terminal.out().flush();
    }
}
