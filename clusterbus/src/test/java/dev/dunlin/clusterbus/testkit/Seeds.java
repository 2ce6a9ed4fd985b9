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

    /// What is checked with a seed itself.
    @FunctionalInterface
    public interface SeedProperty {
        void check(long seed) throws Exception;
    }

    /// Runs `property` with seeds 1 to `runs`, or with the one seed named by the system property `seed`.
    public static void forEach(int runs, Property property) {
        forEachSeed(
                runs,
                seed -> property.check(RandomGeneratorFactory.of("L64X128MixRandom").create(seed)));
    }

    /// As [#forEach], for those who make something else of a seed.
    public static void forEachSeed(int runs, SeedProperty property) {
        Long only = Long.getLong("seed");
        long first = only != null ? only : 1;
        long last = only != null ? only : runs;
        for (long seed = first; seed <= last; seed++) {
            try {
                property.check(seed);
            } catch (Exception | AssertionError failure) {
                throw new AssertionError(
                        "failed with -Dseed=" + seed + ": " + failure.getMessage(), failure);
            }
        }
    }
}
