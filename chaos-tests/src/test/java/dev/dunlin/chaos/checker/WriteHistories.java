// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.History;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Writes down what a run with one failover from `n1` to `n4` would have recorded; time advances by 10 with every event.
///
/// ```
/// 0 ..... 10_000        fault in place        promoted      heal          final reads
///  n1 acknowledges      10_000 to 10_010      20_000        30_000        40_000
/// ```
final class WriteHistories {
    static final FaultWindow WINDOW = new FaultWindow("n1", 10_000, 10_010, 20_000, 30_000);

    private final List<Event> events = new ArrayList<>();
    private final Set<String> dropped = new HashSet<>();
    private final List<String[]> written = new ArrayList<>();
    private long nowNs;
    private int process;

    WriteHistories at(long timeNs) {
        nowNs = timeNs;
        return this;
    }

    /// One acknowledged write of a key of its own; it takes 20.
    WriteHistories acked(String node, String key) {
        return write(node, key, key + "=1", Event.Kind.OK);
    }

    WriteHistories write(String node, String key, String value, Event.Kind kind) {
        int sender = process++;
        add(sender, Event.Kind.INVOKE, Event.WRITE, key, value, node);
        add(sender, kind, Event.WRITE, key, value, node);
        written.add(new String[] {key, value});
        return this;
    }

    WriteHistories role(String node, String role) {
        add(Event.OBSERVER, Event.Kind.INFO, Event.ROLE, node, role, "-");
        return this;
    }

    /// The final read of this key will find nothing.
    WriteHistories drop(String key) {
        dropped.add(key);
        return this;
    }

    /// Reads every key once: the last written value, or nothing for the dropped ones.
    History end() {
        nowNs = Math.max(nowNs, 40_000);
        add(Event.OBSERVER, Event.Kind.INFO, Event.FINAL_READS, "all", null, "-");
        Set<String> seen = new HashSet<>();
        for (String[] write : written.reversed()) {
            if (seen.add(write[0])) {
                finalRead(write[0], dropped.contains(write[0]) ? null : write[1]);
            }
        }
        return new History(events);
    }

    /// Ends with exactly these final values.
    History endWith(String key, @Nullable String value) {
        nowNs = Math.max(nowNs, 40_000);
        add(Event.OBSERVER, Event.Kind.INFO, Event.FINAL_READS, "all", null, "-");
        finalRead(key, value);
        return new History(events);
    }

    private void finalRead(String key, @Nullable String value) {
        int reader = process++;
        add(reader, Event.Kind.INVOKE, Event.READ, key, null, "n4");
        add(reader, Event.Kind.OK, Event.READ, key, value, "n4");
    }

    private void add(
            int sender,
            Event.Kind kind,
            String function,
            String key,
            @Nullable String value,
            String node) {
        nowNs += 10;
        events.add(new Event(events.size(), nowNs, sender, kind, function, key, value, node, null));
    }
}
