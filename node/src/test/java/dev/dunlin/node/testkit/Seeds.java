// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.testkit;

import java.util.Random;

/// Seeds of random tests. They are the same in every build, so a build that turns red does so for what was changed; `bin/dev fuzz` goes through
/// others. A failure names its seed, and `-Dseed=N` repeats that one alone.
public final class Seeds {
    /// What a test starts from that makes one long random run instead of many short ones.
    public static final long LONG_RUN = Long.getLong("seed", 20_261_126L);

    private Seeds() {}

    /// What must hold for every seed.
    @FunctionalInterface
    public interface Property {
        void check(Random random) throws Exception;
    }

    /// Runs a property once for each of the seeds 1 to `count`.
    public static void forEach(int count, Property property) {
        dev.dunlin.clusterbus.testkit.Seeds.forEachSeed(
                count, seed -> property.check(new Random(seed)));
    }
}
