// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.dunlin.benchmarks.load.Workload;
import java.util.Comparator;
import java.util.List;

/// All clean rounds of one workload; the samples of one index were taken one right after the other.
///
/// @param workload what was sent
/// @param servers each server's samples, the judged server last
/// @param roundsSpoiled rounds thrown away because others used a core
public record ThroughputResult(Workload workload, List<PerServer> servers, int roundsSpoiled) {
    /// One server's clean samples, in the order of the rounds.
    ///
    /// @param name the server
    /// @param samples one per clean round
    public record PerServer(String name, List<Sample> samples) {
        /// {@return median operations per second}
        @JsonProperty("medianOperationsPerSecond")
        public double throughput() {
            return Median.of(samples, Sample::operationsPerSecond);
        }

        /// {@return median server CPU per operation}
        @JsonProperty("medianServerCpuMicros")
        public double cpuMicros() {
            return Median.of(samples, Sample::serverCpuMicros);
        }
    }

    /// A figure compared with the reference's.
    ///
    /// @param median ratio of the medians
    /// @param low the lowest ratio within one round
    /// @param high the highest
    public record Ratio(double median, double low, double high) {}

    /// {@return whether there is anything to compare}
    public boolean hasRounds() {
        return !servers.getFirst().samples().isEmpty();
    }

    /// {@return the judged server's throughput relative to the reference's}
    @JsonProperty("ratio")
    public Ratio judgedRatio() {
        return throughputRatio(servers.getLast());
    }

    /// {@return the fastest server but the last: what the last is judged by}
    public PerServer reference() {
        return servers.subList(0, Math.max(1, servers.size() - 1)).stream()
                .max(Comparator.comparingDouble(PerServer::throughput))
                .orElseThrow();
    }

    /// {@return throughput of `server` relative to the reference's; above 1 is faster}
    public Ratio throughputRatio(PerServer server) {
        PerServer reference = reference();
        double low = Double.NaN;
        double high = Double.NaN;
        for (int i = 0; i < server.samples.size(); i++) {
            double ratio =
                    server.samples.get(i).operationsPerSecond()
                            / reference.samples.get(i).operationsPerSecond();
            low = i == 0 ? ratio : Math.min(low, ratio);
            high = i == 0 ? ratio : Math.max(high, ratio);
        }
        return new Ratio(server.throughput() / reference.throughput(), low, high);
    }

    /// {@return server CPU per operation relative to the reference's; below 1 is cheaper}
    public double cpuRatio(PerServer server) {
        return server.cpuMicros() / reference().cpuMicros();
    }

    /// {@return the generator's largest share of its core; close to 1 the figures are the generator's, not the server's}
    public double generatorShare() {
        return servers.stream()
                .flatMap(server -> server.samples.stream())
                .mapToDouble(Sample::generatorShare)
                .max()
                .orElse(Double.NaN);
    }
}
