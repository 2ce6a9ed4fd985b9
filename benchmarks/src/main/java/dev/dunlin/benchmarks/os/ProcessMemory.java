// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The resident memory of a process.
public final class ProcessMemory {
    private ProcessMemory() {}

    /// {@return bytes of physical memory that the process holds (`VmRSS`)}
    public static long residentBytes(long pid) throws IOException {
        return parse(Files.readString(Path.of("/proc/" + pid + "/status")));
    }

    static long parse(String status) throws IOException {
        for (String line : status.lines().toList()) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        throw new IOException("no VmRSS in /proc/PID/status");
    }
}
