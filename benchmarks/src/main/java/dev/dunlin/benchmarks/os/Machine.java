// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.os;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// What a reader of old figures wants to know about where they were taken.
public final class Machine {
    private Machine() {}

    /// {@return processors, their model, kernel, memory and Java, in that order}
    public static Map<String, String> describe() throws IOException {
        Map<String, String> machine = new LinkedHashMap<>();
        machine.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
        machine.put("model", field(Path.of("/proc/cpuinfo"), "model name"));
        machine.put("kernel", System.getProperty("os.version"));
        machine.put("memory", field(Path.of("/proc/meminfo"), "MemTotal"));
        machine.put("java", Runtime.version().toString());
        return machine;
    }

    private static String field(Path file, String name) throws IOException {
        return Files.readString(file)
                .lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst()
                .orElse("unknown");
    }
}
