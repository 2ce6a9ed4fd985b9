// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.cluster;

import java.util.Map;

/// What every node of a cluster is started with.
///
/// @param primaries number of shards
/// @param replicas replicas of each primary
/// @param nodeTimeoutMs cluster-node-timeout in milliseconds
/// @param directives further redis.conf directives, in order; they win over the harness's own
public record ClusterSettings(
        int primaries, int replicas, long nodeTimeoutMs, Map<String, String> directives) {
    /// Checks the bounds: three primaries are the least that can agree on a failure.
    public ClusterSettings {
        if (primaries < 3 || primaries > 20 || replicas < 0 || replicas > 5) {
            throw new IllegalArgumentException(
                    "unsupported topology: " + primaries + " primaries, " + replicas + " replicas");
        }
        if (nodeTimeoutMs < 200 || nodeTimeoutMs > 60_000) {
            throw new IllegalArgumentException("node timeout out of bounds: " + nodeTimeoutMs);
        }
    }

    /// {@return the number of nodes}
    public int nodes() {
        return primaries * (1 + replicas);
    }
}
