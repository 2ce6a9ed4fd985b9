// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisCluster;

/// JedisCluster with its defaults: 2 s per command, five attempts.
final class JedisKeyValues implements KeyValues {
    private final JedisCluster cluster;

    JedisKeyValues(int port) {
        cluster = new JedisCluster(new HostAndPort("127.0.0.1", port));
    }

    @Override
    public void set(String key) {
        cluster.set(key, KeyValues.valueOf(key));
    }

    @Override
    public @Nullable String get(String key) {
        return cluster.get(key);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
