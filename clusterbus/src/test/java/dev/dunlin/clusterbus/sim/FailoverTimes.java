// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.sim;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

/// How long a shard is without a server, over many seeds, in virtual milliseconds.
final class FailoverTimes {
    private final long[] sortedMs;

    private FailoverTimes(long[] sortedMs) {
        this.sortedMs = sortedMs;
    }

    /// Takes the primary of slot 0 down by `fault` in a cluster per seed, and waits until another node serves that slot.
    static FailoverTimes measure(
            long firstSeed,
            int seeds,
            int primaries,
            int replicas,
            BiConsumer<SimCluster, SimNode> fault) {
        var times = new long[seeds];
        for (int i = 0; i < seeds; i++) {
            long seed = firstSeed + i;
            var cluster = SimCluster.start(seed, primaries, replicas);
            cluster.runFor(2_000 + seed % 997);
            SimNode old = cluster.serving(0);
            if (old == null) {
                throw cluster.failure("slot 0 is not served");
            }
            long startMs = cluster.nowMs();
            fault.accept(cluster, old);
            cluster.runUntil(
                    () -> {
                        SimNode now = cluster.serving(0);
                        return now != null && now.index != old.index;
                    },
                    60,
                    TimeUnit.SECONDS);
            times[i] = cluster.nowMs() - startMs;
        }
        Arrays.sort(times);
        return new FailoverTimes(times);
    }

    long percentile(int percent) {
        return sortedMs[Math.min(sortedMs.length - 1, sortedMs.length * percent / 100)];
    }

    @Override
    public String toString() {
        return "min "
                + percentile(0)
                + " p50 "
                + percentile(50)
                + " p90 "
                + percentile(90)
                + " p99 "
                + percentile(99)
                + " max "
                + percentile(100)
                + " ms over "
                + sortedMs.length;
    }
}
