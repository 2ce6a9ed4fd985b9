// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.workload;

import dev.dunlin.chaos.cluster.NodeLine;
import dev.dunlin.chaos.cluster.NodeProbe;
import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.Recorder;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/// Notes in the history when a node's own idea of its role or epoch changes, and when it falls silent.
public final class RoleObserver implements Workers.Body {
    private static final double PER_SECOND = 20;

    private final NodeProbe probe;
    private final Recorder recorder;

    /// An observer that owns `probe`.
    public RoleObserver(NodeProbe probe, Recorder recorder) {
        this.probe = probe;
        this.recorder = recorder;
    }

    @Override
    public void run(BooleanSupplier stopped) {
        var pace = new Pace(PER_SECOND);
        String last = "";
        try (probe) {
            while (!stopped.getAsBoolean()) {
                pace.await();
                String role = describe(probe.myself());
                if (!role.equals(last)) {
                    last = role;
                    recorder.record(
                            Event.OBSERVER,
                            Event.Kind.INFO,
                            Event.ROLE,
                            probe.node().name(),
                            role,
                            "-",
                            null);
                }
            }
        }
    }

    private static String describe(Optional<NodeLine> line) {
        return line.map(myself ->
                        (myself.isPrimary() && myself.slots() > 0 ? "primary" : "replica")
                                + ":"
                                + myself.configEpoch())
                .orElse(Event.SILENT);
    }
}
