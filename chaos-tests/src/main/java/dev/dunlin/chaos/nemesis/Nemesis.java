// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.nemesis;

import dev.dunlin.chaos.HarnessException;
import dev.dunlin.chaos.cluster.ChaosNode;
import dev.dunlin.chaos.cluster.Cluster;
import dev.dunlin.chaos.cluster.Link;
import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.Recorder;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Injects faults and heals them, and puts both into the history.
///
/// A fault counts from its completion, when the kernel shows it, and not from the wish. Healing is idempotent. Should this JVM
/// die, the run's watchdog removes what the faults were injected into. Thread: one owner.
public final class Nemesis {
    private final Cluster cluster;
    private final Recorder recorder;
    private final List<Fault> active = new ArrayList<>();

    /// A nemesis of this cluster.
    public Nemesis(Cluster cluster, Recorder recorder) {
        this.cluster = cluster;
        this.recorder = recorder;
    }

    /// When a fault began and when it was in place, in nanoseconds of the history.
    public record Completion(Fault fault, long startNs, long doneNs) {}

    /// Injects a fault and returns when it is in place.
    public Completion inject(Fault fault) {
        if (!cluster.environment().faults().contains(fault.kind())) {
            throw new HarnessException(
                    cluster.environment().name() + " cannot inject " + fault.word());
        }
        active.add(fault);
        return recorded(
                fault,
                fault.word(),
                () -> {
                    switch (fault) {
                        case Fault.Kill(String node) -> cluster.node(node).kill();
                        case Fault.Pause(String node) -> cluster.node(node).pause();
                        case Fault.Restart(String node) -> startIfDown(cluster.node(node));
                        case Fault.Cut _ -> cluster.environment().cut(activeCuts());
                    }
                });
    }

    /// Ends a fault; nothing happens when it is not active.
    public Completion heal(Fault fault) {
        if (!active.remove(fault)) {
            return new Completion(fault, recorder.nowNs(), recorder.nowNs());
        }
        return recorded(
                fault,
                "heal-" + fault.word(),
                () -> {
                    switch (fault) {
                        case Fault.Kill(String node) -> startIfDown(cluster.node(node));
                        case Fault.Pause(String node) -> cluster.node(node).resume();
                        case Fault.Restart _ -> {}
                        case Fault.Cut _ -> cluster.environment().cut(activeCuts());
                    }
                });
    }

    /// Heals everything but dead nodes, which stay down unless a scenario restarts them.
    public void healAllButKills() {
        for (Fault fault : List.copyOf(active)) {
            switch (fault) {
                case Fault.Kill _, Fault.Restart _ -> active.remove(fault);
                case Fault.Pause _, Fault.Cut _ -> heal(fault);
            }
        }
    }

    private void startIfDown(ChaosNode node) {
        if (!node.isRunning()) {
            node.start();
        }
    }

    private Set<Link> activeCuts() {
        Set<Link> links = new LinkedHashSet<>();
        for (Fault fault : active) {
            if (fault instanceof Fault.Cut(_, Set<Link> cut)) {
                links.addAll(cut);
            }
        }
        return links;
    }

    private Completion recorded(Fault fault, String word, Runnable action) {
        Event start = event(Event.Kind.INVOKE, word, fault);
        action.run();
        Event done = event(Event.Kind.OK, word, fault);
        return new Completion(fault, start.timeNs(), done.timeNs());
    }

    private Event event(Event.Kind kind, String word, Fault fault) {
        return recorder.record(Event.NEMESIS, kind, word, fault.target(), null, "-", null);
    }
}
