// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeId;
import java.util.random.RandomGenerator;

/// What all rules share: the facts, the outbox, the time of this step, the settings and the seeded generator.
final class Core {
    final ClusterTable table;
    final Outbox outbox = new Outbox();
    final RandomGenerator random;
    final long startedMs;
    EngineConfig config;
    long nowMs;
    HostStatus status = HostStatus.primary(0);

    /// The cluster state has to be worked out again at the end of this step.
    boolean stateStale = true;

    Core(ClusterTable table, EngineConfig config, RandomGenerator random, long nowMs) {
        this.table = table;
        this.config = config;
        this.random = random;
        this.nowMs = nowMs;
        this.startedMs = nowMs;
    }

    Node myself() {
        return table.myself();
    }

    /// The binding of slots, or who may serve them, changed.
    void topologyChanged() {
        stateStale = true;
        outbox.changed();
    }

    NodeId randomId() {
        return NodeId.random(random);
    }

    void info(String text) {
        outbox.note(Effect.Severity.INFO, text);
    }

    void warn(String text) {
        outbox.note(Effect.Severity.WARN, text);
    }

    void debug(String text) {
        outbox.note(Effect.Severity.DEBUG, text);
    }
}
