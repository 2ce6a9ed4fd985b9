// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.load;

import org.jspecify.annotations.Nullable;

/// What is sent, by how many, and over which keys.
///
/// @param command the one command of this load
/// @param pipeline requests a connection sends before it waits for their replies, 1 to 1,024
/// @param clients connections, 1 to 10,000
/// @param valueBytes length of each value, 1 to 65,536
/// @param keys how many different keys (for HSET: fields) there are, 1 to 2^31-1
public record Workload(Command command, int pipeline, int clients, int valueBytes, long keys) {
    /// Checks the limits above.
    public Workload {
        inRange("pipeline", pipeline, 1024);
        inRange("clients", clients, 10_000);
        inRange("value-bytes", valueBytes, 65_536);
        inRange("keys", keys, Integer.MAX_VALUE);
    }

    /// {@return the load that fills this one's keyspace, fast, or null when it needs none}
    public @Nullable Workload loading() {
        Command loader = command.loader();
        return loader == null ? null : new Workload(loader, 64, 16, valueBytes, keys);
    }

    private static void inRange(String what, long value, long max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(what + " must be 1 to " + max + ", not " + value);
        }
    }
}
