// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.os;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// The CPU time of every thread of one process, to the nanosecond, as `/proc/PID/task/*/schedstat` tells.
///
/// @param nanosByThread time on a core so far, by thread id
public record ProcessCpu(Map<Long, Long> nanosByThread) {
    /// {@return the times of now; empty when the process is gone}
    public static ProcessCpu of(long pid) throws IOException {
        Map<Long, Long> nanos = new HashMap<>();
        for (Path thread : threads(pid)) {
            try {
                String line = Files.readString(thread.resolve("schedstat"));
                nanos.put(
                        Long.parseLong(thread.getFileName().toString()),
                        Long.parseLong(line.substring(0, line.indexOf(' '))));
            } catch (NoSuchFileException _) {
                // The thread ended while we looked; its last moments are lost, which is little.
            }
        }
        return new ProcessCpu(Map.copyOf(nanos));
    }

    /// {@return the CPU time used between `earlier` and now, without threads that ended in between}
    public long nanosSince(ProcessCpu earlier) {
        long sum = 0;
        for (Map.Entry<Long, Long> thread : nanosByThread.entrySet()) {
            sum += thread.getValue() - earlier.nanosByThread.getOrDefault(thread.getKey(), 0L);
        }
        return sum;
    }

    private static List<Path> threads(long pid) throws IOException {
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return tasks.toList();
        } catch (NoSuchFileException _) {
            return List.of();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
