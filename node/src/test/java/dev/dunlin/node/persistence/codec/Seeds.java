// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.persistence.codec;

import java.util.Random;

/// Runs a property once per seed; a failure names its seed, and `-Dseed=N` repeats that one alone.
public final class Seeds {
    private Seeds() {}

    /// What must hold for every seed.
    @FunctionalInterface
    public interface Property {
        void check(Random random) throws Exception;
    }

    public static void forEach(int count, Property property) {
        Long only = Long.getLong("seed");
        long first = only != null ? only : 1;
        long last = only != null ? only : count;
        for (long seed = first; seed <= last; seed++) {
            try {
                property.check(new Random(seed));
            } catch (Exception | AssertionError e) {
                throw new AssertionError("failed with -Dseed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
