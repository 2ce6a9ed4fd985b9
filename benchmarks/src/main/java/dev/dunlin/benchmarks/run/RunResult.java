// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Everything a run measured and under what circumstances, as it is kept in a file.
///
/// @param takenAt the start, ISO 8601 in UTC
/// @param machine processors, their model, kernel and Java
/// @param arguments the command line
/// @param servers version and command of each server, by name
/// @param throughput one entry per workload
/// @param memory one entry per server
/// @param stall null when the test was not asked for
/// @param longOperations one entry per operation and server
/// @param eviction one entry per policy and server
/// @param churn one entry per server and point
/// @param persistence what keeping data costs
public record RunResult(
        String takenAt,
        Map<String, String> machine,
        List<String> arguments,
        Map<String, String> servers,
        List<ThroughputResult> throughput,
        List<MemoryResult> memory,
        @Nullable StallResult stall,
        List<LongOperationResult> longOperations,
        List<EvictionResult> eviction,
        List<ChurnResult> churn,
        PersistenceResult persistence) {
    /// Writes the run as JSON; directories are made as needed.
    public void writeTo(Path file) throws IOException {
        var parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(file.toFile(), this);
    }
}
