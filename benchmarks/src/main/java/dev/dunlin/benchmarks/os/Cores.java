// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// How long each core has been busy since the machine started, as `/proc/stat` tells.
///
/// Time in interrupts counts as nobody's: on loopback it is the work of the very processes that are measured. Time that the
/// hypervisor took away counts as busy, because nobody here had it.
///
/// @param busyTicks busy time of each core, by its number; 100 ticks are a second
public record Cores(List<Long> busyTicks) {
    /// Ticks per second of every kernel's `/proc`, whatever its own timer does.
    public static final long TICKS_PER_SECOND = 100;

    private static final int USER = 1;
    private static final int NICE = 2;
    private static final int SYSTEM = 3;
    private static final int STEAL = 8;

    /// {@return the times of now}
    public static Cores now() throws IOException {
        return parse(Files.readString(Path.of("/proc/stat")));
    }

    /// {@return how much of `core` was busy between `earlier` and now, in nanoseconds}
    public long busyNanosSince(Cores earlier, int core) {
        long ticks = busyTicks.get(core) - earlier.busyTicks.get(core);
        return ticks * (1_000_000_000 / TICKS_PER_SECOND);
    }

    static Cores parse(String stat) {
        List<Long> busy = new ArrayList<>();
        for (String line : stat.lines().toList()) {
            // "cpu" alone is the sum of all.
            if (line.startsWith("cpu") && !line.startsWith("cpu ")) {
                String[] fields = line.split(" +");
                int core = Integer.parseInt(fields[0].substring(3));
                while (busy.size() <= core) {
                    busy.add(0L); // a core that is switched off has no line
                }
                busy.set(
                        core,
                        ticks(fields, USER)
                                + ticks(fields, NICE)
                                + ticks(fields, SYSTEM)
                                + ticks(fields, STEAL));
            }
        }
        return new Cores(List.copyOf(busy));
    }

    private static long ticks(String[] fields, int field) {
        return field < fields.length ? Long.parseLong(fields[field]) : 0;
    }
}
