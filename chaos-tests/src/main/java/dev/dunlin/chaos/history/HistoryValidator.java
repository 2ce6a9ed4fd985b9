// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.history;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Finds what would make a checker's answer meaningless. A history with problems is the harness's fault, never the server's.
public final class HistoryValidator {
    private static final int PROBLEMS_MAX = 20;

    private HistoryValidator() {}

    /// {@return the problems found, at most twenty; empty for a sound history}
    public static List<String> problems(History history) {
        List<String> problems = new ArrayList<>();
        Map<Integer, Event> open = new HashMap<>();
        Set<Integer> retired = new HashSet<>();
        Set<String> written = new HashSet<>();
        long lastNs = Long.MIN_VALUE;
        long nextIndex = 0;
        for (Event event : history.events()) {
            if (problems.size() >= PROBLEMS_MAX) {
                return problems;
            }
            if (event.index() != nextIndex) {
                problems.add("index " + event.index() + " where " + nextIndex + " was due");
            }
            nextIndex = event.index() + 1;
            if (event.timeNs() < lastNs) {
                problems.add("time goes back at index " + event.index());
            }
            lastNs = event.timeNs();
            if (event.process() >= 0) {
                checkClientEvent(event, open, retired, written, problems);
            }
        }
        for (Event invoke : open.values()) {
            problems.add("invocation " + invoke.index() + " never completed");
        }
        return problems;
    }

    private static void checkClientEvent(
            Event event,
            Map<Integer, Event> open,
            Set<Integer> retired,
            Set<String> written,
            List<String> problems) {
        int process = event.process();
        switch (event.kind()) {
            case INVOKE -> {
                if (open.put(process, event) != null) {
                    problems.add("process " + process + " has two operations open");
                }
                if (retired.contains(process)) {
                    problems.add("process " + process + " goes on after an unknown outcome");
                }
                if (event.function().equals(Event.WRITE)
                        && !written.add(event.key() + '\0' + event.value())) {
                    problems.add("value written twice: " + event.key() + " = " + event.value());
                }
            }
            case OK, FAIL, INFO -> {
                Event invoke = open.remove(process);
                if (invoke == null) {
                    problems.add("completion without invocation at index " + event.index());
                } else if (!invoke.key().equals(event.key())
                        || !invoke.function().equals(event.function())) {
                    problems.add("completion of another operation at index " + event.index());
                }
                if (event.kind() == Event.Kind.INFO) {
                    retired.add(process);
                }
            }
        }
    }
}
