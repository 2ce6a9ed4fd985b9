// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import java.util.SplittableRandom;

/// Keys as caches are asked for them: the n-th most popular one with a share of `1 / n^exponent`.
///
/// The sequence depends on the seed only, so that all servers are asked for the same.
public final class ZipfKeys {
    private final double[] upTo;
    private final SplittableRandom random;

    public ZipfKeys(int keys, double exponent, long seed) {
        upTo = new double[keys];
        double sum = 0;
        for (int i = 0; i < keys; i++) {
            sum += Math.pow(i + 1.0, -exponent);
            upTo[i] = sum;
        }
        random = new SplittableRandom(seed);
    }

    /// {@return a number from 0 to keys-1}
    public int next() {
        double drawn = random.nextDouble() * upTo[upTo.length - 1];
        int low = 0;
        int high = upTo.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (upTo[middle] > drawn) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
