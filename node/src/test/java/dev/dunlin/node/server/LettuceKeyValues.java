// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Lettuce as its documentation advises for clusters: the topology is refreshed periodically, and on every sign of a change, which is
/// the default.
final class LettuceKeyValues implements KeyValues {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);
    private static final int AT_ONCE = 256;

    private final RedisClusterClient client;
    private final StatefulRedisClusterConnection<String, String> connection;

    LettuceKeyValues(int port) {
        RedisURI seed =
                RedisURI.builder()
                        .withHost("127.0.0.1")
                        .withPort(port)
                        .withTimeout(TIMEOUT)
                        .build();
        client = RedisClusterClient.create(seed);
        client.setOptions(
                ClusterClientOptions.builder()
                        .topologyRefreshOptions(
                                ClusterTopologyRefreshOptions.builder()
                                        .enablePeriodicRefresh(Duration.ofSeconds(5))
                                        .adaptiveRefreshTriggersTimeout(Duration.ofSeconds(1))
                                        .build())
                        .build());
        connection = client.connect();
    }

    @Override
    public void set(String key) {
        connection.sync().set(key, KeyValues.valueOf(key));
    }

    @Override
    public @Nullable String get(String key) {
        return connection.sync().get(key);
    }

    @Override
    public Map<String, String> setAll(Collection<String> keys) {
        return all(keys, key -> connection.async().set(key, KeyValues.valueOf(key)), _ -> "OK");
    }

    @Override
    public Map<String, String> getAll(Collection<String> keys) {
        return all(keys, connection.async()::get, KeyValues::valueOf);
    }

    /// Asynchronously, as Lettuce is mostly used: many commands are under way at a time.
    private static Map<String, String> all(
            Collection<String> keys,
            Function<String, RedisFuture<String>> operation,
            Function<String, String> expected) {
        Map<String, String> failures = new LinkedHashMap<>();
        Map<String, RedisFuture<String>> underWay = new LinkedHashMap<>();
        for (String key : keys) {
            underWay.put(key, operation.apply(key));
            if (underWay.size() == AT_ONCE) {
                settle(underWay, expected, failures);
            }
        }
        settle(underWay, expected, failures);
        return failures;
    }

    private static void settle(
            Map<String, RedisFuture<String>> underWay,
            Function<String, String> expected,
            Map<String, String> failures) {
        underWay.forEach((key, future) -> {
            try {
                String reply = future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                if (!expected.apply(key).equals(reply)) {
                    failures.put(key, String.valueOf(reply));
                }
            } catch (ExecutionException | TimeoutException | InterruptedException e) {
                failures.put(key, e.toString());
            }
        });
        underWay.clear();
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
    }
}
