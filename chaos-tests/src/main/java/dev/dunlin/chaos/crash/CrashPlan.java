// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.crash;

import dev.dunlin.chaos.cluster.ServerUnderTest;
import java.nio.file.Path;
import java.util.Map;

/// How often and how a node is to die.
///
/// @param server what runs
/// @param setting how it keeps its data
/// @param directives further redis.conf directives, which win over the setting's
/// @param crash how it dies
/// @param runs how often
/// @param load who writes what
/// @param seed of everything random
/// @param dir where histories and logs of bad runs are kept
public record CrashPlan(
        ServerUnderTest server,
        Setting setting,
        Map<String, String> directives,
        Crash crash,
        int runs,
        Load load,
        long seed,
        Path dir) {
    /// What goes on before the crash.
    ///
    /// @param clients connections that write
    /// @param pipelineMax most operations of one client that are on their way
    /// @param loadMsMax longest time between the first write and the crash
    /// @param fillerKeys keys of 100 bytes that lie there unchanged, so that a snapshot takes a while
    /// @param runsPerFolder runs that find the files of the run before; then a new node begins
    public record Load(
            int clients, int pipelineMax, int loadMsMax, int fillerKeys, int runsPerFolder) {
        /// Checks the bounds.
        public Load {
            inRange("clients", clients, 1, 64);
            inRange("pipeline", pipelineMax, 1, 256);
            inRange("load-ms", loadMsMax, 50, 60_000);
            inRange("filler", fillerKeys, 0, 20_000_000);
            inRange("runs-per-folder", runsPerFolder, 1, 10_000);
        }

        private static void inRange(String what, int value, int min, int max) {
            if (value < min || value > max) {
                throw new IllegalArgumentException(
                        what + " must be " + min + " to " + max + ", not " + value);
            }
        }
    }

    /// {@return a name for files and tables}
    public String label() {
        return server.label() + "-" + setting.label() + "-" + crash.label();
    }
}
