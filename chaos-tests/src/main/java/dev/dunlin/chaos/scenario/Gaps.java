// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.scenario;

import dev.dunlin.chaos.history.History;
import dev.dunlin.chaos.history.Operation;
import java.util.HashMap;
import java.util.Map;

/// How long shards that were not hit went without an acknowledged write.
final class Gaps {
    private Gaps() {}

    static double longestMs(History history, String hitTag, long fromNs, long toNs) {
        Map<String, Long> lastNs = new HashMap<>();
        long longestNs = 0;
        for (Operation operation : history.operations()) {
            String tag = operation.key().substring(0, operation.key().indexOf('}') + 1);
            if (!operation.write()
                    || !operation.ok()
                    || tag.equals(hitTag)
                    || operation.completeNs() > toNs) {
                continue;
            }
            Long before = lastNs.put(tag, operation.completeNs());
            if (before != null && operation.completeNs() > fromNs) {
                longestNs = Math.max(longestNs, operation.completeNs() - before);
            }
        }
        for (long last : lastNs.values()) {
            longestNs = Math.max(longestNs, toNs - last);
        }
        return longestNs / 1e6;
    }
}
