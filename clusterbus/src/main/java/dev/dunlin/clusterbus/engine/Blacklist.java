// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.clusterbus.engine;

import dev.dunlin.clusterbus.model.NodeId;
import dev.dunlin.clusterbus.wire.ext.ForgottenNodeExt;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Nodes that were forgotten and must not come back by hearsay for a while. A handshake brings them back all the same.
final class Blacklist {
    /// More entries than a cluster has nodes make no sense; the one that expires first gives way.
    static final int ENTRIES_MAX = 4096;

    private final TreeMap<NodeId, Long> expiryMs = new TreeMap<>();

    void add(NodeId node, long untilMs, long nowMs) {
        expire(nowMs);
        if (expiryMs.size() >= ENTRIES_MAX && !expiryMs.containsKey(node)) {
            NodeId first = expiryMs.firstKey();
            for (var entry : expiryMs.entrySet()) {
                if (entry.getValue() < expiryMs.getOrDefault(first, Long.MAX_VALUE)) {
                    first = entry.getKey();
                }
            }
            expiryMs.remove(first);
        }
        expiryMs.put(node, untilMs);
    }

    boolean contains(NodeId node, long nowMs) {
        Long until = expiryMs.get(node);
        return until != null && until > nowMs;
    }

    void clear() {
        expiryMs.clear();
    }

    /// {@return what to tell others, so that a node forgotten here is forgotten everywhere}
    List<ForgottenNodeExt> extensions(long nowMs) {
        if (expiryMs.isEmpty()) {
            return List.of();
        }
        expire(nowMs);
        var extensions = new ArrayList<ForgottenNodeExt>(expiryMs.size());
        expiryMs.forEach((node, until) -> {
            long ttlSeconds = (until - nowMs) / 1000;
            if (ttlSeconds > 0) {
                extensions.add(new ForgottenNodeExt(node, ttlSeconds));
            }
        });
        return extensions;
    }

    private void expire(long nowMs) {
        expiryMs.values().removeIf(until -> until <= nowMs);
    }
}
