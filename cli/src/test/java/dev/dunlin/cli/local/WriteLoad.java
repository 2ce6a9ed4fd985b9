// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.cli.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/// Clients that write all the time, each to keys of its own, and remember what was acknowledged.
///
/// Each key gets rising numbers, so that reading it back shows a lost write as well as one that was undone.
final class WriteLoad implements AutoCloseable {
    private static final int WRITERS = 2;
    private static final int KEYS_PER_WRITER = 2_000;
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private final RedisClusterClient client;
    private final StatefulRedisClusterConnection<String, String> connection;
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicLong writes = new AtomicLong();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final List<Thread> threads = new ArrayList<>();

    WriteLoad(int port) {
        client =
                RedisClusterClient.create(
                        RedisURI.builder()
                                .withHost("127.0.0.1")
                                .withPort(port)
                                .withTimeout(TIMEOUT)
                                .build());
        client.setOptions(
                ClusterClientOptions.builder()
                        .maxRedirects(16)
                        .topologyRefreshOptions(
                                ClusterTopologyRefreshOptions.builder()
                                        .enablePeriodicRefresh(Duration.ofSeconds(1))
                                        .build())
                        .build());
        connection = client.connect();
        for (int writer = 0; writer < WRITERS; writer++) {
            int number = writer;
            threads.add(Thread.ofVirtual().name("writer-" + number).start(() -> write(number)));
        }
    }

    private void write(int writer) {
        long value = 0;
        while (!stopped.get()) {
            String key = "w" + writer + ":" + value % KEYS_PER_WRITER;
            try {
                connection.sync().set(key, Long.toString(value));
                acknowledged.put(key, value);
                writes.incrementAndGet();
            } catch (RuntimeException e) {
                failures.add(key + "=" + value + ": " + e);
                // Not acknowledged: either value may stand, so this key is not judged any further.
                acknowledged.remove(key);
            }
            value++;
        }
    }

    /// Waits until so many more writes were acknowledged.
    void awaitWrites(long more) {
        long goal = writes.get() + more;
        long deadlineNs = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (writes.get() < goal) {
            assertThat(System.nanoTime()).as("writes stopped: %s", failures).isLessThan(deadlineNs);
            LockSupport.parkNanos(1_000_000);
        }
    }

    void stop() throws InterruptedException {
        stopped.set(true);
        for (Thread thread : threads) {
            thread.join();
        }
    }

    /// {@return writes that were answered with an error}
    List<String> failures() {
        return List.copyOf(failures);
    }

    /// {@return keys whose last acknowledged value is not there}
    List<String> lostOrWrong() {
        var wrong = new ArrayList<String>();
        acknowledged.forEach((key, value) -> {
            String found = connection.sync().get(key);
            if (!Long.toString(value).equals(found)) {
                wrong.add(key + " is " + found + ", acknowledged " + value);
            }
        });
        return wrong;
    }

    @Override
    public void close() {
        stopped.set(true);
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }
}
