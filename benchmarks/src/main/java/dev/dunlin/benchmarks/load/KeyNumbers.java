// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

/// Which key comes next: every key once in order, or any key with the same chance.
///
/// The random order is a xorshift sequence with a fixed start, so that all servers see the same keys.
final class KeyNumbers {
    private static final long SEED = 0x9E3779B97F4A7C15L;

    private final long keys;
    private final boolean inOrder;
    private long state;

    private KeyNumbers(long keys, boolean inOrder, long state) {
        this.keys = keys;
        this.inOrder = inOrder;
        this.state = state;
    }

    static KeyNumbers inOrder(long keys) {
        return new KeyNumbers(keys, true, 0);
    }

    static KeyNumbers random(long keys) {
        return new KeyNumbers(keys, false, SEED);
    }

    /// {@return a number from 0 to keys-1}
    long next() {
        if (inOrder) {
            long number = state;
            state = number + 1 == keys ? 0 : number + 1;
            return number;
        }
        long x = state;
        x ^= x << 13;
        x ^= x >>> 7;
        x ^= x << 17;
        state = x;
        // Scales 32 random bits to the range without a division; keys fit in 31 bits.
        return ((x >>> 32) * keys) >>> 32;
    }
}
