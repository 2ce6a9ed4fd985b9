// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.History;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/// Which nodes changed their role during a run, as seen from outside.
///
/// @param promoted nodes that were replicas and became primaries
/// @param deposed nodes that were primaries and became replicas
public record Promotions(Set<String> promoted, Set<String> deposed) {
    /// Reads the observed roles of a history.
    public static Promotions of(History history) {
        Map<String, String> roles = new HashMap<>();
        Set<String> promoted = new LinkedHashSet<>();
        Set<String> deposed = new LinkedHashSet<>();
        for (Event event : history.ofProcess(Event.OBSERVER)) {
            String value = String.valueOf(event.value());
            int colon = value.indexOf(':');
            if (!event.function().equals(Event.ROLE) || colon < 0) {
                continue;
            }
            String role = value.substring(0, colon);
            String before = roles.put(event.key(), role);
            if (before != null && !before.equals(role)) {
                (role.equals("primary") ? promoted : deposed).add(event.key());
            }
        }
        return new Promotions(promoted, deposed);
    }
}
