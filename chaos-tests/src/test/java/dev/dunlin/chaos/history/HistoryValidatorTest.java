// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistoryValidatorTest {
    @Test
    void givenASoundHistory_whenValidated_thenThereIsNoProblem() {
        assertThat(HistoryValidator.problems(new History(sound()))).isEmpty();
    }

    @Test
    void givenEachKindOfDamage_whenValidated_thenEachIsNamed() {
        assertProblem(without(sound(), 1), "index 2 where 1 was due");
        assertProblem(replaced(0, event(0, 5, 0, Event.Kind.OK, "a", "1")), "without invocation");
        assertProblem(replaced(2, event(2, 0, 1, Event.Kind.INVOKE, "b", "2")), "time goes back");
        assertProblem(replaced(1, event(1, 2, 0, Event.Kind.INVOKE, "c", "9")), "two operations");
        assertProblem(replaced(1, event(1, 2, 0, Event.Kind.OK, "x", "1")), "another operation");
        assertProblem(replaced(2, event(2, 3, 1, Event.Kind.INVOKE, "a", "1")), "written twice");
        assertProblem(sound().subList(0, 3), "never completed");
        List<Event> goesOn = new ArrayList<>(sound());
        goesOn.set(1, event(1, 2, 0, Event.Kind.INFO, "a", "1"));
        goesOn.set(2, event(2, 3, 0, Event.Kind.INVOKE, "b", "2"));
        goesOn.set(3, event(3, 4, 0, Event.Kind.OK, "b", "2"));
        assertProblem(goesOn, "goes on after an unknown outcome");
    }

    private static List<Event> sound() {
        return List.of(
                event(0, 1, 0, Event.Kind.INVOKE, "a", "1"),
                event(1, 2, 0, Event.Kind.OK, "a", "1"),
                event(2, 3, 1, Event.Kind.INVOKE, "b", "2"),
                event(3, 4, 1, Event.Kind.FAIL, "b", "2"));
    }

    private static List<Event> without(List<Event> events, int index) {
        List<Event> rest = new ArrayList<>(events);
        rest.remove(index);
        return rest;
    }

    private static List<Event> replaced(int index, Event event) {
        List<Event> events = new ArrayList<>(sound());
        events.set(index, event);
        return events;
    }

    private static Event event(
            long index, long timeNs, int process, Event.Kind kind, String key, String value) {
        return new Event(index, timeNs, process, kind, Event.WRITE, key, value, "n1", null);
    }

    private static void assertProblem(List<Event> events, String words) {
        assertThat(HistoryValidator.problems(new History(events)))
                .anyMatch(problem -> problem.contains(words));
    }
}
