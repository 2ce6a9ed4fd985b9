// SPDX-License-Identifier: Apache-2.0
package dev.dunlin.node.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.dunlin.clusterbus.model.Slot;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/// A client that writes all the time, to strings, strings that expire, and hashes, and goes wherever nodes send it.
///
/// Each key holds a number that grows. What was acknowledged is remembered, so that a reader can tell whether it was lost.
///
/// Thread: one of its own; `acknowledged` and `written` may be read by any.
final class ClusterLoad implements AutoCloseable {
    private static final int KEYS = 600;
    private static final int REDIRECTS_MAX = 5;
    private static final long PAUSE_NS = 300_000;
    private static final long AFTER_ERROR_NS = 20_000_000;

    private final List<Integer> ports;
    private final Map<Integer, RawConnection> connections = new HashMap<>();
    private final Map<Integer, Integer> ownerOfSlot = new HashMap<>();
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
    private final Thread thread;
    private volatile boolean ended;
    private final AtomicLong written = new AtomicLong();
    private volatile String lastTrouble = "";

    ClusterLoad(List<ServerProcess> nodes) {
        ports = nodes.stream().map(ServerProcess::port).toList();
        thread = Thread.ofPlatform().name("cluster-load").start(this::run);
    }

    /// {@return the last number of each key that a node has acknowledged; complete once the load is closed}
    Map<String, Long> acknowledged() {
        return acknowledged;
    }

    /// {@return how many writes were acknowledged}
    long written() {
        return written.get();
    }

    /// {@return the last error that was no redirection}
    String lastTrouble() {
        return lastTrouble;
    }

    /// Waits until this many writes more are acknowledged.
    void awaitWrites(int count) {
        long goal = written.get() + count;
        TestNodes.await("writes go on, trouble: " + lastTrouble, 60, () -> written.get() >= goal);
    }

    private void run() {
        for (long number = 1; !ended; number++) {
            String key = key((int) (number % KEYS));
            if (write(key, number)) {
                acknowledged.put(key, number);
                written.incrementAndGet();
                LockSupport.parkNanos(PAUSE_NS);
            } else {
                LockSupport.parkNanos(AFTER_ERROR_NS);
            }
        }
        connections.values().forEach(RawConnection::close);
    }

    private static String key(int index) {
        return switch (index % 4) {
            case 0 -> "string:" + index;
            case 1 -> "hour:" + index;
            case 2 -> "brief:" + index;
            default -> "hash:" + index;
        };
    }

    private static String[] command(String key, long number) {
        String value = Long.toString(number);
        return switch (key.substring(0, key.indexOf(':'))) {
            case "hour" -> new String[] {"SET", key, value, "EX", "3600"};
            case "brief" -> new String[] {"SET", key, value, "PX", "700"};
            case "hash" -> new String[] {"HSET", key, "number", value, "of" + number % 7, value};
            default -> new String[] {"SET", key, value};
        };
    }

    private boolean write(String key, long number) {
        int slot = Slot.ofKey(key.getBytes(ISO_8859_1));
        int port = ownerOfSlot.getOrDefault(slot, ports.get((int) (number % ports.size())));
        boolean asking = false;
        for (int i = 0; i < REDIRECTS_MAX; i++) {
            String reply;
            try {
                RawConnection connection = connections.computeIfAbsent(port, RawConnection::new);
                if (asking) {
                    connection.call("ASKING");
                }
                reply = connection.call(command(key, number));
            } catch (UncheckedIOException gone) {
                lastTrouble = "port " + port + ": " + gone.getMessage();
                RawConnection broken = connections.remove(port);
                if (broken != null) {
                    broken.close();
                }
                ownerOfSlot.values().removeIf(gonePort(port));
                return false;
            }
            if (!reply.startsWith("-")) {
                return true;
            }
            asking = reply.startsWith("-ASK ");
            if (!asking && !reply.startsWith("-MOVED ")) {
                lastTrouble = "port " + port + ": " + reply;
                return false;
            }
            port = Integer.parseInt(reply.substring(reply.lastIndexOf(':') + 1));
            if (!asking) {
                ownerOfSlot.put(slot, port);
            }
        }
        return false;
    }

    private static Predicate<Integer> gonePort(int port) {
        return owner -> owner == port;
    }

    @Override
    public void close() {
        ended = true;
        TestNodes.await("the load has ended", 60, () -> !thread.isAlive());
    }
}
