// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// The resident memory of a process.
public final class ProcessMemory {
    private ProcessMemory() {}

    /// {@return bytes of physical memory that the process holds (`VmRSS`)}
    public static long residentBytes(long pid) throws IOException {
        return parse(Files.readString(Path.of("/proc/" + pid + "/status")));
    }

    /// {@return physical memory of a process and its children, pages that they share counted once}
    ///
    /// The kernel walks all pages for it, which takes some 10 ms for a gigabyte.
    public static long proportionalBytes(long pid) throws IOException {
        long sum = 0;
        List<ProcessHandle> all =
                ProcessHandle.of(pid).stream()
                        .flatMap(
                                process -> Stream.concat(Stream.of(process), process.descendants()))
                        .toList();
        for (ProcessHandle each : all) {
            try {
                sum +=
                        kilobytes(
                                        "Pss:",
                                        Files.readString(
                                                Path.of("/proc/" + each.pid() + "/smaps_rollup")))
                                * 1024;
            } catch (IOException e) {
                // A child that has just ended shares nothing any more; the server itself must be
                // there.
                if (each.pid() == pid) {
                    throw e;
                }
            }
        }
        return sum;
    }

    static long parse(String status) throws IOException {
        return kilobytes("VmRSS:", status) * 1024;
    }

    private static long kilobytes(String field, String text) throws IOException {
        for (String line : text.lines().toList()) {
            if (line.startsWith(field)) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        throw new IOException("the kernel does not tell " + field);
    }
}
