// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import java.util.List;

/// How long a probing client had to wait at worst while a server took millions of keys.
///
/// @param keys keys loaded in each round
/// @param servers each server's rounds, in the order they were taken
public record StallResult(long keys, List<PerServer> servers) {
    /// One server's rounds.
    ///
    /// @param name the server
    /// @param rounds one entry per load of all keys
    public record PerServer(String name, List<Round> rounds) {}

    /// One load of all keys.
    ///
    /// @param maxMillis the longest wait of any PING from the moment it was due
    /// @param p999Millis what one PING in a thousand exceeded
    /// @param over1Millis PINGs that waited longer than 1 ms
    /// @param over10Millis PINGs that waited longer than 10 ms
    /// @param pings PINGs in all
    /// @param generatorLateMillis how late the generator once was in sending, to be taken off a suspicious maximum
    /// @param othersShare the largest share that other processes took of either core
    public record Round(
            double maxMillis,
            double p999Millis,
            long over1Millis,
            long over10Millis,
            long pings,
            double generatorLateMillis,
            double othersShare) {}
}
