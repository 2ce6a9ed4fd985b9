// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// What the kernel says about a process in `/proc/PID/stat`.
///
/// @param state one letter: `T` is stopped, `Z` is a zombie
/// @param startTicks start time since boot; together with the pid it names one process for ever
record ProcStat(char state, long startTicks) {
    // Positions after the command name, which is the only field that may contain blanks.
    private static final int STATE = 0;
    private static final int START_TICKS = 19;

    /// Empty when there is no such process.
    static Optional<ProcStat> of(long pid) {
        String line;
        try {
            line =
                    Files.readString(
                            Path.of("/proc", Long.toString(pid), "stat"),
                            StandardCharsets.ISO_8859_1);
        } catch (IOException _) {
            return Optional.empty();
        }
        List<String> fields = List.of(line.substring(line.lastIndexOf(')') + 2).split(" ", -1));
        return Optional.of(
                new ProcStat(fields.get(STATE).charAt(0), Long.parseLong(fields.get(START_TICKS))));
    }

    /// {@return whether the process executes or could: neither gone nor a zombie}
    static boolean alive(long pid) {
        return of(pid).map(stat -> stat.state() != 'Z' && stat.state() != 'X').orElse(false);
    }
}
