// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Everything that happened in one run, in one total order. Immutable.
public final class History {
    private final List<Event> events;
    private final List<Operation> operations;

    /// A history of these events, which must be in index order.
    public History(List<Event> events) {
        this.events = List.copyOf(events);
        this.operations = List.copyOf(pair(this.events));
    }

    /// {@return all events in order}
    public List<Event> events() {
        return events;
    }

    /// {@return the clients' operations in order of invocation}
    public List<Operation> operations() {
        return operations;
    }

    /// {@return the operations by key, keys in order of first use}
    public Map<String, List<Operation>> byKey() {
        Map<String, List<Operation>> byKey = new LinkedHashMap<>();
        for (Operation operation : operations) {
            byKey.computeIfAbsent(operation.key(), _ -> new ArrayList<>()).add(operation);
        }
        return byKey;
    }

    /// {@return the events of one observer or nemesis function in order}
    public List<Event> ofProcess(int process) {
        return events.stream().filter(event -> event.process() == process).toList();
    }

    /// {@return the time of the last event, 0 when there is none}
    public long endNs() {
        return events.isEmpty() ? 0 : events.getLast().timeNs();
    }

    private static List<Operation> pair(List<Event> events) {
        Map<Integer, Event> open = new LinkedHashMap<>();
        Map<Long, Operation> done = new LinkedHashMap<>();
        for (Event event : events) {
            if (event.process() < 0) {
                continue;
            }
            if (event.kind() == Event.Kind.INVOKE) {
                open.put(event.process(), event);
                continue;
            }
            Event invoke = open.remove(event.process());
            if (invoke != null) {
                done.put(invoke.index(), operation(invoke, event));
            }
        }
        // What never completed is as unknown as a timeout.
        for (Event invoke : open.values()) {
            done.put(invoke.index(), unfinished(invoke));
        }
        List<Operation> operations = new ArrayList<>(done.values());
        operations.sort((left, right) -> Long.compare(left.index(), right.index()));
        return operations;
    }

    private static Operation operation(Event invoke, Event complete) {
        boolean write = invoke.function().equals(Event.WRITE);
        return new Operation(
                invoke.index(),
                invoke.process(),
                write,
                invoke.key(),
                write ? invoke.value() : complete.value(),
                invoke.node(),
                invoke.timeNs(),
                complete.kind() == Event.Kind.INFO ? Operation.OPEN : complete.timeNs(),
                complete.kind(),
                complete.detail());
    }

    private static Operation unfinished(Event invoke) {
        return new Operation(
                invoke.index(),
                invoke.process(),
                invoke.function().equals(Event.WRITE),
                invoke.key(),
                invoke.value(),
                invoke.node(),
                invoke.timeNs(),
                Operation.OPEN,
                Event.Kind.INFO,
                "never completed");
    }
}
