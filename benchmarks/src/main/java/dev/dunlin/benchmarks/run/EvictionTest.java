// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.benchmarks.run;

import dev.dunlin.benchmarks.load.BatchClient;
import dev.dunlin.benchmarks.load.ZipfKeys;
import dev.dunlin.benchmarks.server.ServerProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The hit ratio of a cache that has room for a tenth of the keys that it is asked for.
///
/// Servers take different amounts of memory for a key, and it is the choice of keys that is measured: each server's `maxmemory` is what it
/// uses with that tenth of the keys. A key that is missing is put in, as applications do. The first requests fill the cache and are
/// not counted.
public final class EvictionTest {
    private static final List<String> POLICIES = List.of("allkeys-lru", "allkeys-lfu");
    private static final double EXPONENT = 0.99;
    private static final int VALUE_BYTES = 100;
    private static final int ROOM_PART = 10;
    private static final int FILLING_REQUESTS_PER_KEY = 4;
    private static final int COUNTED_REQUESTS_PER_KEY = 2;
    private static final int BATCH = 64;
    private static final int LOOK_BATCHES = 256;
    private static final long SEED = 42;

    private final List<ServerProcess> servers;
    private final Effort effort;

    /// @param servers running servers, the judged one last
    public EvictionTest(List<ServerProcess> servers, Effort effort) {
        this.servers = List.copyOf(servers);
        this.effort = effort;
    }

    /// {@return one result for each policy and server}
    public List<EvictionResult> run() throws IOException {
        List<EvictionResult> results = new ArrayList<>();
        for (String policy : POLICIES) {
            for (ServerProcess server : servers) {
                results.add(run(server, policy));
            }
        }
        return results;
    }

    private EvictionResult run(ServerProcess server, String policy) throws IOException {
        int keys = (int) effort.keys();
        int room = keys / ROOM_PART;
        try (var client = new BatchClient(server.port())) {
            server.control().ask("CONFIG", "SET", "maxmemory-policy", policy);
            long limit = bytesOf(server, client, room);
            server.control().ask("CONFIG", "SET", "maxmemory", Long.toString(limit));
            server.control().ask("CONFIG", "RESETSTAT");
            var zipf = new ZipfKeys(keys, EXPONENT, SEED);
            var load = new Load(client, zipf);
            double most = load.run((long) keys * FILLING_REQUESTS_PER_KEY, server, limit);
            load.hits = 0;
            long counted = (long) keys * COUNTED_REQUESTS_PER_KEY / BATCH * BATCH;
            most = Math.max(most, load.run(counted, server, limit));
            return new EvictionResult(
                    policy,
                    server.name(),
                    keys,
                    room,
                    counted,
                    load.hits,
                    Long.parseLong(server.control().info("stats", "evicted_keys")),
                    Math.max(0, most - 1));
        } finally {
            server.control().ask("CONFIG", "SET", "maxmemory", "0");
            server.control().ask("CONFIG", "SET", "maxmemory-policy", "noeviction");
            server.control().ask("FLUSHALL");
        }
    }

    /// {@return what the server uses with this many keys}
    private static long bytesOf(ServerProcess server, BatchClient client, int keys)
            throws IOException {
        server.control().ask("FLUSHALL");
        long[] batch = new long[BATCH];
        int[] bytes = new int[BATCH];
        Arrays.fill(bytes, VALUE_BYTES);
        for (int from = 0; from < keys; from += BATCH) {
            int count = Math.min(BATCH, keys - from);
            for (int i = 0; i < count; i++) {
                batch[i] = (long) from + i;
            }
            client.set(batch, count, bytes);
        }
        long used = server.usedBytes();
        server.control().ask("FLUSHALL");
        return used;
    }

    /// An application with a cache.
    private static final class Load {
        private final BatchClient client;
        private final ZipfKeys zipf;
        private final long[] asked = new long[BATCH];
        private final boolean[] there = new boolean[BATCH];
        private final long[] missing = new long[BATCH];
        private final int[] bytes = new int[BATCH];
        private long hits;

        Load(BatchClient client, ZipfKeys zipf) {
            this.client = client;
            this.zipf = zipf;
            Arrays.fill(bytes, VALUE_BYTES);
        }

        /// {@return the most that was used, as a share of the limit}
        double run(long requests, ServerProcess server, long limit) throws IOException {
            double most = 0;
            for (long batch = 0; batch < requests / BATCH; batch++) {
                for (int i = 0; i < BATCH; i++) {
                    asked[i] = zipf.next();
                }
                client.get(asked, BATCH, there);
                int count = 0;
                for (int i = 0; i < BATCH; i++) {
                    if (there[i]) {
                        hits++;
                    } else {
                        missing[count++] = asked[i];
                    }
                }
                client.set(missing, count, bytes);
                if (batch % LOOK_BATCHES == 0) {
                    most = Math.max(most, (double) server.usedBytes() / limit);
                }
            }
            return most;
        }
    }
}
