// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.checker;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.History;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Config epochs as nodes report them never go back, not even over a restart, and in the end no two primaries share one.
///
/// Reads the observed roles only; an epoch that a node had for less than an observer's interval is not seen.
public final class MonotonicEpoch {
    private MonotonicEpoch() {}

    /// Judges the observed roles of a history.
    public static CheckResult check(History history) {
        Map<String, Long> epochs = new HashMap<>();
        Map<String, String> roles = new HashMap<>();
        List<String> witness = new ArrayList<>();
        for (Event event : history.ofProcess(Event.OBSERVER)) {
            String value = String.valueOf(event.value());
            int colon = value.indexOf(':');
            if (!event.function().equals(Event.ROLE) || colon < 0) {
                continue;
            }
            long epoch = Long.parseLong(value.substring(colon + 1));
            Long before = epochs.put(event.key(), epoch);
            roles.put(event.key(), value.substring(0, colon));
            if (before != null && epoch < before) {
                witness.add(
                        "%s goes from epoch %d back to %d at %.1f ms"
                                .formatted(event.key(), before, epoch, event.timeNs() / 1e6));
            }
        }
        Map<Long, String> owners = new HashMap<>();
        epochs.forEach((node, epoch) -> {
            if ("primary".equals(roles.get(node))) {
                String other = owners.put(epoch, node);
                if (other != null) {
                    witness.add(other + " and " + node + " end in epoch " + epoch);
                }
            }
        });
        return CheckResult.of(witness);
    }
}
