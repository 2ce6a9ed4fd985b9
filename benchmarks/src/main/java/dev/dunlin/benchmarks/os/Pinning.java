// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.os;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Which core the server runs on and which one the generator, kept by `taskset`.
///
/// @param cores the two cores, or empty when everybody runs where the kernel likes
public record Pinning(Optional<Cores> cores) {
    /// A core each.
    ///
    /// @param server the servers' core
    /// @param generator the generator's core
    public record Cores(int server, int generator) {}

    /// {@return no pinning}
    public static Pinning none() {
        return new Pinning(Optional.empty());
    }

    /// Reads `auto`, `none` or `SERVER,GENERATOR`.
    ///
    /// @param processors how many cores there are; `auto` pins from two on
    /// @throws IllegalArgumentException when the text is none of these or names a core that is not there
    public static Pinning parse(String text, int processors) {
        if (text.equals("none") || (text.equals("auto") && processors < 2)) {
            return none();
        }
        String[] parts = (text.equals("auto") ? "0,1" : text).split(",", -1);
        if (parts.length == 2 && parts[0].matches("\\d{1,4}") && parts[1].matches("\\d{1,4}")) {
            int server = Integer.parseInt(parts[0]);
            int generator = Integer.parseInt(parts[1]);
            if (server != generator && server < processors && generator < processors) {
                return new Pinning(Optional.of(new Cores(server, generator)));
            }
        }
        throw new IllegalArgumentException(
                "pinning is auto, none or two different cores below "
                        + processors
                        + " such as 0,1; not "
                        + text);
    }

    /// {@return `command`, run on the servers' core}
    public List<String> onServerCore(List<String> command) {
        List<String> pinned = new ArrayList<>();
        cores.ifPresent(c -> pinned.addAll(List.of("taskset", "-c", Integer.toString(c.server()))));
        pinned.addAll(command);
        return pinned;
    }

    /// Moves all threads of this process, and those it starts later, to the generator's core.
    public void pinThisProcess() throws IOException, InterruptedException {
        if (cores.isEmpty()) {
            return;
        }
        String pid = Long.toString(ProcessHandle.current().pid());
        String core = Integer.toString(cores.get().generator());
        Process taskset =
                new ProcessBuilder("taskset", "-a", "-c", "-p", core, pid)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (taskset.waitFor() != 0) {
            throw new IOException("taskset could not move this process to core " + core);
        }
    }
}
