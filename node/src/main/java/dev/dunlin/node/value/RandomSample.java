// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.value;

import java.util.random.RandomGenerator;

/// Takes each of `remaining` things with the same probability, `wanted` altogether, seeing each once.
///
/// Thread: the one that made it.
final class RandomSample {
    private int remaining;
    private int wanted;
    private final RandomGenerator random;

    /// @param wanted `remaining` at most
    RandomSample(int remaining, int wanted, RandomGenerator random) {
        this.remaining = remaining;
        this.wanted = wanted;
        this.random = random;
    }

    /// {@return whether the next one is taken}
    boolean takesNext() {
        boolean takes = random.nextInt(remaining) < wanted;
        remaining--;
        if (takes) {
            wanted--;
        }
        return takes;
    }
}
