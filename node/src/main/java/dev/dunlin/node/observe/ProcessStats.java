// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.observe;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// What the operating system says about this process, read from `/proc`; zeroes where there is none.
///
/// Thread: stateless. Each read takes some microseconds.
public final class ProcessStats {
    /// Linux reports processor time in units of 1/100 s on every architecture.
    private static final double TICKS_PER_SECOND = 100;

    private static final long PAGE_BYTES = 4096;

    // Positions in /proc/<pid>/stat, counted after the name in parentheses.
    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;

    /// Seconds of processor time.
    public record CpuTime(double system, double user) {}

    private ProcessStats() {}

    /// {@return bytes of the process that are in memory}
    public static long residentBytes() {
        List<String> fields = words(Path.of("/proc/self/statm"));
        return fields.size() > 1 ? Long.parseLong(fields.get(1)) * PAGE_BYTES : 0;
    }

    /// {@return the machine's memory in bytes}
    public static long systemBytes() {
        List<String> fields = words(Path.of("/proc/meminfo"));
        return fields.size() > 1 ? Long.parseLong(fields.get(1)) * 1024 : 0;
    }

    /// {@return processor time of all threads}
    public static CpuTime processCpu() {
        return cpu(Path.of("/proc/self/stat"));
    }

    /// {@return processor time of the thread that asks}
    public static CpuTime threadCpu() {
        return cpu(Path.of("/proc/thread-self/stat"));
    }

    private static CpuTime cpu(Path stat) {
        String text = read(stat);
        int nameEnd = text.lastIndexOf(')');
        if (nameEnd < 0) {
            return new CpuTime(0, 0);
        }
        String[] fields = text.substring(nameEnd + 2).split(" ", -1);
        return new CpuTime(
                Long.parseLong(fields[SYSTEM_TICKS]) / TICKS_PER_SECOND,
                Long.parseLong(fields[USER_TICKS]) / TICKS_PER_SECOND);
    }

    private static List<String> words(Path file) {
        return List.of(read(file).strip().split("\\s+"));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException notLinux) {
            return "";
        }
    }
}
