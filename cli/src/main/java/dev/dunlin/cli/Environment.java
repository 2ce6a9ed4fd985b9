// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// Where this run of clusterctl takes place.
///
/// @param workingDirectory where the user is
/// @param home the project's root, where the launchers are
/// @param variables environment variables
public record Environment(Path workingDirectory, Path home, Map<String, String> variables) {
    /// Below the root of the user's project.
    private static final Path CLUSTER_DIRECTORY = Path.of(".dunlin", "cluster");

    /// Copies the map.
    public Environment {
        variables = Map.copyOf(variables);
    }

    /// {@return the environment of this process}
    public static Environment system() {
        Path cwd = Path.of("").toAbsolutePath();
        return new Environment(
                cwd, Path.of(System.getProperty("dunlin.home", cwd.toString())), System.getenv());
    }

    /// {@return the variable, or an empty text}
    public String variable(String name) {
        return variables.getOrDefault(name, "");
    }

    /// {@return the directory of the local cluster, whether it exists or not}
    ///
    /// `DUNLIN_DIR` when set; else `.dunlin/cluster` in the nearest directory upwards that has one; else below the root of the
    /// project that the user is in (where `.git` is); else here.
    public Path clusterDirectory() {
        if (!variable("DUNLIN_DIR").isEmpty()) {
            return workingDirectory.resolve(variable("DUNLIN_DIR")).normalize();
        }
        for (Path at = workingDirectory; at != null; at = at.getParent()) {
            if (Files.isDirectory(at.resolve(CLUSTER_DIRECTORY))) {
                return at.resolve(CLUSTER_DIRECTORY);
            }
        }
        for (Path at = workingDirectory; at != null; at = at.getParent()) {
            if (Files.exists(at.resolve(".git"))) {
                return at.resolve(CLUSTER_DIRECTORY);
            }
        }
        return workingDirectory.resolve(CLUSTER_DIRECTORY);
    }

    /// {@return where an in-process control plane keeps the journal of the cluster behind `seed`}
    public Path seedDirectory(String seed) {
        String state = variable("XDG_STATE_HOME");
        Path base =
                state.isEmpty()
                        ? Path.of(System.getProperty("user.home", "."), ".local", "state")
                        : Path.of(state);
        return base.resolve("dunlin").resolve("seed-" + seed.replaceAll("[^A-Za-z0-9.-]", "_"));
    }
}
