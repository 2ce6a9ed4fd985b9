// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.checker.FaultWindow;
import dev.dunlin.chaos.cluster.ClusterSettings;
import dev.dunlin.chaos.cluster.ServerKind;
import dev.dunlin.chaos.cluster.ServerUnderTest;
import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.History;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Runs that never took place: a frozen primary `n1`, its successor `n4`, and what clients saw.
public final class SampleRuns {
    private static final long MS = 1_000_000;
    private static final String TAG = "{s1}";

    private final List<Event> events = new ArrayList<>();
    private int process;

    private SampleRuns() {}

    /// A run of the zombie scenario in which the frozen primary acknowledges `zombieAcks` writes and answers one stale read
    /// when it acknowledges any.
    public static RunResult zombie(ServerKind kind, int zombieAcks) {
        return new SampleRuns().zombieRun(kind, zombieAcks);
    }

    /// A clean run of the zombie scenario during which a replica of another shard was promoted.
    public static RunResult zombieWithNeedlessFailover(ServerKind kind) {
        var run = new SampleRuns();
        run.role(0, "n5", "replica:2");
        run.role(1, "n5", "primary:6");
        return run.zombieRun(kind, 0);
    }

    /// A run that could not be carried out.
    public static RunResult failed(String failure) {
        return new RunResult(plan(ServerKind.OTHER), List.of(), Map.of(), null, failure, 1234);
    }

    private RunResult zombieRun(ServerKind kind, int zombieAcks) {
        role(0, "n1", "primary:1");
        role(1, "n4", "replica:1");
        operation(2, "n1", Event.WRITE, TAG + "z:0", "old", Event.Kind.OK);
        for (int count = 0; count < 200; count++) {
            operation(100 + count * 5, "n1", Event.WRITE, TAG + "u:b0:" + count, "b0:" + count);
        }
        fault(1200, "pause");
        role(2300, "n1", Event.SILENT);
        operation(3000, "n4", Event.WRITE, TAG + "p:n4:1", "n4:1", Event.Kind.OK);
        role(3010, "n4", "primary:7");
        operation(3020, "n4", Event.WRITE, TAG + "z:0", "new", Event.Kind.OK);
        fault(3100, "heal-pause");
        for (int count = 0; count < zombieAcks; count++) {
            operation(
                    3200 + count, "n1", Event.WRITE, TAG + "u:zombie:" + count, "zombie:" + count);
        }
        for (int count = 0; count < Math.min(4, zombieAcks); count++) {
            operation(3300 + count, "n1", Event.READ, TAG + "z:0", "old", Event.Kind.OK);
        }
        role(3400, "n1", "replica:7");
        event(4000, Event.OBSERVER, Event.Kind.INFO, Event.FINAL_READS, "all", null, "-", null);
        finalReads();
        var window = new FaultWindow("n1", 1200 * MS, 1201 * MS, 3001 * MS, 3100 * MS);
        RunPlan plan = plan(kind);
        Evidence evidence =
                Evidence.of(kind, plan.settings(), new History(events), window, TAG, 4000 * MS);
        List<Claim> claims = new ArrayList<>(plan.scenario().judge(evidence));
        claims.addAll(CommonClaims.judge(plan.scenario(), evidence, 100 * MS, Optional.empty()));
        return new RunResult(plan, claims, evidence.measures(), evidence, null, 9000);
    }

    private void finalReads() {
        List<Event> written =
                events.stream()
                        .filter(event -> event.function().equals(Event.WRITE))
                        .filter(event -> event.kind() == Event.Kind.OK)
                        .toList();
        long atMs = 4001;
        for (Event write : written) {
            if (!write.key().endsWith("z:0")) {
                boolean kept = !write.key().contains("zombie");
                String value = kept ? write.value() : null;
                operation(atMs++, "n4", Event.READ, write.key(), value, Event.Kind.OK);
            }
        }
        operation(atMs, "n4", Event.READ, TAG + "z:0", "new", Event.Kind.OK);
    }

    private static RunPlan plan(ServerKind kind) {
        var server =
                new ServerUnderTest(kind, kind.name().toLowerCase(Locale.ROOT), Path.of("/bin/x"));
        return new RunPlan(
                Scenarios.named("zombie-primary").orElseThrow(),
                server,
                "process",
                new ClusterSettings(3, 1, 1000, Map.of()),
                42,
                Path.of("001-x"));
    }

    private void fault(long atMs, String word) {
        event(atMs, Event.NEMESIS, Event.Kind.INVOKE, word, "n1", null, "-", null);
        event(atMs + 1, Event.NEMESIS, Event.Kind.OK, word, "n1", null, "-", null);
    }

    private void role(long atMs, String node, String role) {
        event(atMs, Event.OBSERVER, Event.Kind.INFO, Event.ROLE, node, role, "-", null);
    }

    private void operation(long atMs, String node, String function, String key, String value) {
        operation(atMs, node, function, key, value, Event.Kind.OK);
    }

    private void operation(
            long atMs,
            String node,
            String function,
            String key,
            @Nullable String value,
            Event.Kind kind) {
        int sender = process++;
        boolean write = function.equals(Event.WRITE);
        event(atMs, sender, Event.Kind.INVOKE, function, key, write ? value : null, node, null);
        event(atMs, sender, kind, function, key, value, node, null);
    }

    // Every event is a little later than the one before, so that times are distinct.
    private void event(
            long atMs,
            int sender,
            Event.Kind kind,
            String function,
            String key,
            @Nullable String value,
            String node,
            @Nullable String detail) {
        long lastNs = events.isEmpty() ? -1 : events.getLast().timeNs();
        long timeNs = Math.max(atMs * MS, lastNs + 1000);
        events.add(
                new Event(events.size(), timeNs, sender, kind, function, key, value, node, detail));
    }
}
