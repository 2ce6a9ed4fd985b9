// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The environments by name, and why one may be missing on this machine.
public final class Environments {
    /// All names that may be asked for.
    public static final List<String> NAMES = List.of("process", "netns", "docker");

    private Environments() {}

    /// {@return why the environment cannot be had here; empty when it can}
    public static Optional<String> obstacle(String name) {
        return switch (name) {
            case "process" -> Optional.empty();
            case "netns" -> NetnsEnvironment.obstacle();
            case "docker" -> Optional.of(dockerObstacle());
            default -> Optional.of("unknown environment '" + name + "', have " + NAMES);
        };
    }

    /// {@return the faults an environment of this name can inject}
    public static Set<FaultKind> faults(String name) {
        return switch (name) {
            case "process" -> ProcessEnvironment.FAULTS;
            case "netns" -> NetnsEnvironment.FAULTS;
            default -> Set.of();
        };
    }

    /// Opens an environment that has no obstacle.
    public static Environment open(String name) {
        return switch (name) {
            case "process" -> new ProcessEnvironment();
            case "netns" -> new NetnsEnvironment();
            default -> throw new IllegalArgumentException(obstacle(name).orElse(name));
        };
    }

    private static String dockerObstacle() {
        Shell.Result version =
                Shell.attempt("", "docker", "version", "--format", "{{.Server.Version}}");
        return version.succeeded()
                ? "a Docker daemon answers ("
                        + version.output().strip()
                        + "), but running nodes as containers is not built yet"
                : "no Docker daemon answers";
    }
}
