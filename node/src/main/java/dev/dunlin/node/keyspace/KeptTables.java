// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.keyspace;

import dev.dunlin.node.offheap.Allocator;
import dev.dunlin.node.offheap.HashIndex;
import java.util.HashMap;
import java.util.Map;

/// What tables take that were dropped and that a running snapshot still needs: memory that is on its way back, but not by evicting more.
///
/// Bytes are as far as some elements tell.
///
/// Thread: owned by the node's loop.
final class KeptTables {
    private static final int SAMPLES = 64;

    private final HashIndex index;
    private final Map<Integer, Long> bytesByRoot = new HashMap<>();
    private long bytes;

    KeptTables(HashIndex index) {
        this.index = index;
    }

    long bytes() {
        return bytes;
    }

    void add(int root) {
        long of = measure(root);
        bytes += of - put(root, of);
    }

    private long put(int root, long of) {
        Long before = bytesByRoot.put(root, of);
        return before == null ? 0 : before;
    }

    /// The table is freed now, or was never kept.
    void remove(int root) {
        Long of = bytesByRoot.isEmpty() ? null : bytesByRoot.remove(root);
        bytes -= of == null ? 0 : of;
    }

    private long measure(int root) {
        Allocator allocator = index.allocator();
        long[] sampled = {0, 0};
        long cursor = 0;
        do {
            cursor =
                    index.scan(
                            root,
                            cursor,
                            element -> {
                                sampled[0]++;
                                sampled[1] += allocator.capacity(element);
                            });
        } while (cursor != 0 && sampled[0] < SAMPLES);
        long mean = sampled[0] == 0 ? 0 : sampled[1] / sampled[0];
        // Buckets that overflow have others, which only a walk would count.
        return index.tableBytes(root) * 3 / 2 + mean * index.size(root);
    }
}
