// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// An executable that takes redis-server's command line.
///
/// @param kind whose promises it is judged by
/// @param label short name for reports
/// @param executable absolute path
public record ServerUnderTest(ServerKind kind, String label, Path executable) {
    /// The property that names Dunlin's launcher.
    public static final String DUNLIN_PROPERTY = "dunlin.node";

    /// Where Debian's package puts the control group.
    public static final Path REDIS_PATH = Path.of("/usr/bin/redis-server");

    /// {@return the control group}
    public static ServerUnderTest redis() {
        return new ServerUnderTest(ServerKind.REDIS, "redis", REDIS_PATH);
    }

    /// {@return Dunlin's node, started by this launcher}
    public static ServerUnderTest dunlin(Path launcher) {
        return new ServerUnderTest(ServerKind.DUNLIN, "dunlin", launcher.toAbsolutePath());
    }

    /// Resolves `redis`, `dunlin` or a path. Dunlin's launcher is the property `dunlin.node`, else `./dunlin-node`
    /// here or one folder up. Empty when there is no such executable.
    public static Optional<ServerUnderTest> parse(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "redis" -> Optional.of(redis()).filter(ServerUnderTest::executes);
            case "dunlin" -> launcher().map(ServerUnderTest::dunlin);
            default -> {
                Path path = Path.of(text).toAbsolutePath().normalize();
                String label = path.getFileName() == null ? text : path.getFileName().toString();
                yield Optional.of(new ServerUnderTest(ServerKind.OTHER, label, path))
                        .filter(ServerUnderTest::executes);
            }
        };
    }

    /// {@return whether the executable exists}
    public boolean executes() {
        return Files.isExecutable(executable) && Files.isRegularFile(executable);
    }

    /// {@return the command that starts one node}
    ///
    /// Nothing is saved but `nodes.conf`, unless `settings` say so: these tests are about replication and elections.
    List<String> command(String host, int port, Path dir, ClusterSettings settings) {
        List<String> command = begin(host, port, dir);
        directive(command, "save", "");
        directive(command, "appendonly", "no");
        directive(command, "cluster-enabled", "yes");
        directive(command, "cluster-config-file", "nodes.conf");
        directive(command, "cluster-node-timeout", Long.toString(settings.nodeTimeoutMs()));
        // Shards that still have their primary must keep serving: unavailability elsewhere is
        // judged.
        directive(command, "cluster-require-full-coverage", "no");
        directive(command, "cluster-allow-replica-migration", "no");
        // Replicas of an empty primary need not wait for company.
        directive(command, "repl-diskless-sync-delay", "0");
        settings.directives().forEach((name, value) -> directive(command, name, value));
        return command;
    }

    /// {@return the command that starts a node that belongs to no cluster; `directives` win over the harness's own}
    List<String> standalone(String host, int port, Path dir, Map<String, String> directives) {
        List<String> command = begin(host, port, dir);
        directives.forEach((name, value) -> directive(command, name, value));
        return command;
    }

    private List<String> begin(String host, int port, Path dir) {
        List<String> command = new ArrayList<>();
        command.add(executable.toString());
        directive(command, "port", Integer.toString(port));
        directive(command, "bind", host);
        directive(command, "dir", dir.toString());
        directive(command, "protected-mode", "no");
        directive(command, "daemonize", "no");
        return command;
    }

    private static void directive(List<String> command, String name, String value) {
        command.add("--" + name);
        command.add(value);
    }

    private static Optional<Path> launcher() {
        String property = System.getProperty(DUNLIN_PROPERTY);
        if (property != null && !property.isBlank()) {
            return Optional.of(Path.of(property)).filter(Files::isExecutable);
        }
        return List.of(Path.of("dunlin-node"), Path.of("..", "dunlin-node")).stream()
                .map(path -> path.toAbsolutePath().normalize())
                .filter(Files::isExecutable)
                .findFirst();
    }
}
