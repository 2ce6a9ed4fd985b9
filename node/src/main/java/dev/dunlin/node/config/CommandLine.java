// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.config;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The arguments that a node is started with, as redis-server takes them: `[redis.conf] [--directive value ...] [-]`.
///
/// The file is read first, then the standard input if `-` asks for it, then the options; the last word about a directive counts. An option
/// is a line of configuration: `--save 60 1` is `save "60" "1"`.
///
/// @param nodes how many nodes the process hosts (`--nodes`)
/// @param settings of the first of them
public record CommandLine(int nodes, Settings settings) {
    private static final int NODES_MAX = 1024;
    private static final String NODES = "--nodes";

    /// Reads arguments, file and standard input.
    ///
    /// @throws ConfigException with the text to be shown
    public static CommandLine parse(List<String> arguments, InputStream stdin)
            throws ConfigException {
        var parser = new Parser();
        for (int i = 0; i < arguments.size(); i++) {
            i += parser.take(arguments, i);
        }
        var settings = new Settings();
        var content = new StringBuilder();
        if (parser.file != null) {
            Path file = Path.of(parser.file).toAbsolutePath().normalize();
            content.append(ConfigFile.read(file));
            settings.file(file);
        }
        if (parser.readsStdin) {
            try {
                content.append(new String(stdin.readAllBytes(), ISO_8859_1));
            } catch (IOException e) {
                throw new ConfigException("Fatal error, can't read the configuration from stdin");
            }
        }
        if (!parser.options.isEmpty()) {
            content.append('\n').append(parser.options);
        }
        new ConfigFile(settings).load(content.toString());
        return new CommandLine(parser.nodes, settings);
    }

    /// Turns options into lines.
    private static final class Parser {
        private @Nullable String file;
        private boolean readsStdin;
        private int nodes = 1;
        private final StringBuilder options = new StringBuilder();

        /// A value that begins with `--` is one when it directly follows its option, so that a password may begin so.
        private boolean optionHasValue = true;

        /// {@return how many arguments after `i` were taken too}
        int take(List<String> arguments, int i) throws ConfigException {
            String argument = arguments.get(i);
            boolean last = i == arguments.size() - 1;
            if (i == 0 && !argument.startsWith("-")) {
                file = argument;
            } else if (argument.equals("-") && (i == 0 || last)) {
                readsStdin = true;
            } else if (optionHasValue && argument.equals(NODES)) {
                nodes = nodeCount(last ? "" : arguments.get(i + 1));
                return 1;
            } else if (optionHasValue && argument.startsWith("--")) {
                option(argument, last ? null : arguments.get(i + 1));
            } else {
                options.append(ConfigWords.quote(argument)).append(' ');
                optionHasValue = true;
            }
            return 0;
        }

        private void option(String argument, @Nullable String next) {
            if (!options.isEmpty()) {
                options.append('\n');
            }
            options.append(new String(argument.substring(2).getBytes(UTF_8), ISO_8859_1))
                    .append(' ');
            // `--port 6380` may be one argument; then its value has been given.
            optionHasValue = argument.strip().indexOf(' ') >= 0;
            boolean emptySave =
                    argument.equalsIgnoreCase("--save") && (next == null || next.startsWith("--"));
            if (emptySave) {
                options.append("\"\"");
                optionHasValue = true;
            }
        }

        private static int nodeCount(String word) throws ConfigException {
            try {
                return (int) ConfigNumbers.integer(word, 1, NODES_MAX);
            } catch (IllegalArgumentException e) {
                throw new ConfigException(
                        "--nodes takes how many nodes this process hosts, 1 to " + NODES_MAX);
            }
        }
    }

    /// {@return the settings of each node: ports follow each other, and each has a directory of its own when there are several}
    ///
    /// @throws ConfigException when the ports do not suffice
    public List<Settings> each() throws ConfigException {
        if (nodes == 1) {
            return List.of(settings);
        }
        int first = settings.get(Directives.PORT);
        boolean ownBusPort = settings.get(Directives.CLUSTER_PORT) != 0;
        if (first == 0 || first + nodes - 1 > 65535) {
            throw new ConfigException(
                    "--nodes " + nodes + " needs as many ports from --port on, up to 65535");
        }
        List<Settings> all = new ArrayList<>();
        Path directory = Path.of(settings.get(Directives.DIR));
        for (int i = 0; i < nodes; i++) {
            Settings own = settings.copy();
            own.set(Directives.PORT, first + i);
            own.set(Directives.DIR, directory.resolve("node-" + (first + i)).toString());
            if (ownBusPort) {
                own.set(Directives.CLUSTER_PORT, settings.get(Directives.CLUSTER_PORT) + i);
            }
            own.set(
                    Directives.CLUSTER_ANNOUNCE_PORT,
                    next(settings.get(Directives.CLUSTER_ANNOUNCE_PORT), i));
            own.set(
                    Directives.CLUSTER_ANNOUNCE_BUS_PORT,
                    next(settings.get(Directives.CLUSTER_ANNOUNCE_BUS_PORT), i));
            own.set(
                    Directives.REPLICA_ANNOUNCE_PORT,
                    next(settings.get(Directives.REPLICA_ANNOUNCE_PORT), i));
            all.add(own);
        }
        return all;
    }

    private static int next(int port, int by) {
        return port == 0 ? 0 : port + by;
    }
}
