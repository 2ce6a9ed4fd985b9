// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.os.Pinning;
import java.time.Duration;

/// How much time a run may take for its certainty.
///
/// @param rounds clean rounds wanted of every test
/// @param measured length of one measured window
/// @param warmUp length of the load before a test's first round, per server
/// @param keys keyspace of the throughput tests
/// @param loadKeys keys loaded by the memory and stall tests
/// @param quietWaitMax longest time that a test may wait for an idle machine
/// @param othersShareMax more than this of a core in foreign hands spoils a round
public record Effort(
        int rounds,
        Duration measured,
        Duration warmUp,
        long keys,
        long loadKeys,
        Duration quietWaitMax,
        double othersShareMax) {
    /// A spoiled round is tried again, but not for ever.
    private static final int ATTEMPTS_PER_ROUND = 4;

    private static final double OTHERS_SHARE_MAX = 0.08;

    /// {@return the effort for figures that are kept}
    public static Effort full() {
        return new Effort(
                5,
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                1_000_000,
                5_000_000,
                Duration.ofSeconds(30),
                OTHERS_SHARE_MAX);
    }

    /// {@return the effort for a first look}
    public static Effort quick() {
        return new Effort(
                3,
                Duration.ofMillis(500),
                Duration.ofSeconds(1),
                100_000,
                500_000,
                Duration.ofSeconds(5),
                OTHERS_SHARE_MAX);
    }

    /// {@return a new allowance of waiting time}
    QuietMachine quietMachine(Pinning pinning) {
        return new QuietMachine(pinning, othersShareMax, quietWaitMax);
    }

    /// {@return most rounds tried until enough were clean}
    int attemptsMax() {
        return rounds * ATTEMPTS_PER_ROUND;
    }
}
