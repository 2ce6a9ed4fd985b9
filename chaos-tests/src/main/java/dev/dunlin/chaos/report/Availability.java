// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.chaos.report;

import dev.dunlin.chaos.history.Event;
import dev.dunlin.chaos.history.Operation;
import dev.dunlin.chaos.scenario.Evidence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Which shards acknowledged at least one write in each slice of time in which somebody tried.
final class Availability {
    private Availability() {}

    /// {@return for each shard: slice number to whether a write was acknowledged and kept in it}
    ///
    /// A write that was lost later served nobody, so it does not count.
    static List<Map<Long, Boolean>> byShard(Evidence evidence, long sliceNs) {
        List<Map<Long, Boolean>> shards = new ArrayList<>();
        for (int shard = 0; shard < evidence.settings().primaries(); shard++) {
            shards.add(new TreeMap<>());
        }
        Map<Long, Boolean> lost = new HashMap<>();
        evidence.lost().lost().forEach(loss -> lost.put(loss.write().index(), true));
        for (Operation operation : evidence.history().operations()) {
            if (!operation.write()) {
                continue;
            }
            int node = Integer.parseInt(operation.node().substring(1)) - 1;
            Map<Long, Boolean> shard = shards.get(node % shards.size());
            boolean ok = operation.kind() == Event.Kind.OK;
            long firstSlice = operation.invokeNs() / sliceNs;
            long lastSlice = ok ? operation.completeNs() / sliceNs : firstSlice;
            for (long slice = firstSlice; slice < lastSlice; slice++) {
                shard.putIfAbsent(slice, false);
            }
            shard.merge(
                    lastSlice,
                    ok && !lost.containsKey(operation.index()),
                    (left, right) -> left || right);
        }
        return shards;
    }
}
