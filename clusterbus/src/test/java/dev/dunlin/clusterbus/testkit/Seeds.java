// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.testkit;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/// Seeded loops for property tests: `-Dseed=N` repeats one run, and a failure names the seed it fell with.
public final class Seeds {
    private Seeds() {}

    /// What is checked for one seed.
    @FunctionalInterface
    public interface Property {
        void check(RandomGenerator random) throws Exception;
    }

    /// Runs `property` with seeds 1 to `runs`, or with the one seed named by the system property `seed`.
    public static void forEach(int runs, Property property) {
        Long only = Long.getLong("seed");
        if (only != null) {
            run(only, property);
            return;
        }
        for (long seed = 1; seed <= runs; seed++) {
            run(seed, property);
        }
    }

    private static void run(long seed, Property property) {
        try {
            property.check(RandomGeneratorFactory.of("L64X128MixRandom").create(seed));
        } catch (Exception | AssertionError failure) {
            throw new AssertionError("failed with -Dseed=" + seed, failure);
        }
    }
}
